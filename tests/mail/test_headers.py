"""What every letter says in its head, for mail programs and for the servers on the way."""

from dataclasses import replace
from email import message_from_bytes
from email.message import Message

import pytest

from service.domain.roles import Role
from service.mail.delivery import Delivery
from service.settings import Settings
from service.transaction import transaction
from service.usecases.staff import add_staff, mail_sign_in_link
from tests.builders import NOW, make_organiser
from tests.mail.outgoing import queue
from tests.smtp import SmtpServer
from tests.usecases.steps import DESK


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """As everywhere, with an address of the service that a test may choose."""
    return replace(settings, base_url=getattr(request, "param", settings.base_url))


def sent(delivery: Delivery, server: SmtpServer) -> Message:
    delivery.batch()
    (mail,) = server.mails
    return message_from_bytes(mail.source)


@pytest.mark.parametrize(
    ("settings", "list_id"),
    [
        ("https://days.vub.be", "<integratiebeleid.days.vub.be>"),
        ("https://days.vub.be:8443", "<integratiebeleid.days.vub.be>"),
        ("http://127.0.0.1:8000", "<integratiebeleid.localhost>"),
        ("http://[::1]:8000", "<integratiebeleid.localhost>"),
    ],
    indirect=["settings"],
)
def test_letter_when_about_a_study_day_can_be_sorted_by_it(
    delivery: Delivery, smtp_server: SmtpServer, list_id: str
) -> None:
    queue(1)

    mail = sent(delivery, smtp_server)

    assert mail["List-Id"].strip() == list_id
    assert mail["Auto-Submitted"] == "auto-generated"


def test_letter_when_a_program_could_unsubscribe_with_one_click_offers_no_such_thing(
    delivery: Delivery, smtp_server: SmtpServer
) -> None:
    queue(1)

    mail = sent(delivery, smtp_server)

    assert [name for name in mail.keys() if name.startswith("List-")] == ["List-Id"]  # noqa: SIM118 - headers repeat


def test_letter_when_to_staff_belongs_to_no_list(delivery: Delivery, smtp_server: SmtpServer) -> None:
    with transaction() as session:
        add_staff(session, "els@vub.be", Role.ORGANISER, make_organiser(session), language="nl", actor=DESK, now=NOW)
        mail_sign_in_link(session, "els@vub.be", now=NOW)

    assert sent(delivery, smtp_server)["List-Id"] is None

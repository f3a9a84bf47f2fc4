"""A sign-in link is for one person's eyes: no trace of it is left that other staff could use."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.domain.roles import Role
from service.extensions import db
from service.mail import claims
from service.mail.delivery import Delivery
from service.models import MessageSource
from service.transaction import transaction
from service.usecases.staff import LINK_LASTS, add_staff, mail_sign_in_link
from tests.builders import NOW, make_organiser
from tests.conftest import Clock
from tests.mail.outgoing import change, messages
from tests.smtp import SmtpServer
from tests.usecases.steps import DESK


@pytest.fixture
def token(delivery: Delivery) -> str:
    """Of a link that is queued and not sent yet."""
    assert delivery.rest == 0
    with transaction() as session:
        add_staff(
            session, "desk@example.org", Role.ORGANISER, make_organiser(session), language="nl", actor=DESK, now=NOW
        )
        mail_sign_in_link(session, "desk@example.org", now=NOW)
    (facts,) = messages("facts")
    found: str = facts["token"]
    return found


def stored() -> list[tuple[bytes, bool]]:
    """Source, and whether it has a Message-ID."""
    db.session.rollback()
    rows = db.session.execute(sa.select(MessageSource.source, MessageSource.message_header_id)).all()
    return [(source, header.startswith("<1.")) for source, header in rows]


def test_link_when_sent_reaches_its_reader_alone(delivery: Delivery, smtp_server: SmtpServer, token: str) -> None:
    delivery.batch()

    assert token in smtp_server.mails[0].source.decode().replace("=\r\n", "")
    assert messages("state", "recipient", "facts") == [
        ("sent", "desk@example.org", {"expires_at": (NOW + LINK_LASTS).isoformat()})
    ]
    assert stored() == [(b"", True)]


def test_link_when_sent_again_is_the_same_mail(
    delivery: Delivery, smtp_server: SmtpServer, clock: Clock, token: str
) -> None:
    smtp_server.plan("END", "451 4.3.0 later")
    delivery.batch()
    clock.advance(timedelta(minutes=1))
    in_between = stored()
    delivery.batch()

    first, second = smtp_server.texts
    assert first == second
    assert token in first.decode().replace("=\r\n", "")
    assert in_between == [(b"", True)]


def test_link_when_expired_is_not_sent(delivery: Delivery, smtp_server: SmtpServer, clock: Clock, token: str) -> None:
    clock.advance(LINK_LASTS)

    delivery.batch()

    assert messages("state", "error") == [("failed", "TooLateError: the link has expired")]
    assert token not in str(messages("facts"))
    assert smtp_server.mails == []


@pytest.mark.parametrize(("attempts", "answer"), [(0, "550 5.1.1 unknown"), (claims.MOST_ATTEMPTS - 1, "450 later")])
def test_link_when_it_fails_is_forgotten(
    delivery: Delivery, smtp_server: SmtpServer, token: str, attempts: int, answer: str
) -> None:
    change(1, attempts=attempts)
    smtp_server.plan("RCPT", answer)

    delivery.batch()

    assert messages("state", "error") == [("failed", answer)]
    assert token not in str(messages("facts"))

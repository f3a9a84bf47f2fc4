"""An answer to a mail stands under it, in the mail program of whoever wrote it (RFC 5322, 3.6.4)."""

import email
from email.message import EmailMessage
from email.policy import default

import pytest

from service.mail.delivery import Delivery
from service.usecases.admit import decline
from tests.builders import CLOSES_AT, TILL_MORNING
from tests.conftest import Clock
from tests.mail.outgoing import do
from tests.smtp import SmtpServer
from tests.usecases.received import filed, make_mail
from tests.usecases.steps import DESK, admitted, asked_late, given_day

MORNING = CLOSES_AT + TILL_MORNING
PLUS = "events_bsog+integratiebeleid@vub.be"
OURS = "Uw aanvraag is aangekomen – Samenwerken aan integratiebeleid"


def answer(delivery: Delivery, server: SmtpServer) -> EmailMessage:
    """The last mail of all that are due."""
    while delivery.batch():
        pass
    read = email.message_from_bytes(server.mails[-1].source, policy=default)
    assert isinstance(read, EmailMessage)
    return read


@pytest.mark.parametrize("act", ["receive", "admit", "decline"])
def test_letter_when_it_answers_a_mail_stands_under_it(
    delivery: Delivery, smtp_server: SmtpServer, clock: Clock, act: str
) -> None:
    given_day()
    clock.set(MORNING)
    mail = {"recipients": (PLUS,), "subject": "RE: Aw: Mag ik nog?", "message_id": "<Ab.1@mail.example>"}
    filed(make_mail("zoe@example.org", received_at=MORNING, **mail))
    if act == "admit":
        admitted(1, message="Kom gerust.\nWij schuiven bij.", now=MORNING)
    if act == "decline":
        do(decline, 1, "Alles is vol.", actor=DESK, now=MORNING)

    sent = answer(delivery, smtp_server)

    assert (sent["To"], sent["Subject"]) == ("An Peeters <zoe@example.org>", "Re: Mag ik nog?")
    assert (sent["In-Reply-To"], sent["References"]) == ("<Ab.1@mail.example>", "<Ab.1@mail.example>")
    assert sent["Auto-Submitted"] == "auto-generated"
    body = sent.get_body(("plain",))
    assert body is not None
    words = {"receive": "", "admit": "Wij schuiven bij.", "decline": "Alles is vol."}[act]
    assert words in body.get_content()


@pytest.mark.parametrize(
    ("message_id", "subject"),
    [
        ("", "Mag ik nog?"),
        ("<a@b>\r\nBcc: x@y", "Mag ik nog?"),
        ("<a b@c>", "Mag ik nog?"),
        (f"<{'a' * 251}>", "Mag ik nog?"),
        ("<é@b>", "Mag ik nog?"),
    ],
)
def test_letter_when_the_mail_has_no_usable_message_id_stands_alone(
    delivery: Delivery, smtp_server: SmtpServer, clock: Clock, message_id: str, subject: str
) -> None:
    given_day()
    clock.set(MORNING)
    mail = {"recipients": (PLUS,), "subject": subject, "message_id": message_id}
    filed(make_mail("zoe@example.org", received_at=MORNING, **mail))

    sent = answer(delivery, smtp_server)

    assert (sent["In-Reply-To"], sent["References"], sent["Bcc"]) == (None, None, None)
    assert sent["Subject"] == f"Re: {subject}"


def test_letter_when_the_mail_has_a_hostile_subject_is_one_line(
    delivery: Delivery, smtp_server: SmtpServer, clock: Clock
) -> None:
    given_day()
    clock.set(MORNING)
    filed(make_mail("zoe@example.org", received_at=MORNING, recipients=(PLUS,), subject="A\r\nBcc: x@y\x07"))

    assert answer(delivery, smtp_server)["Subject"] == "Re: A Bcc: x@y"


def test_letter_when_the_request_came_by_form_has_its_own_subject(
    delivery: Delivery, smtp_server: SmtpServer, clock: Clock
) -> None:
    given_day()
    clock.set(MORNING)
    asked_late(1, now=MORNING)

    sent = answer(delivery, smtp_server)

    assert (sent["In-Reply-To"], sent["Subject"]) == (None, OURS)

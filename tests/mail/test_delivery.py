from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes
from typing import Any

import pytest
import sqlalchemy as sa

from service.mail import claims
from service.mail.delivery import Delivery
from service.models import StudyDay
from service.transaction import transaction
from tests.builders import NOW
from tests.conftest import Clock
from tests.mail.outgoing import change, later, messages, queue, sources
from tests.mail.sessions import IMPATIENT, PATIENT
from tests.smtp import DROP, HANG, SmtpServer


def test_batch_when_all_is_well_sends_and_records(delivery: Delivery, smtp_server: SmtpServer) -> None:
    queue(3)

    assert delivery.batch()
    assert not delivery.batch()

    assert messages("state", "attempts", "sent_at", "claimed_at", "error") == [("sent", 1, NOW, None, "")] * 3
    assert [mail.recipient for mail in smtp_server.mails] == ["an1@example.org", "an2@example.org", "an3@example.org"]
    assert [mail.source for mail in smtp_server.mails] == list(sources().values())
    assert smtp_server.sessions == 1


def test_batch_when_the_mailbox_has_the_longest_domain_there_is_sends_it(
    delivery: Delivery, smtp_server: SmtpServer
) -> None:
    queue(1, mailbox=f"a@{'.'.join(['b' * 61] * 4)}.be")

    assert delivery.batch()

    (mail,) = smtp_server.mails
    message_id = message_from_bytes(mail.source)["Message-ID"]
    assert (messages("state"), len(message_id) <= 200, message_id[-4:]) == (["sent"], True, "bbb>")


def test_batch_when_nothing_is_due_sends_nothing(delivery: Delivery, smtp_server: SmtpServer) -> None:
    queue(1)
    change(1, due_at=later(1))

    assert not delivery.batch()

    assert (messages("state"), smtp_server.sessions) == (["queued"], 0)


@pytest.mark.parametrize("state", ["suppressed", "failed", "sent", "sending"])
def test_batch_when_message_is_not_queued_leaves_it(delivery: Delivery, smtp_server: SmtpServer, state: str) -> None:
    queue(1)
    change(1, state=state)

    assert not delivery.batch()

    assert (messages("state"), smtp_server.mails) == ([state], [])


@pytest.mark.parametrize("answer", ["450 4.2.0 later", "421 4.7.0 busy", "432 4.3.2 slow down", DROP, HANG, "nonsense"])
def test_mail_when_put_off_is_delivered_later(
    make_delivery: Callable[..., Delivery], smtp_server: SmtpServer, clock: Clock, answer: Any
) -> None:
    delivery = make_delivery(IMPATIENT if answer is HANG else PATIENT)
    queue(1)
    smtp_server.plan("RCPT", answer)
    delivery.batch()
    (put_off,) = messages("state", "attempts", "due_at")
    delivery._rests_until = 0
    early = delivery.batch()
    clock.set(put_off[2])

    delivery.batch()

    assert put_off[:2] == ("queued", 1)
    assert later(4) <= put_off[2] <= later(6)
    assert not early
    assert messages("state", "attempts", "error") == [("sent", 2, "")]
    assert len(smtp_server.mails) == 1


def test_mail_when_sent_again_is_the_same_to_the_last_byte(
    delivery: Delivery, smtp_server: SmtpServer, clock: Clock
) -> None:
    queue(1)
    smtp_server.plan("END", "451 4.3.0 later", DROP)
    for _ in range(3):
        delivery.batch()
        delivery._rests_until = 0
        clock.advance(timedelta(minutes=1))
        with transaction() as session:
            session.execute(sa.update(StudyDay).values(title={"nl": f"Anders om {clock.now}"}))

    assert messages("state", "attempts") == [("sent", 3)]
    assert len(smtp_server.texts) == 3
    assert set(smtp_server.texts) == {sources()[1]}


def test_mail_when_refused_fails_at_once_in_the_words_of_the_server(
    delivery: Delivery, smtp_server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    queue(3)
    smtp_server.refused["an2@example.org"] = "550 5.1.1 <an2@example.org> is unknown here"

    delivery.batch()

    assert messages("state") == ["sent", "failed", "sent"]
    assert messages("error") == ["", "550 5.1.1 <an2@example.org> is unknown here", ""]
    assert caplog.messages == ["mail 2, attempt 1: refused (code 550)"]
    assert smtp_server.sessions == 1


def test_mail_when_it_never_gets_through_is_given_up(delivery: Delivery, smtp_server: SmtpServer) -> None:
    queue(1)
    change(1, attempts=claims.MOST_ATTEMPTS - 1)
    smtp_server.always("RCPT", "nonsense")

    delivery.batch()

    assert messages("state", "attempts", "error") == [("failed", claims.MOST_ATTEMPTS, "not an SMTP answer")]


def test_message_when_it_cannot_be_written_fails_and_the_queue_goes_on(
    delivery: Delivery, smtp_server: SmtpServer, caplog: pytest.LogCaptureFixture
) -> None:
    queue(5)
    change(1, letter="no_such_letter")
    change(2, registration_id=None)
    change(3, recipient="an3@example.org\r\nRCPT TO:<x@example.org>")
    change(4, language="xx")

    delivery.batch()

    assert messages("state") == ["failed", "failed", "failed", "failed", "sent"]
    assert messages("error") == [
        "KeyError: 'no_such_letter'",
        "MissingFactError: no registration None",
        "UnfitMailError: To: not an address that mail can go to",
        "KeyError: 'xx'",
        "",
    ]
    assert caplog.messages == [
        "mail 1 (no_such_letter) cannot be written: KeyError",
        "mail 2 (confirmed) cannot be written: MissingFactError",
        "mail 3 (confirmed) cannot be written: UnfitMailError",
        "mail 4 (confirmed) cannot be written: KeyError",
    ]
    assert [mail.recipient for mail in smtp_server.mails] == ["an5@example.org"]

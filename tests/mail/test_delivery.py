import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from service.extensions import db
from service.mail import claims
from service.mail import delivery as delivery_module
from service.mail.delivery import BATCH, Delivery
from service.models import StudyDay
from service.transaction import transaction
from tests.builders import NOW
from tests.conftest import Clock
from tests.mail.outgoing import change, later, messages, queue, sources
from tests.smtp import DROP, HANG, SmtpServer


def test_batch_when_all_is_well_sends_and_records(delivery: Delivery, smtp_server: SmtpServer) -> None:
    queue(3)

    assert delivery.batch()
    assert not delivery.batch()

    assert messages("state", "attempts", "sent_at", "claimed_at", "error") == [("sent", 1, NOW, None, "")] * 3
    assert [mail.recipient for mail in smtp_server.mails] == ["an1@example.org", "an2@example.org", "an3@example.org"]
    assert [mail.source for mail in smtp_server.mails] == list(sources().values())
    assert smtp_server.sessions == 1


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
    delivery: Delivery, smtp_server: SmtpServer, clock: Clock, answer: Any
) -> None:
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


def test_queue_when_server_slows_it_down_rests_and_counts_few_attempts(
    delivery: Delivery, smtp_server: SmtpServer, clock: Clock
) -> None:
    queue(20)
    smtp_server.always("RCPT", "432 4.3.2 slow down")

    began = delivery.batch()
    again = [delivery.batch() for _ in range(50)]

    assert (began, any(again)) == (True, False)
    assert smtp_server.seen.count("RCPT") == 2
    assert 0.3 < delivery.rest < 1.3
    assert messages("state", "attempts") == [("queued", 1)] * 2 + [("queued", 0)] * 18

    for _ in range(8):
        delivery._rests_until = 0
        clock.advance(timedelta(minutes=1))
        delivery.batch()
    assert 20 < delivery.rest < 37

    smtp_server.usual()
    delivery._rests_until = 0
    clock.advance(timedelta(hours=1))
    delivery.batch()
    assert set(messages("state")) == {"sent"}
    assert delivery.rest == 0


def test_queue_when_server_is_away_waits_and_says_so_on_one_message(
    make_delivery: Callable[..., Delivery], smtp_server: SmtpServer
) -> None:
    queue(3)
    delivery = make_delivery()
    port, delivery.transport.mail.port = smtp_server.port, 1  # type: ignore[attr-defined]  # the SMTP transport's

    assert not delivery.batch()

    assert messages("state", "attempts") == [("queued", 1), ("queued", 0), ("queued", 0)]
    assert "refused" in messages("error")[0]
    assert 0.3 < delivery.rest < 0.7
    delivery.transport.mail.port, delivery._rests_until = port, 0  # type: ignore[attr-defined]
    assert delivery.batch()
    assert messages("state") == ["queued", "sent", "sent"]


def test_session_when_server_ends_it_between_mails_is_opened_anew(delivery: Delivery, smtp_server: SmtpServer) -> None:
    queue(4)
    smtp_server.plan("MAIL", "250 fine", "250 fine", "421 4.7.0 enough for one session")

    while delivery.batch():
        pass

    assert messages("state", "attempts") == [("sent", 1)] * 4
    assert (smtp_server.sessions, len(smtp_server.mails)) == (2, 4)


def test_result_when_it_is_known_is_durable_before_the_next_mail(
    delivery: Delivery, smtp_server: SmtpServer, app: Flask
) -> None:
    queue(3)
    states: list[list[str]] = []

    def look() -> None:
        with app.app_context():
            states.append(messages("state"))
            db.session.remove()

    smtp_server.on_text = look
    delivery.batch()

    assert states == [["sending"] * 3, ["sent", "sending", "sending"], ["sent", "sent", "sending"]]


def test_database_when_mail_is_under_way_is_not_locked(delivery: Delivery, smtp_server: SmtpServer, app: Flask) -> None:
    queue(2)

    def write() -> None:
        with app.app_context():
            change(2, error="written meanwhile")
            db.session.remove()

    smtp_server.on_text = write
    delivery.batch()

    assert messages("state") == ["sent", "sent"]


def test_workers_when_there_are_six_send_each_mail_once(
    make_delivery: Callable[..., Delivery], smtp_server: SmtpServer, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_module, "BATCH", 3)
    queue(40)
    deliveries = [make_delivery() for _ in range(6)]
    start = threading.Barrier(6)

    def work(delivery: Delivery) -> None:
        with app.app_context():
            start.wait()
            while delivery.batch():
                pass

    threads = [threading.Thread(target=work, args=(delivery,)) for delivery in deliveries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(mail.recipient for mail in smtp_server.mails) == {f"an{n}@example.org": 1 for n in range(1, 41)}
    assert messages("state", "attempts") == [("sent", 1)] * 40


def test_claim_when_it_was_lost_during_a_slow_batch_is_not_sent(
    delivery: Delivery, smtp_server: SmtpServer, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_module, "RENEW_AFTER", -1.0)
    queue(3)

    def other_worker_takes_the_third() -> None:
        smtp_server.on_text = lambda: None
        with app.app_context():
            change(3, claimed_at=later(500))
            db.session.remove()

    smtp_server.on_text = other_worker_takes_the_third
    monkeypatch.setattr(delivery_module, "RENEW_AFTER", Alternating())
    delivery.batch()

    assert [mail.recipient for mail in smtp_server.mails] == ["an1@example.org", "an2@example.org"]
    assert messages("state") == ["sent", "sent", "sending"]


class Alternating:
    """A limit that every other comparison finds passed: claims are renewed before each mail."""

    passed = False

    def __lt__(self, _other: float) -> bool:
        self.passed = not self.passed
        return self.passed


def test_worker_when_told_to_stop_finishes_its_mail_and_gives_back_the_rest(
    delivery: Delivery, smtp_server: SmtpServer
) -> None:
    queue(3)
    smtp_server.on_text = delivery.stop.set

    delivery.batch()

    assert messages("state", "attempts", "claimed_at") == [("sent", 1, None), ("queued", 0, None), ("queued", 0, None)]


def test_queue_when_longer_than_a_batch_goes_on(delivery: Delivery, smtp_server: SmtpServer) -> None:
    queue(BATCH + 1)

    assert [delivery.batch(), delivery.batch(), delivery.batch()] == [True, True, False]

    assert len(smtp_server.mails) == BATCH + 1
    assert smtp_server.sessions == 1

import threading
from collections import Counter
from collections.abc import Callable

import pytest
from flask import Flask

from service.extensions import db
from service.mail import delivery as delivery_module
from service.mail.delivery import BATCH, Delivery
from tests.mail.outgoing import change, later, messages, queue
from tests.smtp import SmtpServer


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


class Alternating:
    """A limit that every other comparison finds passed: claims are renewed before each mail."""

    passed = False

    def __lt__(self, _other: float) -> bool:
        self.passed = not self.passed
        return self.passed


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

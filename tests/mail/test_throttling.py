from collections.abc import Callable
from datetime import timedelta

from service.mail.claims import GIVE_UP_AFTER
from service.mail.delivery import LOOKED_FOR, Delivery
from tests.builders import NOW, TICK
from tests.conftest import Clock
from tests.mail.outgoing import change, messages, queue
from tests.smtp import SmtpServer


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

    assert messages("state", "attempts", "due_at") == [("queued", 0, NOW)] * 3
    assert [("refused" in words) for words in messages("error")] == [True, False, False]
    assert 0.3 < delivery.rest < 0.7
    delivery.transport.mail.port, delivery._rests_until = port, 0  # type: ignore[attr-defined]
    assert delivery.batch()
    assert messages("state", "attempts", "error") == [("sent", 1, "")] * 3


def test_queue_when_server_is_away_for_days_is_given_up(
    make_delivery: Callable[..., Delivery], clock: Clock, smtp_server: SmtpServer
) -> None:
    queue(2)
    delivery = make_delivery()
    delivery.transport.mail.port = 1  # type: ignore[attr-defined]  # the SMTP transport's
    states = []
    for after in (LOOKED_FOR, GIVE_UP_AFTER - TICK, GIVE_UP_AFTER):
        clock.set(NOW + after)
        change(2, due_at=NOW + TICK)
        delivery._rests_until = 0
        delivery.batch()
        states.append(messages("state"))

    assert states == [["queued", "queued"], ["queued", "queued"], ["failed", "queued"]]
    assert "refused" in messages("error")[0]
    assert smtp_server.sessions == 0


def test_queue_when_the_worker_was_away_for_days_is_not_given_up_at_once(
    make_delivery: Callable[..., Delivery], clock: Clock
) -> None:
    queue(1)
    delivery = make_delivery()
    delivery.transport.mail.port = 1  # type: ignore[attr-defined]  # the SMTP transport's
    states = []
    for waited in (timedelta(0), LOOKED_FOR - TICK, LOOKED_FOR):
        clock.set(NOW + 2 * GIVE_UP_AFTER + waited)
        delivery._rests_until = 0
        delivery.batch()
        states.append(messages("state")[0])

    assert states == ["queued", "queued", "failed"]


def test_session_when_server_ends_it_between_mails_is_opened_anew(delivery: Delivery, smtp_server: SmtpServer) -> None:
    queue(4)
    smtp_server.plan("MAIL", "250 fine", "250 fine", "421 4.7.0 enough for one session")

    while delivery.batch():
        pass

    assert messages("state", "attempts") == [("sent", 1)] * 4
    assert (smtp_server.sessions, len(smtp_server.mails)) == (2, 4)

"""Letters that answer nothing their reader did just now do not leave at night, and not when they no longer hold."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from service.domain.fees import WaiverReason
from service.mail.delivery import Delivery
from service.usecases.arrange import change_study_day
from service.usecases.cancel import not_me
from service.usecases.correct import correct
from service.usecases.invoice import waive
from service.usecases.offer import accept_offer
from service.usecases.open_close import call_off
from service.usecases.resend import resend
from service.usecases.transfer import invite_colleague
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TICK, TILL_MORNING
from tests.conftest import Clock
from tests.mail.outgoing import change, do, messages
from tests.smtp import SmtpServer
from tests.usecases.steps import DESK, admitted, asked_late, came, cancelled, given_day, joined, signed_off

NIGHT = FREE_UNTIL - timedelta(hours=1)
LATER = NIGHT + timedelta(minutes=10)
MORNING = FREE_UNTIL + TILL_MORNING
EVE = STARTS_AT - timedelta(hours=11)


@pytest.fixture
def send(delivery: Delivery, clock: Clock) -> Callable[[datetime], None]:
    """The worker at that time, until it finds nothing more to do."""

    def at(now: datetime) -> None:
        clock.set(now)
        while delivery.batch():
            pass

    return at


Send = Callable[[datetime], None]


def states(letter: str) -> list[str]:
    return [state for name, state in messages("letter", "state") if name == letter]


def test_promotion_when_at_night_is_told_in_the_morning_and_the_cancellation_at_once(send: Send) -> None:
    given_day(capacity=1)
    first, _ = joined(1), joined(2)
    send(NOW)
    cancelled(first, now=NIGHT)

    send(NIGHT)
    assert messages("letter", "state")[2:] == [("cancelled_in_time", "sent"), ("confirmed", "queued")]
    send(MORNING - TICK)
    assert states("confirmed")[1:] == ["queued"]
    send(MORNING)
    assert states("confirmed") == ["sent", "sent"]


def test_calling_off_when_the_day_is_tomorrow_wakes_people(send: Send) -> None:
    day = given_day()
    joined()
    do(call_off, day, reason="Storm.", actor=DESK, now=EVE)

    send(EVE)

    assert states("study_day_called_off") == ["sent"]


def test_mail_when_put_off_into_the_night_waits_for_the_morning(send: Send, smtp_server: SmtpServer) -> None:
    evening = FREE_UNTIL - timedelta(hours=3) - TICK
    day = given_day()
    joined()
    send(NOW)
    do(change_study_day, day, {"online_url": "https://meet.example/1"}, actor=DESK, now=evening)
    smtp_server.plan("RCPT", "450 later")

    send(evening)
    put_off = messages("state", "attempts")[1]
    send(NIGHT)
    held = messages("state", "attempts", "due_at")[1]
    send(MORNING)

    assert put_off == ("queued", 1)
    assert held == ("queued", 1, MORNING)
    assert messages("state", "attempts")[1] == ("sent", 2)


def test_mail_when_sent_again_by_hand_at_night_waits_too(send: Send) -> None:
    day = given_day()
    joined()
    do(change_study_day, day, {"online_url": "https://meet.example/1"}, actor=DESK)
    change(2, state="failed")
    do(resend, 2, actor=DESK, now=NIGHT)

    send(NIGHT)

    assert messages("state", "due_at")[1] == ("queued", MORNING)


def offer_accepted() -> None:
    accepted = admitted(asked_late(8, now=NIGHT), now=NIGHT)
    do(accept_offer, accepted, now=LATER)


def offer_declined() -> None:
    cancelled(admitted(asked_late(8, now=NIGHT), now=NIGHT), now=LATER)


def moved_up_and_left() -> None:
    do(change_study_day, 1, {"capacity": 1}, actor=DESK)
    waits = joined(8)
    do(change_study_day, 1, {"capacity": 2}, actor=DESK, now=NIGHT)
    cancelled(waits, now=LATER)


def changed_and_left() -> None:
    do(change_study_day, 1, {"online_url": "https://meet.example/1"}, actor=DESK, now=NIGHT)
    cancelled(1, now=LATER)


def corrected_and_left() -> None:
    do(correct, 1, {"town": "Gent"}, actor=DESK, now=NIGHT)
    do(not_me, 1, now=LATER)


def changed_and_called_off() -> None:
    do(change_study_day, 1, {"online_url": "https://meet.example/1"}, actor=DESK, now=NIGHT)
    do(call_off, 1, reason="Storm.", actor=DESK, now=LATER)


def two_invitations() -> None:
    do(invite_colleague, 1, "bo@example.org", "fr", now=NIGHT)
    do(invite_colleague, 1, "cy@example.org", "fr", now=LATER)


@pytest.mark.parametrize(
    ("happens", "letter", "outcome"),
    [
        (offer_accepted, "admitted", ["suppressed"]),
        (offer_declined, "admitted", ["suppressed"]),
        (moved_up_and_left, "confirmed", ["sent", "suppressed"]),
        (changed_and_left, "study_day_changed", ["suppressed"]),
        (corrected_and_left, "changed", ["suppressed"]),
        (changed_and_called_off, "study_day_changed", ["suppressed"]),
        (changed_and_called_off, "study_day_called_off", ["sent"]),
        (two_invitations, "colleague_invited", ["suppressed", "sent"]),
    ],
)
def test_letter_when_overtaken_during_the_night_stays_away(
    happens: Callable[[], None], letter: str, outcome: list[str], send: Send
) -> None:
    given_day(closes_at=NIGHT - timedelta(hours=4))
    joined()
    send(NOW)
    happens()

    send(MORNING)

    assert states(letter) == outcome


def test_fee_notice_when_waived_before_the_morning_stays_away(send: Send) -> None:
    given_day()
    joined(1)
    came(joined(2))
    late = ENDS_AT + timedelta(hours=5)
    send(NOW)
    charges = signed_off(now=late)
    do(waive, charges[0].id, reason=WaiverReason.ILL, note="", actor=DESK, now=late)

    send(late + timedelta(hours=12))

    assert states("fee_notice") == ["suppressed"]


def test_letter_when_still_so_in_the_morning_goes(send: Send) -> None:
    given_day(closes_at=NIGHT - timedelta(hours=4))
    admitted(asked_late(8, now=NIGHT), now=NIGHT)

    send(MORNING)

    assert states("admitted") == ["sent"]

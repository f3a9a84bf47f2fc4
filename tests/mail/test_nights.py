"""What people do at night is answered at once; what the clock writes waits, and stays away when it no longer holds."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from service.domain.audience import Audience
from service.domain.fees import WaiverReason
from service.mail.delivery import Delivery
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from service.usecases.cancel import lapse_offers
from service.usecases.invoice import waive
from service.usecases.open_close import call_off
from service.usecases.resend import resend
from service.usecases.write_to_many import Draft, write_to_many
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TICK, TILL_MORNING
from tests.conftest import Clock
from tests.mail.outgoing import change, do, messages
from tests.smtp import SmtpServer
from tests.usecases.steps import DESK, admitted, asked_late, came, cancelled, given_day, joined, row, signed_off

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


def test_answers_when_people_act_at_night_leave_at_once(send: Send) -> None:
    day = given_day(capacity=1, closes_at=NIGHT - timedelta(hours=4))
    first, _ = joined(1), joined(2)
    do(change_study_day, day, {"online_url": "https://meet.example/1"}, actor=DESK, now=NIGHT)
    cancelled(first, now=NIGHT)
    admitted(asked_late(8, now=NIGHT), over_capacity=True, now=NIGHT)
    do(call_off, day, reason="Storm.", actor=DESK, now=LATER)

    send(LATER)

    assert set(messages("letter")) == {
        "confirmed",
        "waiting",
        "study_day_changed",
        "cancelled_in_time",
        "late_request_received",
        "admitted",
        "study_day_called_off",
    }
    assert set(messages("state")) == {"sent"}


def test_offer_when_one_lapses_at_night_is_told_in_the_morning_and_counts_from_then(send: Send) -> None:
    given_day(capacity=1)
    first, _, third = joined(1), joined(2), joined(3)
    offered_at = FREE_UNTIL + timedelta(hours=23)
    lapsed_at = offered_at + timedelta(hours=24)
    morning = lapsed_at + timedelta(hours=8)
    send(NOW)
    cancelled(first, now=offered_at)
    send(offered_at)
    with transaction() as session:
        lapse_offers(session, now=lapsed_at)

    send(morning - TICK)
    assert (states("lapsed_offer"), states("offer")) == (["queued"], ["sent", "queued"])
    send(morning)
    assert (states("lapsed_offer"), states("offer")) == (["sent"], ["sent", "sent"])
    assert row(third).offered_until == morning + timedelta(hours=24)


def test_offer_when_turned_down_before_the_morning_stays_away(send: Send) -> None:
    given_day(capacity=1)
    first, _, third = joined(1), joined(2), joined(3)
    offered_at = FREE_UNTIL + timedelta(hours=23)
    lapsed_at = offered_at + timedelta(hours=24)
    cancelled(first, now=offered_at)
    send(offered_at)
    with transaction() as session:
        lapse_offers(session, now=lapsed_at)
    cancelled(third, now=lapsed_at + timedelta(hours=1))

    send(lapsed_at + timedelta(hours=8))

    assert states("offer") == ["sent", "suppressed"]


@pytest.mark.parametrize("sent_before", [False, True])
@pytest.mark.parametrize(
    ("after", "state"), [(timedelta(hours=24) - TICK, "sent"), (timedelta(hours=24), "suppressed")]
)
def test_offer_when_a_mail_server_was_away_until_it_lapsed_stays_away(
    send: Send, after: timedelta, state: str, *, sent_before: bool
) -> None:
    given_day(capacity=1)
    first, _ = joined(1), joined(2)
    send(NOW)
    offered_at = CLOSES_AT + timedelta(hours=10)
    cancelled(first, now=offered_at)
    admitted(asked_late(8, now=offered_at), over_capacity=True, now=offered_at)
    ids = [id for id, letter in messages("id", "letter") if letter in {"offer", "admitted"}]
    if sent_before:
        send(offered_at)
        for id in ids:
            change(id, state="failed")
            do(resend, id, actor=DESK, now=offered_at)

    send(offered_at + after)

    assert (len(ids), states("offer"), states("admitted")) == (2, [state], [state])


def written_to_all(day: int, *, now: datetime, at_once: bool = False) -> None:
    draft = Draft(audience=Audience.CONFIRMED, subject={"nl": "Lunch"}, text={"nl": "Er is soep."}, at_once=at_once)
    do(write_to_many, day, draft, count=1, form_key="x", actor=DESK, now=now)


def test_mail_to_many_when_it_cannot_wait_leaves_at_night(send: Send) -> None:
    day = given_day()
    joined()
    written_to_all(day, now=NIGHT, at_once=True)

    send(NIGHT)

    assert states("bulk") == ["sent"]


def test_mail_when_put_off_into_the_night_waits_for_the_morning(send: Send, smtp_server: SmtpServer) -> None:
    evening = FREE_UNTIL - timedelta(hours=3) - TICK
    day = given_day()
    joined()
    send(NOW)
    written_to_all(day, now=evening)
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
    written_to_all(day, now=NOW)
    change(2, state="failed")
    do(resend, 2, actor=DESK, now=NIGHT)

    send(NIGHT)

    assert messages("state", "due_at")[1] == ("queued", MORNING)


def test_mail_to_many_when_one_has_left_since_does_not_reach_them(send: Send) -> None:
    day = given_day()
    first = joined()
    written_to_all(day, now=NIGHT)
    cancelled(first, now=LATER)

    send(MORNING)

    assert states("bulk") == ["suppressed"]


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

"""rules.md 7, 8: sign-off, and the table of fees on real rows."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.domain.fees import Channel
from service.domain.refusals import AttendanceNotTaken, ManyAbsent, TooEarly
from service.extensions import db
from service.models import Charge, Message, Registration, StudyDay
from service.transaction import transaction
from service.usecases.cancel import not_me
from service.usecases.transfer import invite_colleague, take_over
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, TICK, make_application
from tests.usecases.steps import (
    LINK,
    admitted,
    asked_late,
    came,
    cancelled,
    given_day,
    history,
    joined,
    last_facts,
    last_line,
    row,
    signed_off,
    told,
)

HOUR = timedelta(hours=1)
ABOUT = {"organiser_id": 1, "study_day_id": 1, "language": "nl", "created_at": NOW, "due_at": NOW}
pytestmark = pytest.mark.usefixtures("app")


def charged(**overrides: Any) -> dict[int, str]:
    return {charge.registration_id: charge.reason for charge in signed_off(**overrides)}


def passed_on(registration_id: int, number: int, *, now: datetime) -> int:
    with transaction() as session:
        email = f"an{number}@example.org"
        invitation = invite_colleague(session, registration_id, email, "nl", actor=LINK, now=now)
        return take_over(session, invitation.id, make_application(number), actor=LINK, now=now).id


def test_sign_off_when_every_row_of_the_table_is_there() -> None:
    given_day(capacity=8)
    present, in_time, late, no_show, called_in = (joined(number) for number in range(1, 6))
    not_them, removed, giver = joined(6), joined(7), joined(8)
    waiting, still_waiting = joined(9), joined(10)
    cancelled(in_time, now=FREE_UNTIL - TICK)  # the first one waiting moves up
    cancelled(late, now=FREE_UNTIL, reason="Ill")  # the second one gets an offer and does not answer
    cancelled(called_in, now=FREE_UNTIL, channel=Channel.ORGANISER)
    cancelled(removed, now=FREE_UNTIL, channel=Channel.REMOVED)
    with transaction() as session:
        not_me(session, not_them, actor=LINK, now=FREE_UNTIL)
    taker = passed_on(giver, 11, now=FREE_UNTIL)
    late_comer = admitted(asked_late(12))
    came(present, taker)
    assert [row(one).status for one in (waiting, still_waiting, late_comer)] == ["confirmed", "offered", "offered"]

    assert charged() == {
        late: "late_cancellation",
        no_show: "no_show",
        called_in: "late_cancellation",
        waiting: "no_show",
    }


def test_charge_when_made_has_the_evidence_beside_it() -> None:
    given_day()
    an, bo = joined(1), joined(2)
    cancelled(an, now=FREE_UNTIL, reason="Ill")
    came(bo)
    with transaction() as session:
        session.execute(sa.update(Message).where(Message.letter == "confirmed").values(state="sent"))

    (charge,) = signed_off(now=ENDS_AT + HOUR)

    assert (charge.amount_cents, charge.status, charge.waiver_proposed) == (1500, "draft", False)
    assert (charge.created_at, charge.objection_until) == (ENDS_AT + HOUR, ENDS_AT + HOUR + timedelta(days=14))
    assert charge.evidence == {
        "accepted_at": NOW.isoformat(),
        "fee_cents": 1500,
        "free_cancellation_until": FREE_UNTIL.isoformat(),
        "mails_sent": 1,
        "mails_failed": 0,
        "cancelled_at": FREE_UNTIL.isoformat(),
        "cancelled_channel": "link",
    }
    assert told(3) == [("an1", "fee_notice")]
    assert last_facts("fee_notice") == {"sequence": 1, "charge": charge.id}
    assert last_line().facts == {"charges": 1}


def test_sign_off_when_repeated_changes_nothing() -> None:
    given_day()
    joined(1)
    came(joined(2))
    first = [charge.id for charge in signed_off()]
    again = [charge.id for charge in signed_off(now=ENDS_AT + HOUR, confirm_many_absent=False)]
    assert first == again
    assert told(2) == [("an1", "fee_notice")]
    assert history(-1) == ["signed_off"]
    assert db.session.execute(sa.select(StudyDay.signed_off_at)).scalar_one() == ENDS_AT


@pytest.mark.parametrize(("now", "refused"), [(ENDS_AT - TICK, True), (ENDS_AT, False), (ENDS_AT + TICK, False)])
def test_sign_off_when_the_day_ends(now: datetime, refused: bool) -> None:
    given_day()
    came(joined())
    if not refused:
        assert signed_off(now=now) == []
        return
    with pytest.raises(TooEarly) as caught:
        signed_off(now=now)
    assert caught.value.facts == {"from_when": ENDS_AT}


def test_sign_off_when_nobody_was_checked_in() -> None:
    given_day()
    joined()
    with pytest.raises(AttendanceNotTaken) as caught:
        signed_off(confirm_many_absent=True)
    assert caught.value.facts == {"expected": 1}


def test_sign_off_when_nobody_was_expected() -> None:
    given_day()
    an = joined()
    cancelled(an, now=FREE_UNTIL)
    assert charged() == {an: "late_cancellation"}


@pytest.mark.parametrize(("present", "absent", "asks"), [(3, 2, False), (2, 2, True), (1, 1, True), (2, 1, False)])
def test_sign_off_when_many_are_absent_asks_twice(present: int, absent: int, asks: bool) -> None:
    given_day()
    everyone = [joined(number) for number in range(present + absent)]
    came(*everyone[:present])
    if not asks:
        assert len(signed_off(confirm_many_absent=False)) == absent
        return
    with pytest.raises(ManyAbsent) as caught:
        signed_off(confirm_many_absent=False)
    assert caught.value.facts == {"absent": absent, "expected": present + absent}
    assert db.session.execute(sa.select(sa.func.count(Charge.id))).scalar_one() == 0
    assert len(signed_off(confirm_many_absent=True)) == absent


@pytest.mark.parametrize("fee", ["free", "made free", "granted free"])
def test_sign_off_when_there_is_no_fee(fee: str) -> None:
    given_day(fee_cents=0 if fee == "free" else 1500)
    an, bo = joined(1), joined(2)
    if fee == "made free":
        with transaction() as session:
            session.execute(sa.update(StudyDay).values(fee_cents=0))
    if fee == "granted free":
        with transaction() as session:
            session.execute(sa.update(Registration).where(Registration.id == an).values(granted_fee_cents=0))
    came(bo)
    assert charged() == {}


@pytest.mark.parametrize(
    ("states", "seen", "proposed"),
    [
        (["failed"], False, True),
        (["failed"], True, False),
        (["sent"], False, False),
        (["failed", "sent"], False, False),
        (["queued"], False, False),
        (["suppressed"], False, False),
    ],
)
def test_charge_when_no_confirmation_arrived_waits_for_a_person(states: list[str], seen: bool, proposed: bool) -> None:
    given_day()
    an, bo = joined(1), joined(2)
    came(bo)
    with transaction() as session:
        session.execute(sa.delete(Message).where(Message.registration_id == an))
        mails = [{"letter": "confirmed", "state": state, "recipient": "an1@example.org", **ABOUT} for state in states]
        session.execute(sa.insert(Message), [{"registration_id": an, **mail} for mail in mails])
        session.execute(sa.update(Registration).where(Registration.id == an).values(seen_at=NOW if seen else None))

    (charge,) = signed_off()

    assert charge.waiver_proposed == proposed
    assert told(1 + len(states)) == ([] if proposed else [("an1", "fee_notice")])

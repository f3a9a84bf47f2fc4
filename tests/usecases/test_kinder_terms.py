"""rules.md 4, 6: a changed capacity, fee or limit, and whom it helps."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.domain.refusals import InvalidInput
from service.extensions import db
from service.models import StudyDay
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from tests.builders import CLOSES_AT, FREE_UNTIL, NOW, TICK
from tests.usecases.steps import (
    DESK,
    admitted,
    asked_late,
    came,
    cancelled,
    counters,
    given_day,
    joined,
    row,
    signed_off,
    statuses,
    told,
)

WEEK = timedelta(days=7)
pytestmark = pytest.mark.usefixtures("app")


def changed(*, now: datetime = NOW, **values: Any) -> StudyDay:
    with transaction() as session:
        change_study_day(session, 1, values, actor=DESK, now=now)
    db.session.rollback()
    return db.session.get_one(StudyDay, 1, populate_existing=True)


class TestCapacity:
    def test_when_raised_goes_to_those_who_wait_in_order(self) -> None:
        given_day(capacity=1)
        an, bo, cy, di = joined(1), joined(2), joined(3), joined(4)
        changed(capacity=3)
        assert statuses() == {an: "confirmed", bo: "confirmed", cy: "confirmed", di: "waiting"}
        assert told(4) == [("an2", "confirmed"), ("an3", "confirmed")]
        assert counters() == (3, 1)

    def test_when_taken_away_leaves_nobody_waiting(self) -> None:
        given_day(capacity=1)
        an, bo, cy = joined(1), joined(2), joined(3)
        changed(now=FREE_UNTIL, capacity=None)
        assert statuses() == {an: "confirmed", bo: "offered", cy: "offered"}
        assert counters() == (3, 0)

    @pytest.mark.parametrize(("capacity", "refused"), [(3, False), (2, False), (1, True)])
    def test_when_lowered_below_what_is_taken_is_refused(self, capacity: int, refused: bool) -> None:
        given_day(capacity=5)
        joined(1)
        joined(2)
        if not refused:
            assert changed(capacity=capacity).capacity == capacity
            return
        with pytest.raises(InvalidInput) as caught:
            changed(capacity=capacity)
        assert caught.value.fields == {"capacity": "less-than-taken"}
        with pytest.raises(InvalidInput):
            changed(capacity=capacity, title={"nl": "Anders", "en": "Different"})

    def test_when_introduced_below_what_is_taken_is_refused(self) -> None:
        given_day()
        joined(1)
        joined(2)
        with pytest.raises(InvalidInput):
            changed(capacity=1)

    def test_when_exceeded_on_purpose_may_be_raised_by_less_than_that(self) -> None:
        given_day(capacity=1)
        an, bo = joined(1), joined(2)
        for number in (3, 4):
            admitted(asked_late(number), over_capacity=True)
        changed(now=CLOSES_AT, capacity=2)
        assert (statuses()[an], statuses()[bo]) == ("confirmed", "waiting")
        assert counters() == (3, 1)


class TestKinderAndStricter:
    def test_fee_when_lowered_and_raised_again_stays_low_for_those_who_had_it(self) -> None:
        given_day()
        an = joined(1)
        changed(fee_cents=500)
        bo = joined(2)
        changed(fee_cents=2000)
        cy = joined(3)
        changed(fee_cents=1800)
        assert [row(one).terms.fee_cents for one in (an, bo, cy)] == [500, 500, 1800]
        assert [row(one).terms_fee_cents for one in (an, bo, cy)] == [1500, 500, 2000]

    def test_limit_when_moved_back_and_forth_stays_kind_for_those_who_had_it(self) -> None:
        given_day()
        an = joined(1)
        changed(free_cancellation_until=FREE_UNTIL + WEEK)
        bo = joined(2)
        changed(free_cancellation_until=FREE_UNTIL - WEEK)
        cy = joined(3)
        kind, strict = FREE_UNTIL + WEEK, FREE_UNTIL - WEEK
        assert [row(one).terms.free_until for one in (an, bo, cy)] == [kind, kind, strict]
        assert row(an).terms_free_cancellation_until == FREE_UNTIL
        assert told(3) == []
        cancelled(an, now=kind - TICK)
        cancelled(cy, now=strict)
        assert [row(one).cancelled_verdict for one in (an, cy)] == ["on_time", "late"]

    def test_fee_when_lowered_after_a_late_cancellation_helps_too(self) -> None:
        given_day()
        an, bo = joined(1), joined(2)
        cancelled(an, now=FREE_UNTIL)
        changed(now=FREE_UNTIL, fee_cents=700)
        came(bo)
        assert [charge.amount_cents for charge in signed_off()] == [700]

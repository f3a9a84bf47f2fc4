"""rules.md 4: a freed seat goes to the first one waiting, as a place or as an offer."""

from datetime import datetime, timedelta

import pytest

from tests.builders import CLOSES_AT, FREE_UNTIL, NOW, STARTS_AT, TICK
from tests.usecases.steps import (
    admitted,
    asked_late,
    cancelled,
    counters,
    given_day,
    history,
    joined,
    last_facts,
    last_line,
    row,
    statuses,
    told,
)

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("app")


class TestSeatThatBecomesFree:
    def test_goes_to_the_first_one_waiting(self) -> None:
        given_day(capacity=1)
        an, bo, cy = joined(1), joined(2), joined(3)

        cancelled(an, now=NOW + HOUR)

        assert statuses() == {an: "cancelled", bo: "confirmed", cy: "waiting"}
        assert (row(bo).seated_at, row(bo).offered_until) == (NOW + HOUR, None)
        assert told(3) == [("an1", "cancelled_in_time"), ("an2", "confirmed")]
        assert last_facts("confirmed") == {"sequence": 0, "came_by": "waiting_list"}
        assert history(3) == ["cancelled", "promoted"]
        assert (last_line().actor, last_line().registration_id) == ("system", bo)
        assert counters() == (1, 1)

    @pytest.mark.parametrize(
        ("now", "status", "letter"),
        [
            (FREE_UNTIL - TICK, "confirmed", "confirmed"),
            (FREE_UNTIL, "offered", "offer"),
            (FREE_UNTIL + TICK, "offered", "offer"),
            (STARTS_AT - timedelta(hours=2) - TICK, "offered", "offer"),
            (STARTS_AT - timedelta(hours=2), "waiting", None),
            (STARTS_AT - TICK, "waiting", None),
        ],
    )
    def test_becomes_a_place_or_an_offer(self, now: datetime, status: str, letter: str | None) -> None:
        given_day(capacity=1)
        an, bo = joined(1), joined(2)

        cancelled(an, now=now)

        assert statuses()[bo] == status
        assert told(3) == ([("an2", letter)] if letter else [])
        assert counters() == ((1, 0) if letter else (0, 1))

    def test_an_hour_before_the_limit_can_be_given_back_for_a_whole_day(self) -> None:
        given_day(capacity=1)
        an, bo = joined(1), joined(2)
        cancelled(an, now=FREE_UNTIL - HOUR)

        assert row(bo).terms.free_until == FREE_UNTIL - HOUR + timedelta(hours=24)
        cancelled(bo, now=FREE_UNTIL + timedelta(hours=23) - TICK)
        assert row(bo).cancelled_verdict == "on_time"

    def test_a_day_later_costs_the_fee_again(self) -> None:
        given_day(capacity=1)
        an, bo = joined(1), joined(2)
        cancelled(an, now=FREE_UNTIL - HOUR)
        cancelled(bo, now=FREE_UNTIL + timedelta(hours=23))
        assert row(bo).cancelled_verdict == "late"

    def test_is_offered_for_a_day_and_at_most_till_two_hours_before_the_start(self) -> None:
        given_day(capacity=2, offer_hours=24)
        an, bo, cy, di = joined(1), joined(2), joined(3), joined(4)
        cancelled(an, now=FREE_UNTIL)
        cancelled(bo, now=STARTS_AT - timedelta(hours=5))
        assert row(cy).offered_until == FREE_UNTIL + timedelta(hours=24)
        assert row(di).offered_until == STARTS_AT - timedelta(hours=2)

    def test_goes_to_nobody_while_the_day_is_over_capacity(self) -> None:
        given_day(capacity=1)
        an, bo = joined(1), joined(2)
        cy = admitted(asked_late(3), over_capacity=True)

        cancelled(an, now=CLOSES_AT)
        assert statuses() == {an: "cancelled", bo: "waiting", cy: "offered"}
        assert counters() == (1, 1)

        cancelled(cy, now=CLOSES_AT)
        assert statuses() == {an: "cancelled", bo: "offered", cy: "cancelled"}
        assert counters() == (1, 0)

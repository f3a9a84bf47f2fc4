"""rules.md 2, 4: who gets a seat, and what a freed one means for the first one waiting."""

from datetime import datetime, timedelta

import pytest

from service.domain.refusals import Full
from service.domain.seats import Promotion, Seats, Status, place_for_newcomer, promotion
from tests.builders import FREE_UNTIL, NOW, STARTS_AT, TICK

DAY = timedelta(days=1)
TWO_HOURS_BEFORE = STARTS_AT - timedelta(hours=2)


@pytest.mark.parametrize(
    ("seats", "free", "full"),
    [
        (Seats(None, 0), None, False),
        (Seats(None, 5000), None, False),
        (Seats(2, 0), 2, False),
        (Seats(2, 1), 1, False),
        (Seats(2, 2), 0, True),
        (Seats(2, 3), 0, True),  # somebody was admitted over capacity
        (Seats(2, 1, waiting=1), 1, True),  # the free seat is theirs who wait
        (Seats(2, 1, waiting_list=False), 1, False),
    ],
)
def test_seats_when_counted(seats: Seats, free: int | None, full: bool) -> None:
    assert (seats.free, seats.full) == (free, full)


@pytest.mark.parametrize(
    ("seats", "expected"),
    [
        (Seats(None, 5000), Status.CONFIRMED),
        (Seats(None, 0, waiting_list=False), Status.CONFIRMED),
        (Seats(2, 1), Status.CONFIRMED),
        (Seats(2, 2), Status.WAITING),
        (Seats(2, 3), Status.WAITING),
        (Seats(2, 1, waiting=1), Status.WAITING),
        (Seats(2, 1, waiting_list=False), Status.CONFIRMED),
    ],
)
def test_newcomer_when_seats_are_like_this(seats: Seats, expected: Status) -> None:
    assert place_for_newcomer(seats) == expected


@pytest.mark.parametrize("seats", [Seats(2, 2, waiting_list=False), Seats(2, 1, waiting=1, waiting_list=False)])
def test_newcomer_when_full_without_a_waiting_list(seats: Seats) -> None:
    with pytest.raises(Full):
        place_for_newcomer(seats)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW, Promotion(Status.CONFIRMED, free_until=FREE_UNTIL)),
        (FREE_UNTIL - DAY, Promotion(Status.CONFIRMED, free_until=FREE_UNTIL)),
        # too late to be told in time: the place can be given back free for as long as an offer would have stood
        (FREE_UNTIL - DAY + TICK, Promotion(Status.CONFIRMED, free_until=FREE_UNTIL + TICK)),
        (FREE_UNTIL - TICK, Promotion(Status.CONFIRMED, free_until=FREE_UNTIL + DAY - TICK)),
        (FREE_UNTIL, Promotion(Status.OFFERED, FREE_UNTIL + DAY)),
        (FREE_UNTIL + TICK, Promotion(Status.OFFERED, FREE_UNTIL + DAY + TICK)),
        (TWO_HOURS_BEFORE - DAY, Promotion(Status.OFFERED, TWO_HOURS_BEFORE)),
        (TWO_HOURS_BEFORE - TICK, Promotion(Status.OFFERED, TWO_HOURS_BEFORE)),
        (TWO_HOURS_BEFORE, None),
        (TWO_HOURS_BEFORE + TICK, None),
    ],
)
def test_promotion_when_a_seat_is_freed(now: datetime, expected: Promotion | None) -> None:
    assert promotion(FREE_UNTIL, STARTS_AT, 24, heard_at=now, now=now) == expected


def test_promotion_when_cancelling_is_free_till_the_start() -> None:
    now = STARTS_AT - timedelta(minutes=1)
    place = promotion(STARTS_AT, STARTS_AT, 24, heard_at=now, now=now)
    assert place == Promotion(Status.CONFIRMED, free_until=STARTS_AT)


def test_promotion_when_heard_of_only_in_the_morning_counts_the_hours_from_then() -> None:
    in_time, too_late = FREE_UNTIL - timedelta(hours=1), FREE_UNTIL + timedelta(hours=1)
    heard = FREE_UNTIL + timedelta(hours=7)

    confirmed = promotion(FREE_UNTIL, STARTS_AT, 24, heard_at=heard, now=in_time)
    offered = promotion(FREE_UNTIL, STARTS_AT, 24, heard_at=heard, now=too_late)

    assert confirmed == Promotion(Status.CONFIRMED, free_until=heard + DAY)
    assert offered == Promotion(Status.OFFERED, heard + DAY)

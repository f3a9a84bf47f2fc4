"""rules.md 2, 4, 6, 7: phases, limits, local times; every limit one tick before, at and after."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.domain.windows import (
    Phase,
    Window,
    check_in_from,
    counts_from,
    misplaced,
    offer_lapses_at,
    on_time,
    phase,
    relief,
)
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TICK

BRUSSELS = ZoneInfo("Europe/Brussels")
OPENS_AT = datetime(2023, 1, 16, 8, 0, tzinfo=UTC)
MODEL = Window(STARTS_AT, ENDS_AT, CLOSES_AT, OPENS_AT)


@pytest.mark.parametrize(
    ("now", "expected"),
    [(CLOSES_AT - TICK, True), (CLOSES_AT, False), (CLOSES_AT + TICK, False)],
)
def test_on_time_when_the_limit_passes(now: datetime, expected: bool) -> None:
    assert on_time(now, CLOSES_AT) == expected


@pytest.mark.parametrize(
    ("now", "full", "expected"),
    [
        (OPENS_AT - TICK, False, Phase.ANNOUNCED),
        (OPENS_AT - TICK, True, Phase.ANNOUNCED),
        (OPENS_AT, False, Phase.OPEN),
        (OPENS_AT, True, Phase.FULL),
        (OPENS_AT + TICK, False, Phase.OPEN),
        (CLOSES_AT - TICK, False, Phase.OPEN),
        (CLOSES_AT - TICK, True, Phase.FULL),
        (CLOSES_AT, False, Phase.CLOSED),
        (CLOSES_AT, True, Phase.CLOSED),
        (CLOSES_AT + TICK, False, Phase.CLOSED),
        (STARTS_AT - TICK, False, Phase.CLOSED),
        (STARTS_AT, False, Phase.CLOSED),
        (ENDS_AT - TICK, True, Phase.CLOSED),
        (ENDS_AT, False, Phase.OVER),
        (ENDS_AT + TICK, True, Phase.OVER),
    ],
)
def test_phase_when_a_limit_passes(now: datetime, full: bool, expected: Phase) -> None:
    assert phase(MODEL, full=full, now=now) == expected


@pytest.mark.parametrize("now", [OPENS_AT - TICK, OPENS_AT, CLOSES_AT, STARTS_AT, ENDS_AT])
@pytest.mark.parametrize(
    ("published", "cancelled", "expected"),
    [(True, True, Phase.CANCELLED), (False, False, Phase.DRAFT), (False, True, Phase.DRAFT)],
)
def test_phase_when_it_does_not_depend_on_the_time(
    now: datetime,
    published: bool,
    cancelled: bool,
    expected: Phase,
) -> None:
    window = Window(STARTS_AT, ENDS_AT, CLOSES_AT, OPENS_AT, published, cancelled)
    assert phase(window, full=False, now=now) == expected


def test_phase_when_there_is_no_opening_limit() -> None:
    window = Window(STARTS_AT, ENDS_AT, CLOSES_AT)
    assert phase(window, full=False, now=datetime(1999, 1, 1, tzinfo=UTC)) == Phase.OPEN


LIMITS = {
    "opens_at": OPENS_AT,
    "closes_at": CLOSES_AT,
    "free_cancellation_until": FREE_UNTIL,
    "starts_at": STARTS_AT,
    "ends_at": ENDS_AT,
}


@pytest.mark.parametrize(
    ("moved", "expected"),
    [
        ({}, {}),
        ({"opens_at": None}, {}),
        ({"opens_at": CLOSES_AT - TICK}, {}),
        ({"opens_at": CLOSES_AT}, {"opens_at": "opens-after-close"}),
        ({"closes_at": STARTS_AT}, {}),
        ({"closes_at": STARTS_AT + TICK}, {"closes_at": "closes-after-start"}),
        ({"free_cancellation_until": STARTS_AT}, {}),
        ({"free_cancellation_until": STARTS_AT + TICK}, {"free_cancellation_until": "free-after-start"}),
        ({"free_cancellation_until": OPENS_AT - TICK}, {}),  # never free: said before the button
        ({"ends_at": STARTS_AT + TICK}, {}),
        ({"ends_at": STARTS_AT}, {"ends_at": "ends-before-start"}),
        (
            {"opens_at": ENDS_AT, "closes_at": ENDS_AT, "free_cancellation_until": ENDS_AT, "ends_at": OPENS_AT},
            {
                "ends_at": "ends-before-start",
                "closes_at": "closes-after-start",
                "opens_at": "opens-after-close",
                "free_cancellation_until": "free-after-start",
            },
        ),
    ],
)
def test_limits_when_one_is_moved(moved: dict[str, datetime], expected: dict[str, str]) -> None:
    assert misplaced(**{**LIMITS, **moved}) == expected


@pytest.mark.parametrize(
    ("now", "hours", "expected"),
    [
        (STARTS_AT - timedelta(hours=26) - TICK, 24, STARTS_AT - timedelta(hours=2) - TICK),
        (STARTS_AT - timedelta(hours=26), 24, STARTS_AT - timedelta(hours=2)),
        (STARTS_AT - timedelta(hours=26) + TICK, 24, STARTS_AT - timedelta(hours=2)),
        (STARTS_AT - timedelta(hours=2) - TICK, 24, STARTS_AT - timedelta(hours=2)),
        (STARTS_AT - timedelta(hours=2), 24, None),
        (STARTS_AT - timedelta(hours=2) + TICK, 24, None),
        (STARTS_AT, 24, None),
        (NOW, 24, NOW + timedelta(hours=24)),
        (NOW, 1, NOW + timedelta(hours=1)),
        # an offer made on the eve of the change of the clocks lasts 24 hours, not till the same time of day
        (datetime(2023, 3, 25, 12, tzinfo=BRUSSELS).astimezone(UTC), 24, datetime(2023, 3, 26, 13, tzinfo=BRUSSELS)),
    ],
)
def test_offer_lapses_at_most_two_hours_before_the_start(now: datetime, hours: int, expected: datetime | None) -> None:
    assert offer_lapses_at(STARTS_AT, hours, now=now) == expected


@pytest.mark.parametrize(
    ("current", "now", "expected"),
    [
        (FREE_UNTIL, NOW, FREE_UNTIL),  # the limit is later than in 7 days
        (FREE_UNTIL, FREE_UNTIL - timedelta(days=7) - TICK, FREE_UNTIL),
        (FREE_UNTIL, FREE_UNTIL - timedelta(days=7), FREE_UNTIL),
        (FREE_UNTIL, FREE_UNTIL - timedelta(days=7) + TICK, FREE_UNTIL + TICK),
        (FREE_UNTIL, FREE_UNTIL + timedelta(days=1), FREE_UNTIL + timedelta(days=8)),  # over, and open again
        (FREE_UNTIL, STARTS_AT - timedelta(days=7) - TICK, STARTS_AT - TICK),
        (FREE_UNTIL, STARTS_AT - timedelta(days=7) + TICK, STARTS_AT),  # at most the start
        (FREE_UNTIL, STARTS_AT - TICK, STARTS_AT),
    ],
)
def test_relief_when_a_change_was_announced(current: datetime, now: datetime, expected: datetime) -> None:
    assert relief(current, STARTS_AT, now=now) == expected


@pytest.mark.parametrize(
    ("received_at", "seated_at", "expected"),
    [
        (NOW, None, NOW),
        (NOW - TICK, None, NOW - TICK),
        (NOW + TICK, None, NOW),
        (NOW - timedelta(days=3), None, NOW - timedelta(days=2)),
        (NOW - timedelta(days=2), NOW - timedelta(days=1), NOW - timedelta(days=1)),
    ],
)
def test_mail_counts_when_it_came_while_the_place_was_theirs(
    received_at: datetime, seated_at: datetime | None, expected: datetime
) -> None:
    created_at = NOW - timedelta(days=2)

    assert counts_from(received_at, seated_at=seated_at, created_at=created_at, now=NOW) == expected


def test_check_in_begins_three_hours_before_the_start() -> None:
    assert check_in_from(STARTS_AT) == datetime(2023, 3, 31, 7, 15, tzinfo=BRUSSELS)

"""No mail at night, but for what answers somebody, and what cannot wait."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.domain.quiet import LETTERS, Departure, Waits, awake, departure, heard_at, near, night
from service.letters.writing import ABOUT
from tests.builders import ENDS_AT, STARTS_AT, TICK

BRUSSELS = "Europe/Brussels"
PATIENT = sorted(name for name, waits in LETTERS.items() if waits is Waits.UNLESS_NEAR)
ANSWERS = sorted(name for name, waits in LETTERS.items() if waits is Waits.NEVER)


@dataclass(frozen=True)
class Day:
    time_zone: str = BRUSSELS
    starts_at: datetime = STARTS_AT
    ends_at: datetime = ENDS_AT


def local(text: str, zone: str = BRUSSELS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


MIDNIGHT = local("2023-03-15 00:00")
MORNING = local("2023-03-15 07:00")


def test_letters_when_listed_are_those_that_can_be_written() -> None:
    assert set(LETTERS) == set(ABOUT)


@pytest.mark.parametrize(
    ("at", "sleeps"),
    [
        (local("2023-03-14 21:00") - TICK, False),
        (local("2023-03-14 21:00"), True),
        (MIDNIGHT, True),
        (MORNING - TICK, True),
        (MORNING, False),
    ],
)
def test_night_when_it_begins_and_ends(at: datetime, sleeps: bool) -> None:
    assert night(at, BRUSSELS) is sleeps


@pytest.mark.parametrize(
    ("at", "zone", "wakes_at"),
    [
        ("2023-03-14 20:59", BRUSSELS, "2023-03-14 20:59"),
        ("2023-03-14 21:00", BRUSSELS, "2023-03-15 07:00"),
        ("2023-03-15 06:59", BRUSSELS, "2023-03-15 07:00"),
        ("2023-03-25 23:00", BRUSSELS, "2023-03-26 07:00"),  # a night of nine hours
        ("2023-10-28 23:00", BRUSSELS, "2023-10-29 07:00"),  # and one of eleven
        ("2023-12-31 22:00", "America/New_York", "2024-01-01 07:00"),
        ("2023-03-14 22:00", "Asia/Kolkata", "2023-03-15 07:00"),
    ],
)
def test_morning_when_it_comes_is_at_seven_where_the_day_is(at: str, zone: str, wakes_at: str) -> None:
    assert awake(local(at, zone), zone) == local(wakes_at, zone)


@pytest.mark.parametrize("letter", ANSWERS)
def test_answer_when_it_is_night_goes_at_once(letter: str) -> None:
    assert departure(letter, None, now=MIDNIGHT) == Departure(MIDNIGHT)


@pytest.mark.parametrize("letter", PATIENT)
def test_letter_when_the_clock_wrote_it_at_night_waits_for_the_morning(letter: str) -> None:
    assert departure(letter, Day(), now=MIDNIGHT) == Departure(MORNING, BRUSSELS)


@pytest.mark.parametrize("letter", ["confirmed", "offer"])
def test_place_when_it_became_free_by_the_clock_is_told_in_the_morning(letter: str) -> None:
    assert departure(letter, Day(), by_clock=True, now=MIDNIGHT) == Departure(MORNING, BRUSSELS)


@pytest.mark.parametrize(
    ("now", "waits"),
    [
        (STARTS_AT - timedelta(hours=24) - TICK, False),  # a morning: by day nothing waits, but it may later
        (local("2023-03-30 06:00"), True),
        (local("2023-03-30 23:00"), None),
        (ENDS_AT - TICK, None),
        (ENDS_AT, False),
    ],
)
def test_letter_when_the_day_is_near_keeps_to_no_night(now: datetime, waits: bool | None) -> None:
    leaves = departure("lapsed_offer", Day(), now=now)

    assert leaves.zone == (None if waits is None else BRUSSELS)
    assert (leaves.at > now) is bool(waits)
    assert near(Day(), now=now) is (waits is None)


def test_fee_notice_when_it_is_night_waits_though_the_day_was_just_now() -> None:
    late = local("2023-03-31 22:00")

    assert departure("fee_notice", Day(ends_at=late + TICK), now=late).at == local("2023-04-01 07:00")


def test_letter_when_it_would_wait_and_is_about_no_day_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="lapsed_offer keeps to the nights of a study day, and was given none"):
        departure("lapsed_offer", None, now=MIDNIGHT)


def test_hours_to_answer_when_the_clock_offers_at_night_count_from_the_morning_or_from_now_on_the_eve() -> None:
    eve = local("2023-03-30 23:00")

    assert [heard_at(Day(), now=now) for now in (MIDNIGHT, MORNING, eve)] == [MORNING, MORNING, eve]

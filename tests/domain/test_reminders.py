"""When reminders are due: three Belgian working days, two days, the day after; and until when they make sense."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from service.belgium import HOLIDAYS
from service.domain.quiet import night
from service.domain.reminders import Kind, Reminder, last_call_at, plan
from tests.builders import ENDS_AT, FREE_UNTIL, STARTS_AT, TICK

BRUSSELS = "Europe/Brussels"


@dataclass
class Day:
    starts_at: datetime = STARTS_AT
    ends_at: datetime = ENDS_AT
    fee_cents: int = 1500
    free_cancellation_until: datetime = FREE_UNTIL
    free_again_until: datetime | None = None
    kept_limits: list[str] = field(default_factory=list)
    time_zone: str = BRUSSELS
    published: bool = True
    cancelled_at: datetime | None = None
    signed_off_at: datetime | None = None


def local(text: str, zone: str = BRUSSELS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def planned(kind: Kind, day: Day) -> list[Reminder]:
    return [one for one in plan(day, HOLIDAYS) if one.kind is kind]


@pytest.mark.parametrize(
    ("limit", "zone", "call"),
    [
        ("2023-03-20 00:00", BRUSSELS, "2023-03-15 09:00"),  # a Monday: Friday, Thursday, Wednesday are left
        ("2023-03-21 00:00", BRUSSELS, "2023-03-16 09:00"),  # "until and including Monday"
        ("2023-03-20 12:00", BRUSSELS, "2023-03-15 09:00"),
        ("2023-03-18 00:00", BRUSSELS, "2023-03-15 09:00"),  # over the weekend
        ("2023-04-12 00:00", BRUSSELS, "2023-04-06 09:00"),  # Easter Monday
        ("2024-05-03 12:00", BRUSSELS, "2024-04-29 09:00"),  # the first of May, in the middle of the week
        ("2023-05-22 00:00", BRUSSELS, "2023-05-16 09:00"),  # Ascension Day; the Friday after it is worked
        ("2024-01-03 00:00", BRUSSELS, "2023-12-28 09:00"),  # New Year, in a year that begins meanwhile
        ("2023-07-24 00:00", BRUSSELS, "2023-07-18 09:00"),  # 21 July
        ("2023-03-29 00:00", BRUSSELS, "2023-03-24 09:00"),  # the clocks went forward: another offset
        ("2023-10-31 00:00", BRUSSELS, "2023-10-26 09:00"),  # and back
        ("2023-03-20 00:00", "America/New_York", "2023-03-15 09:00"),
        ("2023-03-20 00:00", "Asia/Tokyo", "2023-03-15 09:00"),
    ],
)
def test_last_call_when_counted_back_leaves_three_belgian_working_days(limit: str, zone: str, call: str) -> None:
    assert last_call_at(local(limit, zone), zone, HOLIDAYS) == local(call, zone)


def test_last_call_when_there_are_no_holidays_counts_weekdays() -> None:
    christmas = {date(2023, 12, 25)}

    days = [last_call_at(local("2023-12-28 00:00"), BRUSSELS, holidays) for holidays in ((), christmas)]

    assert days == [local("2023-12-25 09:00"), local("2023-12-22 09:00")]


def test_last_call_when_the_limit_is_the_start_or_reopened_is_about_what_binds() -> None:
    until_start = Day(free_cancellation_until=STARTS_AT)
    reopened = Day(free_again_until=local("2023-03-27 10:00"))

    assert [one.limit for one in planned(Kind.LAST_CALL, until_start)] == [STARTS_AT]
    assert [(one.at, one.about) for one in planned(Kind.LAST_CALL, reopened)] == [
        (local("2023-03-22 09:00"), "2023-03-27T08:00")
    ]


def test_last_calls_when_some_keep_a_kinder_limit_are_one_for_each() -> None:
    old, older = local("2023-03-24 00:00"), local("2023-05-01 00:00")
    day = Day(kept_limits=[older.isoformat(), old.isoformat(), (FREE_UNTIL - TICK).isoformat()])

    calls = planned(Kind.LAST_CALL, day)

    assert [(one.limit, one.above) for one in calls] == [(FREE_UNTIL, None), (old, FREE_UNTIL), (STARTS_AT, old)]


def test_practical_reminder_when_planned_is_two_days_before_in_the_zone_of_the_day() -> None:
    tokyo = Day(time_zone="Asia/Tokyo", starts_at=local("2023-03-31 09:00", "Asia/Tokyo"))

    assert [one.at for one in planned(Kind.PRACTICAL, Day())] == [local("2023-03-29 09:00")]
    assert [one.at for one in planned(Kind.PRACTICAL, tokyo)] == [local("2023-03-29 09:00", "Asia/Tokyo")]
    assert planned(Kind.PRACTICAL, tokyo)[0].about == "2023-03-31"


def test_sign_off_when_planned_is_asked_for_twice_in_brussels_until_it_is_done() -> None:
    honolulu = Day(time_zone="Pacific/Honolulu", ends_at=local("2023-03-31 22:00", "Pacific/Honolulu"))

    mornings = [(one.at, one.again) for one in planned(Kind.SIGN_OFF, Day())]

    assert mornings == [(local("2023-04-01 09:00"), False), (local("2023-04-08 09:00"), True)]
    assert [one.at for one in planned(Kind.SIGN_OFF, honolulu)] == [
        local("2023-04-02 09:00"),
        local("2023-04-09 09:00"),
    ]
    assert planned(Kind.SIGN_OFF, Day(signed_off_at=ENDS_AT)) == []


@pytest.mark.parametrize("day", [Day(published=False), Day(cancelled_at=FREE_UNTIL)])
def test_reminders_when_the_day_is_a_draft_or_called_off_are_none(day: Day) -> None:
    assert plan(day, HOLIDAYS) == ()


@pytest.mark.parametrize(
    ("kind", "first", "last"),
    [
        (Kind.LAST_CALL, "2023-03-15 09:00", "2023-03-19 21:00"),  # the limit is at midnight: the evening is the last
        (Kind.PRACTICAL, "2023-03-29 09:00", "2023-03-30 21:00"),
        (Kind.SIGN_OFF, "2023-04-01 09:00", "2023-04-05 09:00"),
    ],
)
def test_reminder_when_it_is_late_goes_as_long_as_it_makes_sense_and_by_day(kind: Kind, first: str, last: str) -> None:
    reminder = planned(kind, Day())[0]

    hours = [local(first) + timedelta(hours=hours) for hours in range(-24, 24 * 8)]
    due = [hour for hour in hours if reminder.due(now=hour)]

    assert (due[0], due[-1]) == (local(first), local(last) - timedelta(hours=1))
    assert not any(night(hour, BRUSSELS) for hour in due)
    assert not reminder.due(now=local(first) - TICK)
    assert not reminder.due(now=local(last))

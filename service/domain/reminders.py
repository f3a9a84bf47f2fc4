"""Letters that the clock writes: when each is due, and until when it still makes sense (docs/decisions/0047).

They go in working hours, never at night, and each is about something: a last call about a limit, a practical reminder
about a date, a request to sign off about the end. Whatever was written about once is never written about again.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from service.domain.quiet import STAFF_ZONE, night
from service.domain.terms import Today, today
from service.domain.windows import on_time

HOUR: Final = time(9)
CALL_WORKING_DAYS: Final = 3
PRACTICAL_DAYS: Final = 2
SIGN_OFF_DAYS: Final = (1, 8)
"""Days after the end: the first time, and once more a week later."""
TIME_TO_ACT: Final = timedelta(hours=2)
"""A last call that comes later than this before the limit would only annoy."""
TIME_TO_READ: Final = timedelta(hours=12)
"""The same of a practical reminder, before the start: on the morning itself people are on the train."""
SIGN_OFF_LASTS: Final = timedelta(days=4)
LONGEST_AGO: Final = timedelta(days=SIGN_OFF_DAYS[-1]) + SIGN_OFF_LASTS + timedelta(days=1)
"""No reminder is due about a day that ended longer ago than this."""
WEEKEND: Final = 5


class Kind(StrEnum):
    """Of a reminder; the name of its letter."""

    LAST_CALL = "last_call"
    PRACTICAL = "practical"
    SIGN_OFF = "sign_off_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """One that goes at ``at``, or late, but before ``until``, and by day in ``zone``.

    ``about`` tells it from all others of its kind and study day; ``again``: it was asked for before. Of a last call,
    ``limit`` is the one that it is about, and ``above`` the limit of those who are called sooner (None: nobody).
    """

    kind: Kind
    about: str
    at: datetime
    until: datetime
    zone: str
    again: bool = False
    limit: datetime | None = None
    above: datetime | None = None

    def due(self, *, now: datetime) -> bool:
        """Whether it is to go now, if it has not gone yet."""
        return not on_time(now, self.at) and on_time(now, self.until) and not night(now, self.zone)


class Day(Today, Protocol):
    """A study day, as far as its reminders go; ``kept_limits`` (ISO) are kinder ones that it had, as some still do."""

    time_zone: str
    ends_at: datetime
    kept_limits: list[str]
    published: bool
    cancelled_at: datetime | None
    signed_off_at: datetime | None


def plan(day: Day, holidays: Container[date]) -> tuple[Reminder, ...]:
    """All reminders of a study day as it is now, those that are past among them; none of one that does not take place.

    :param holidays: of Belgium, where the people are whom a working day matters to.
    """
    if not day.published or day.cancelled_at is not None:
        return ()
    signed_off = day.signed_off_at is not None
    return (*_last_calls(day, holidays), _practical(day), *(() if signed_off else _sign_offs(day)))


def last_call_at(limit: datetime, zone: str, holidays: Container[date]) -> datetime:
    """The morning from which three whole working days are left: those before the local date of the limit."""
    day, left = limit.astimezone(ZoneInfo(zone)).date(), CALL_WORKING_DAYS
    while left:
        day -= timedelta(days=1)
        left -= day.weekday() < WEEKEND and day not in holidays
    return _at(day, zone)


def _last_calls(day: Day, holidays: Container[date]) -> Sequence[Reminder]:
    """One for the limit of today, and one for each kinder limit that somebody may have kept."""
    limit = today(day).free_until
    kept = {min(datetime.fromisoformat(text), day.starts_at) for text in day.kept_limits}
    limits = [limit, *sorted(one for one in kept if one > limit)]
    return [
        Reminder(
            kind=Kind.LAST_CALL,
            about=one.astimezone(UTC).strftime("%Y-%m-%dT%H:%M"),
            at=last_call_at(one, day.time_zone, holidays),
            until=one - TIME_TO_ACT,
            zone=day.time_zone,
            limit=one,
            above=sooner,
        )
        for one, sooner in zip(limits, [None, *limits], strict=False)
    ]


def _practical(day: Day) -> Reminder:
    starts_on = day.starts_at.astimezone(ZoneInfo(day.time_zone)).date()
    return Reminder(
        kind=Kind.PRACTICAL,
        about=starts_on.isoformat(),
        at=_at(starts_on - timedelta(days=PRACTICAL_DAYS), day.time_zone),
        until=day.starts_at - TIME_TO_READ,
        zone=day.time_zone,
    )


def _sign_offs(day: Day) -> Sequence[Reminder]:
    """To the organiser, in the organiser's own zone."""
    ended_on = day.ends_at.astimezone(ZoneInfo(STAFF_ZONE)).date()
    mornings = [_at(ended_on + timedelta(days=days), STAFF_ZONE) for days in SIGN_OFF_DAYS]
    return [
        Reminder(
            kind=Kind.SIGN_OFF,
            about=f"{ended_on.isoformat()}/{number}",
            at=morning,
            until=morning + SIGN_OFF_LASTS,
            zone=STAFF_ZONE,
            again=number > 1,
        )
        for number, morning in enumerate(mornings, start=1)
    ]


def _at(day: date, zone: str) -> datetime:
    return datetime.combine(day, HOUR, tzinfo=ZoneInfo(zone)).astimezone(UTC)

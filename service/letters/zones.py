"""VTIMEZONE of any zone, from the zone database: yearly rules where the zone has them (RFC 5545, 3.6.5).

Rules with BYDAY, never RDATE lists, which ical.js, vobject and Outlook misread by an hour. A zone whose clock changes
follow no such rule gets its offset of those days instead, and times it cannot say clearly go out in UTC.
"""

from calendar import monthcalendar, monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur

EPOCH: Final = 1970
"""Since when a definition holds, by custom; it has to be right only in the days of its event."""
DAY: Final = timedelta(days=1)
SECOND: Final = timedelta(seconds=1)
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LAST: Final = -1


@dataclass(frozen=True, slots=True)
class Span:
    """Two times as a calendar object writes them, and the VTIMEZONE they need; none for UTC."""

    starts_at: datetime
    ends_at: datetime
    definition: Timezone | None

    def in_utc(self) -> "Span":
        """The same without a zone."""
        return Span(self.starts_at.astimezone(UTC), self.ends_at.astimezone(UTC), None)


@dataclass(frozen=True, slots=True)
class Change:
    """One clock change; ``onset`` is naive local time before it, ``name`` that of the time after it."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str

    @property
    def forward(self) -> bool:
        """Whether the clocks go forward."""
        return self.after > self.before

    @property
    def place(self) -> tuple[object, ...]:
        """All that must be the same from year to year, but for the week of the month."""
        return (self.onset.month, self.onset.weekday(), self.onset.time(), self.before, self.after, self.name)

    @property
    def weeks(self) -> set[int]:
        """Which week of the month it is: by number, and whether it is the last."""
        days = monthrange(self.onset.year, self.onset.month)[1]
        number = (self.onset.day - 1) // 7 + 1
        return {number, LAST} if self.onset.day + 7 > days else {number}


def span(starts_at: datetime, ends_at: datetime, zone: str) -> Span:
    """The times of an event in its own zone, unmistakably.

    :param starts_at: aware, as is ``ends_at``.
    """
    there = ZoneInfo(zone)
    first, last = starts_at.astimezone(there), ends_at.astimezone(there)
    if first.tzname() == "UTC" or _twofold(first) or _twofold(last):
        return Span(first, last, None).in_utc()
    yearly = _yearly(zone, first.year)
    if yearly is not None:
        return Span(first, last, yearly)
    if first.utcoffset() != last.utcoffset():
        return Span(first, last, None).in_utc()
    return Span(first, last, _constant(zone, first.utcoffset() or timedelta(), first.tzname() or zone))


def _twofold(local: datetime) -> bool:
    """Whether the clocks show that time twice: without an offset nobody could tell which is meant."""
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


@cache
def _yearly(zone: str, year: int) -> Timezone | None:
    """Two yearly rules that are right from the year before to the year after; None where there are none."""
    years = [tuple(_changes(ZoneInfo(zone), near)) for near in (year - 1, year, year + 1)]
    if any(len(changes) != 2 or changes[0].forward == changes[1].forward for changes in years):  # noqa: PLR2004
        return None
    definition = Timezone()
    definition.add("tzid", zone)
    for forward in (False, True):
        same = [change for changes in years for change in changes if change.forward is forward]
        weeks = set.intersection(*(change.weeks for change in same))
        if len({change.place for change in same}) > 1 or not weeks:
            return None
        definition.add_component(_observance(same[0], min(weeks)))
    return definition


def _observance(change: Change, week: int) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if change.forward else TimezoneStandard()
    part.add("dtstart", _first(change.onset, week))
    part.add("tzoffsetfrom", change.before)
    part.add("tzoffsetto", change.after)
    part.add("tzname", change.name)
    rule = {"FREQ": "YEARLY", "BYMONTH": change.onset.month, "BYDAY": f"{week}{WEEKDAYS[change.onset.weekday()]}"}
    part.add("rrule", vRecur(rule))
    return part


def _first(onset: datetime, week: int) -> datetime:
    """The same weekday of the same week of the month, at the same time, in the first year."""
    weeks = [days[onset.weekday()] for days in monthcalendar(EPOCH, onset.month) if days[onset.weekday()]]
    return onset.replace(year=EPOCH, day=weeks[week if week == LAST else week - 1])


@cache
def _constant(zone: str, offset: timedelta, name: str) -> Timezone:
    """A zone that keeps one offset, at least in the days concerned."""
    part = TimezoneStandard()
    part.add("dtstart", datetime(EPOCH, 1, 1))  # noqa: DTZ001 - onsets are local times by definition
    part.add("tzoffsetfrom", offset)
    part.add("tzoffsetto", offset)
    part.add("tzname", name)
    definition = Timezone()
    definition.add("tzid", zone)
    definition.add_component(part)
    return definition


def _changes(zone: ZoneInfo, year: int) -> Iterator[Change]:
    """The clock changes of a (UTC) year."""
    at = datetime(year, 1, 1, tzinfo=UTC)
    while at.year == year:
        before, after = _offset(at, zone), _offset(at + DAY, zone)
        if before != after:
            early, late = at, at + DAY
            while late - early > SECOND:
                middle = early + (late - early) // 2
                early, late = (middle, late) if _offset(middle, zone) == before else (early, middle)
            late = late.replace(microsecond=0)
            yield Change((late + before).replace(tzinfo=None), before, after, late.astimezone(zone).tzname() or "")
        at += DAY


def _offset(at: datetime, zone: ZoneInfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()

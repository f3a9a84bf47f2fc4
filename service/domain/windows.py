"""Phases and limits: half-open comparison, local time to instants (rules.md 2, 4, 6, 7).

Instants are aware datetimes. A limit is the first instant that is too late: ``on_time = now < limit``.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from service.domain.refusals import InvalidInput

CHECK_IN_BEFORE_START = timedelta(hours=3)
LAST_OFFER_BEFORE_START = timedelta(hours=2)
NOTICE_RELIEF = timedelta(days=7)
YEARS = range(1970, 2200)
"""Far enough from both ends of the calendar to be printed in any zone and counted on from."""


class Phase(StrEnum):
    """Where a study day is in its life (rules.md 2)."""

    DRAFT = "draft"
    ANNOUNCED = "announced"
    OPEN = "open"
    FULL = "full"
    CLOSED = "closed"
    OVER = "over"
    CANCELLED = "cancelled"


class Reading(StrEnum):
    """How somebody who typed a limit wants it read."""

    UNTIL_AND_INCLUDING = "until_and_including"
    BEFORE = "before"


class Verdict(StrEnum):
    """Of a cancellation; stored at that moment and never derived later (rules.md 6)."""

    ON_TIME = "on_time"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Window:
    """The limits of one study day."""

    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    opens_at: datetime | None = None
    published: bool = True
    cancelled: bool = False


def on_time(now: datetime, limit: datetime) -> bool:
    """Whether ``now`` is before the limit: the one comparison of this service; the limit itself is too late."""
    return now < limit


def phase(window: Window, *, full: bool, now: datetime) -> Phase:
    """The phase at ``now``; ``full`` matters only while registration is open (rules.md 2)."""
    if not window.published:
        return Phase.DRAFT
    if window.cancelled:
        return Phase.CANCELLED
    if not on_time(now, window.ends_at):
        return Phase.OVER
    if not on_time(now, window.closes_at):
        return Phase.CLOSED
    if window.opens_at is not None and on_time(now, window.opens_at):
        return Phase.ANNOUNCED
    return Phase.FULL if full else Phase.OPEN


def verdict(now: datetime, free_cancellation_until: datetime) -> Verdict:
    """Of a cancellation at ``now`` against the limit that was accepted (rules.md 6, 8)."""
    return Verdict.ON_TIME if on_time(now, free_cancellation_until) else Verdict.LATE


def counts_from(received_at: datetime, *, seated_at: datetime | None, created_at: datetime, now: datetime) -> datetime:
    """When a cancellation by mail counts: as it reached us, not in the future, never before the place was theirs."""
    return min(now, max(received_at, seated_at or created_at))


def relief(current: datetime, starts_at: datetime, *, now: datetime) -> datetime:
    """Free cancellation after a notice of change: the later of limit and 7 days on, at most the start (rules.md 6)."""
    return min(starts_at, max(current, now + NOTICE_RELIEF))


def offer_lapses_at(starts_at: datetime, offer_hours: int, *, now: datetime) -> datetime | None:
    """When an offer made now lapses, or None where no time is left to offer (rules.md 4)."""
    lapses_at = min(now + timedelta(hours=offer_hours), starts_at - LAST_OFFER_BEFORE_START)
    return lapses_at if on_time(now, lapses_at) else None


def check_in_from(starts_at: datetime) -> datetime:
    """From when people can be checked in (rules.md 7)."""
    return starts_at - CHECK_IN_BEFORE_START


def instant(local: datetime, zone: str) -> datetime:
    """The UTC instant of a naive local time; of a doubled hour in autumn, the first.

    :raises InvalidInput: code ``no-such-time``, when the clocks skip that time, or out of ``YEARS``.
    """
    _require_sensible(local)
    utc = local.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    if utc.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local:
        raise InvalidInput({"": "no-such-time"})
    return utc


def start_of_day(day: date, zone: str) -> datetime:
    """The first instant of a local day; where midnight is skipped, that of the change of the clocks.

    :raises InvalidInput: code ``no-such-time``, out of ``YEARS``.
    """
    _require_sensible(day)
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(UTC)


def limit_of(entered: date | datetime, reading: Reading, zone: str) -> datetime:
    """The half-open limit of a typed local date, or date and time, in one of its two readings (rules.md 2).

    "Until and including 20 March" and "before 21 March" are the same limit, midnight between them; a time is kept
    to the minute, so "until and including 12:00" ends with that minute.

    :raises InvalidInput: code ``no-such-time``, as for ``instant``.
    """
    _require_sensible(entered)
    inclusive = reading is Reading.UNTIL_AND_INCLUDING
    if isinstance(entered, datetime):
        return instant(entered, zone) + timedelta(minutes=1 if inclusive else 0)
    return start_of_day(entered + timedelta(days=1) if inclusive else entered, zone)


def has_offset_of(moment: datetime, zone: str) -> bool:
    """Whether the offset a time was written with is the one the zone has then; False out of ``YEARS``."""
    return moment.year in YEARS and moment.utcoffset() == moment.astimezone(ZoneInfo(zone)).utcoffset()


def _require_sensible(day: date) -> None:
    if day.year not in YEARS:
        raise InvalidInput({"": "no-such-time"})


def misplaced(
    *,
    opens_at: datetime | None,
    closes_at: datetime,
    free_cancellation_until: datetime,
    starts_at: datetime,
    ends_at: datetime,
) -> dict[str, str]:
    """Which limits stand in the wrong order (opens < closes <= starts < ends; free <= starts): field -> code."""
    wrong = {}
    if ends_at <= starts_at:
        wrong["ends_at"] = "ends-before-start"
    if closes_at > starts_at:
        wrong["closes_at"] = "closes-after-start"
    if opens_at is not None and opens_at >= closes_at:
        wrong["opens_at"] = "opens-after-close"
    if free_cancellation_until > starts_at:
        wrong["free_cancellation_until"] = "free-after-start"
    return wrong

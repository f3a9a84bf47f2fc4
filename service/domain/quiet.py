"""When a letter leaves: what people do is answered at once, what the clock does wakes nobody (docs/decisions/0046).

Nights are those of the study day's own zone, for staff those of ``STAFF_ZONE``; 21:00 begins one, 07:00 ends it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import Enum
from typing import Final, Protocol
from zoneinfo import ZoneInfo

from service.domain.windows import on_time

NIGHT_BEGINS: Final = time(21)
NIGHT_ENDS: Final = time(7)
NEAR: Final = timedelta(hours=24)
STAFF_ZONE: Final = "Europe/Brussels"


class Waits(Enum):
    """Whether a letter waits for the morning."""

    NEVER = "it is the direct answer to what somebody has just done"
    UNLESS_NEAR = "it can wait, but not from a day before the start on: then a night is too long"
    ALWAYS = "nothing is lost by the morning"


LETTERS: Final[Mapping[str, Waits]] = {
    "confirmed": Waits.NEVER,
    "waiting": Waits.NEVER,
    "changed": Waits.NEVER,
    "already_registered": Waits.NEVER,
    "cancelled_in_time": Waits.NEVER,
    "cancelled_late": Waits.NEVER,
    "not_me": Waits.NEVER,
    "late_request_received": Waits.NEVER,
    "admitted": Waits.NEVER,
    "declined": Waits.NEVER,
    "offer": Waits.NEVER,
    "colleague_invited": Waits.NEVER,
    "place_passed_on": Waits.NEVER,
    "decline_unsure": Waits.NEVER,
    "decline_outdated": Waits.NEVER,
    "study_day_changed": Waits.NEVER,  # a calendar shows at every hour what the service says
    "study_day_called_off": Waits.NEVER,
    "sign_in": Waits.NEVER,
    "test": Waits.NEVER,
    "lapsed_offer": Waits.UNLESS_NEAR,  # the clock did it, as what follows: ``by_clock``
    "bulk": Waits.UNLESS_NEAR,  # unless its sender says that it cannot wait
    "last_call": Waits.ALWAYS,  # three working days are left
    "practical": Waits.ALWAYS,
    "sign_off_due": Waits.ALWAYS,
    "fee_notice": Waits.ALWAYS,  # the day is over, the time to object is two weeks
}

TO_STAFF: Final = frozenset({"sign_off_due"})


class Day(Protocol):
    """What decides about a study day's letters."""

    @property
    def time_zone(self) -> str:
        """Whose nights they are."""

    @property
    def starts_at(self) -> datetime:
        """From a day before it on, a night is too long."""

    @property
    def ends_at(self) -> datetime:
        """Until then."""


@dataclass(frozen=True, slots=True)
class Departure:
    """When a letter may leave first; ``zone`` is whose nights it keeps to, also later on, None: it goes at any hour."""

    at: datetime
    zone: str | None = None


def departure(letter: str, day: Day | None, *, by_clock: bool = False, now: datetime) -> Departure:
    """Of a letter that is queued now; ``by_clock``: this time nobody did anything for it, an offer has lapsed.

    :param day: what it is about; may be None where a letter never waits.
    :raises KeyError: no letter has that name, or nobody has decided about it yet.
    """
    waits = LETTERS[letter]
    if waits is Waits.NEVER and by_clock:
        waits = Waits.UNLESS_NEAR
    if waits is Waits.NEVER:
        return Departure(now)
    if day is None:
        raise TypeError(f"{letter} keeps to the nights of a study day, and was given none")
    if waits is Waits.UNLESS_NEAR and near(day, now=now):
        return Departure(now)
    zone = STAFF_ZONE if letter in TO_STAFF else day.time_zone
    return Departure(awake(now, zone), zone)


def heard_at(day: Day, *, now: datetime) -> datetime:
    """When what the clock decides now leaves: the hours to answer it are counted from then (rules.md 4)."""
    return now if near(day, now=now) else awake(now, day.time_zone)


def near(day: Day, *, now: datetime) -> bool:
    """Whether it is so near, or under way, that nothing can wait for a morning."""
    return not on_time(now, day.starts_at - NEAR) and on_time(now, day.ends_at)


def night(at: datetime, zone: str) -> bool:
    """Whether people there are left alone at that instant."""
    local = at.astimezone(ZoneInfo(zone)).time()
    return local >= NIGHT_BEGINS or local < NIGHT_ENDS


def awake(at: datetime, zone: str) -> datetime:
    """That instant, or at night the end of the night, whatever the clocks are changed by meanwhile."""
    if not night(at, zone):
        return at
    local = at.astimezone(ZoneInfo(zone))
    morning = local.date() + timedelta(days=local.time() >= NIGHT_BEGINS)
    return datetime.combine(morning, NIGHT_ENDS, tzinfo=ZoneInfo(zone)).astimezone(UTC)

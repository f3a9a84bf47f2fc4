"""Who gets a seat: confirmed, waiting or offered, and who is next (rules.md 2, 4)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from service.domain.refusals import Full
from service.domain.windows import offer_lapses_at, on_time


class Status(StrEnum):
    """Of a registration. All but ``cancelled`` are live; ``confirmed`` and ``offered`` hold a seat."""

    WAITING = "waiting"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"


SEATED = (Status.CONFIRMED, Status.OFFERED)


@dataclass(frozen=True, slots=True)
class Seats:
    """What a study day has: ``capacity`` None is unlimited; ``taken`` counts confirmed and offered places."""

    capacity: int | None
    taken: int
    waiting: int = 0
    waiting_list: bool = True

    @property
    def free(self) -> int | None:
        """Seats left, None when unlimited; never negative, though an admission over capacity may exceed it."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def full(self) -> bool:
        """No seat for a newcomer: none left, or somebody is waiting for it."""
        return self.capacity is not None and (self.taken >= self.capacity or self.waiting > 0)


def place_for_newcomer(seats: Seats) -> Status:
    """Where somebody who signs up now stands.

    :raises Full: no seat is left and the study day keeps no waiting list.
    """
    if not seats.full:
        return Status.CONFIRMED
    if seats.waiting_list:
        return Status.WAITING
    raise Full


@dataclass(frozen=True, slots=True)
class Promotion:
    """What a freed seat means for the first one waiting.

    ``lapses_at`` is when an offer ends, None for a confirmed place; ``free_until`` is until when a confirmed place can
    be given back free, None for an offer.
    """

    status: Status
    lapses_at: datetime | None = None
    free_until: datetime | None = None


def promotion(
    free_until: datetime, starts_at: datetime, offer_hours: int, *, heard_at: datetime, now: datetime
) -> Promotion | None:
    """Confirmed before their free-cancellation limit, an offer after it, nothing when no time is left (rules.md 4).

    Whoever is confirmed in this way did nothing for it: the place can be given back free for as long as an offer would
    have stood, also where the limit comes sooner. Else a place that falls to somebody a minute before the limit would
    cost a fee that they never had the time to avoid.

    :param heard_at: when they hear of it, which at night is later than ``now``; the hours to answer count from then.
    """
    if on_time(now, free_until):
        time_to_answer = min(heard_at + timedelta(hours=offer_hours), starts_at)
        return Promotion(Status.CONFIRMED, free_until=max(free_until, time_to_answer))
    lapses_at = offer_lapses_at(starts_at, offer_hours, now=heard_at)
    return Promotion(Status.OFFERED, lapses_at) if lapses_at is not None else None

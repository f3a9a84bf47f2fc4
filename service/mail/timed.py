"""What a worker does by the clock, beside mail: beats, stale claims, offers that lapse, reminders, what expires."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from service.domain.seats import Status
from service.inserting import insert_into
from service.mail import claims
from service.models import Heartbeat, IdempotencyKey, RateLimit, Registration, SignInLink, StaffSession
from service.reports.reminders import days_to_remind
from service.transaction import glance, transaction
from service.usecases.cancel import lapse_offers
from service.usecases.remind import remind

KEYS_LAST: Final = timedelta(days=1)
SESSIONS_LAST: Final = timedelta(days=30)
"""How long used or expired links and sessions are kept, to tell who came in when."""
_LAPSED = (
    sa.select(Registration.id)
    .where(Registration.status == sa.literal_column(f"'{Status.OFFERED}'"))
    .where(Registration.offered_until <= sa.bindparam("now", type_=Registration.offered_until.type))
    .limit(1)
)


def beat(now: datetime) -> None:
    """Be seen: ``readyz`` wants that within five minutes."""
    with glance() as connection:
        alive = insert_into(Heartbeat, connection).values(name="worker", at=now)
        connection.execute(alive.on_conflict_do_update(index_elements=["name"], set_={"at": now}))


def take_back_stale(now: datetime) -> None:
    """Give the messages of a worker that was killed to those that live."""
    with glance() as connection:
        claims.take_back(connection, now=now)


def lapse(now: datetime) -> None:
    """End the offers that nobody accepted; without a transaction where there is none (rules.md 4)."""
    with glance() as connection:
        if connection.execute(_LAPSED, {"now": now}).first() is None:
            return
    ended = 1
    while ended:
        with transaction() as session:
            ended = lapse_offers(session, now=now)


def write_reminders(now: datetime) -> None:
    """Queue what the clock asks for, each study day in a transaction of its own (docs/decisions/0047)."""
    with glance() as connection:
        days = days_to_remind(connection, now=now)
    for day_id in days:
        with transaction() as session:
            remind(session, day_id, now=now)


def forget(now: datetime) -> None:
    """Delete what is over: answers kept for repeated requests, counters, links and sessions of staff."""
    with glance() as connection:
        for over in (
            IdempotencyKey.created_at < now - KEYS_LAST,
            RateLimit.expires_at < now,
            SignInLink.expires_at < now - SESSIONS_LAST,
            StaffSession.expires_at < now - SESSIONS_LAST,
        ):
            connection.execute(sa.delete(over.left.table).where(over))


@dataclass(slots=True)
class Job:
    """Work and how often it is due, in seconds."""

    work: Callable[[datetime], None]
    every: float
    due: float = 0.0


def jobs() -> list[Job]:
    """All of it, due at once."""
    return [Job(beat, 15), Job(take_back_stale, 15), Job(lapse, 5), Job(write_reminders, 30), Job(forget, 600)]


@dataclass(slots=True)
class Timetable:
    """Does each job when its time has come; the clock says what time the work takes as the present."""

    clock: Callable[[], datetime]
    jobs: list[Job] = field(default_factory=jobs)

    def run(self) -> None:
        """Whatever is due.

        :raises Refusal: the database does not answer; the job stays due.
        """
        for job in self.jobs:
            if time.monotonic() >= job.due:
                job.work(self.clock())
                job.due = time.monotonic() + job.every

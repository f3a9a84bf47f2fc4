"""Workers that run in the test's own process: they take turns, are killed, and begin anew."""

import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.parser import BytesHeaderParser

from service.mail import timed
from service.mail.delivery import Delivery
from service.mail.transport import Answer, Fate, Parcel
from service.reports.reminders import days_to_remind
from service.runtime import runtime
from service.transaction import glance, transaction
from service.usecases.remind import remind
from tests.conftest import Clock


class KilledError(Exception):
    """Nothing after this happens in the process."""


@dataclass
class Post:
    """A transport that takes every mail, and kills its worker now and then before it does."""

    chance: random.Random
    deadly: float
    taken: Counter[str] = field(default_factory=Counter)
    """How often each Message-ID was taken."""

    def open(self) -> None:
        """Nothing to do."""

    def deliver(self, parcel: Parcel) -> Answer:
        if self.chance.random() < self.deadly:
            raise KilledError
        self.taken[BytesHeaderParser().parsebytes(parcel.source)["Message-ID"]] += 1
        return Answer(Fate.SENT)

    def close(self) -> None:
        """Nothing to do."""

    def hurry(self, seconds: float) -> None:
        """Nothing to do."""


@dataclass
class Workers:
    """Two, of which either may come first; what they do is what ``work_once`` does, but for the signs of life."""

    clock: Clock
    post: Post
    chance: random.Random
    deadly: float
    killed: int = 0
    turns: int = 0
    deliveries: list[Delivery] = field(init=False)

    def __post_init__(self) -> None:
        self.deliveries = [self._new(), self._new()]

    def at(self, now: datetime) -> None:
        """One of them or both have worked at that time, or were killed over it and replaced."""
        self.clock.set(now)
        for number in self.chance.sample((0, 1), self.chance.choice((1, 1, 2))):
            self.turns += 1
            try:
                self._turn(self.deliveries[number])
            except KilledError:
                self.killed += 1
                self.deliveries[number] = self._new()

    def _turn(self, delivery: Delivery) -> None:
        jobs: list[Callable[[datetime], None]] = [timed.take_back_stale, timed.lapse, timed.write_reminders]
        for job in jobs:
            job(self.clock())
            if self.chance.random() < self.deadly:
                self._die_over_reminders()
        while delivery.batch():
            pass

    def _die_over_reminders(self) -> None:
        """Killed between the first row of a reminder and its commit."""
        with glance() as connection:
            days = days_to_remind(connection, now=self.clock())
        for day_id in days:
            with suppress(KilledError), transaction() as session:
                remind(session, day_id, now=self.clock())
                raise KilledError
        raise KilledError

    def _new(self) -> Delivery:
        return Delivery(self.post, runtime().links, self.clock)

"""Whatever happens, everybody's calendar shows what the service says: mails in order, in any order, and twice.

CALENDAR_HISTORIES is how many histories are tried on each database, by default few.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.calendars.client import Calendars, Invitation, Reader, by_ical_js, by_vobject, object_in
from tests.calendars.world import ACTS, PEOPLE, World
from tests.conftest import Clock
from tests.smtp import SmtpServer
from tests.standards import check_imip

LONG: Final = "CALENDAR_HISTORIES" in os.environ
HISTORIES: Final = int(os.environ.get("CALENDAR_HISTORIES", "10"))
NUMBERS: Final = count()
TOGETHER: Final = {("REQUEST", "CONFIRMED"), ("CANCEL", "CANCELLED")}
"""METHOD and STATUS: a REQUEST that says CANCELLED removes nothing."""
AT_ONCE: Final = timedelta()
SOON: Final = timedelta(seconds=1)
Step = tuple[str, int, int, timedelta, bool]
"""An act, two numbers that say who and what, how long after the last one, and whether the worker runs after it."""

CROWD: Final[list[Step]] = [("sign up", who, 0, SOON, True) for who in range(PEOPLE)]
EVERYTHING: Final[list[Step]] = [
    *CROWD,  # three have a place, one waits
    ("title", 0, 1, SOON, True),  # the same in Dutch
    ("title", 0, 2, SOON, True),
    ("move", 0, 1, SOON, True),
    ("move", 0, 0, SOON, True),  # and back
    ("place", 0, 2, SOON, True),  # online
    ("place", 0, 3, SOON, True),
    ("place", 0, 0, SOON, True),
    ("mailbox", 0, 1, SOON, True),
    ("correct", 0, 1, SOON, True),  # in French from now on
    ("fee", 0, 5, SOON, True),
    ("cancel", 1, 0, SOON, True),  # who waited gets the place
    ("sign up", 1, 0, SOON, True),
    ("pass on", 0, 0, SOON, True),  # to somebody who waits
    ("sign up", 0, 1, SOON, True),
    ("seats", 0, 4, SOON, True),
    ("sign up", 0, 2, SOON, True),  # is registered already
    ("not me", 2, 0, SOON, True),
    ("move", 0, 3, AT_ONCE, False),  # more than the worker keeps up with
    ("move", 0, 6, AT_ONCE, False),
    ("cancel", 3, 1, AT_ONCE, False),
    ("move", 0, 0, AT_ONCE, True),
    ("ask late", 2, 0, timedelta(days=52), True),  # closed
    ("accept", 2, 0, SOON, True),
    ("place", 0, 1, timedelta(days=6), True),  # on the day itself
    ("call off", 0, 0, SOON, True),
]

steps = st.tuples(
    st.sampled_from(sorted(ACTS)),
    st.integers(0, PEOPLE - 1),
    st.integers(0, 7),
    st.sampled_from((AT_ONCE, SOON, timedelta(hours=2), timedelta(days=2), timedelta(days=9))),
    st.booleans(),
)


@pytest.fixture(scope="module")
def ical_js() -> Iterator[Reader]:
    with by_ical_js() as read:
        yield read


class Readers:
    """All mails about a study day as two readers understand them; and the calendars that come of them."""

    def __init__(self, world: World, read: Reader, chance: random.Random) -> None:
        self.world, self.read, self.chance = world, read, chance
        self.found: list[Invitation] = []
        self.mails = 0

    def receive(self) -> None:
        """Read what has come since; both readers understand the same."""
        fresh = self.world.mails[self.mails :]
        self.mails += len(fresh)
        for source in filter(None, map(object_in, fresh)):
            self.found.append(self.read(source))
            assert by_vobject(source) == replace(self.found[-1], conference="")
            assert (self.found[-1].method, self.found[-1].status) in TOGETHER

    def look(self) -> None:
        """The same calendars come of the mails in order, the last one first, in any order, and each of them twice.

        Also for programs that look at SEQUENCE alone.
        """
        said, found = self.world.says(), self.found
        for order in (found, found[::-1], self.chance.sample(found * 2, len(found) * 2)):
            assert Calendars(order).shown() == said
            assert Calendars(order, stamps=False).shown() == said


def live(world: World, history: Sequence[Step], readers: Readers) -> None:
    """Let the history happen, looking into all calendars whenever the mails are out."""
    for act, who, what, pause, worker in history:
        world.do(act, who, what, after=pause)
        if worker:
            world.work()
            readers.receive()
            if not world.waiting_mails():
                readers.look()
    world.rest()
    readers.receive()
    readers.look()


def test_calendars_when_everything_happens_in_turn_show_what_the_service_says(
    app: Flask, clock: Clock, smtp_server: SmtpServer, ical_js: Reader
) -> None:
    del app
    world = World(clock, smtp_server)
    readers = Readers(world, ical_js, random.Random(1))

    live(world, EVERYTHING[:-1], readers)
    seated = len(world.says())
    live(world, EVERYTHING[-1:], readers)

    assert (seated, world.says()) == (3, {})
    methods = Counter(one.method for one in readers.found)
    assert methods["REQUEST"] > 40
    assert methods["CANCEL"] == 7


def test_calendars_when_anything_happens_show_what_the_service_says(
    app: Flask, clock: Clock, smtp_server: SmtpServer, ical_js: Reader
) -> None:
    del app

    @settings(
        max_examples=HISTORIES,
        phases=set(Phase) if LONG else {Phase.generate},
        deadline=None,
        derandomize=not LONG,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    @given(history=st.lists(steps, min_size=8, max_size=30), chance=st.randoms(use_true_random=False))
    def try_out(history: list[Step], chance: random.Random) -> None:
        world = World(clock, smtp_server, next(NUMBERS))
        live(world, [*CROWD, *history], Readers(world, ical_js, chance))

    try_out()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_mail_when_everything_happens_is_an_invitation_to_every_client(
    app: Flask, clock: Clock, smtp_server: SmtpServer, ical_js: Reader, tmp_path: Path
) -> None:
    del app
    world = World(clock, smtp_server)
    live(world, EVERYTHING, Readers(world, ical_js, random.Random(1)))

    for number, mail in enumerate(filter(object_in, world.mails)):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(mail)
        assert check_imip(path, "--strict") == ""

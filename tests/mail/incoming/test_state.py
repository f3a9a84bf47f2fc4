from datetime import timedelta

import pytest

from service.mail.incoming import state
from service.mail.incoming.state import Turn
from tests.builders import NOW, TICK
from tests.conftest import Clock
from tests.mail.incoming.post import state as known

NAME = "desk@mail.example/INBOX"
pytestmark = pytest.mark.usefixtures("app")


def test_turn_when_taken_is_nobody_elses(clock: Clock) -> None:
    first, second = Turn(NAME, clock), Turn(NAME, clock)

    assert (first.take(), second.take(), first.take()) == (True, False, True)
    first.end()
    assert (second.take(), first.take()) == (True, False)


@pytest.mark.parametrize(
    ("later", "free"),
    [
        (timedelta(seconds=20), False),
        (timedelta(seconds=20) + TICK, True),
        (timedelta(hours=-1), True),  # the clock was set back
    ],
)
def test_turn_when_its_worker_was_killed_is_free_after_a_while(clock: Clock, later: timedelta, *, free: bool) -> None:
    Turn(NAME, clock).take()
    clock.advance(later)

    assert Turn(NAME, clock).take() is free


def test_turn_when_renewed_lasts_and_when_lost_is_lost(clock: Clock) -> None:
    first, second = Turn(NAME, clock), Turn(NAME, clock)
    first.take()
    clock.advance(timedelta(seconds=15))
    renewed = first.take()
    clock.advance(timedelta(seconds=15))
    too_early = second.take()
    clock.advance(timedelta(seconds=6))

    assert (renewed, too_early, second.take(), first.take()) == (True, False, True, False)


def test_progress_when_another_worker_is_further_is_not_taken_back() -> None:
    state.advance(NAME, 7, 5)
    state.advance(NAME, 7, 3)

    assert (state.last_uid(NAME, 7), state.last_uid(NAME, 8)) == (5, 0)
    state.advance(NAME, 8, 1)
    assert (state.last_uid(NAME, 7), state.last_uid(NAME, 8)) == (0, 1)


def test_error_when_it_lasts_is_known_since_it_began() -> None:
    state.failed(NAME, "first", NOW)
    state.failed(NAME, "second", NOW + TICK)
    assert known("error", "failing_since", "polled_at") == ("second", NOW, None)

    state.read_at(NAME, NOW + TICK)
    assert known("error", "failing_since", "polled_at") == ("", None, NOW + TICK)


def test_mailbox_when_another_one_is_read_is_forgotten() -> None:
    state.failed("old@mail.example/INBOX", "gone", NOW)
    state.read_at(NAME, NOW)

    assert known("name") == (NAME,)

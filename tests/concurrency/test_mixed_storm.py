"""Everybody does everything at once: the counters stay those of the rows, and nobody waits for a free seat."""

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from service.domain.fees import Channel
from service.domain.refusals import Unavailable
from service.extensions import db
from service.models import History, Registration, StudyDay
from service.transaction import transaction
from service.usecases.admit import admit, request_late
from service.usecases.arrange import change_study_day
from service.usecases.cancel import cancel, lapse_offers, not_me
from service.usecases.correct import correct
from service.usecases.offer import accept_offer
from service.usecases.register import register
from service.usecases.transfer import invite_colleague, take_over
from tests.builders import CLOSES_AT, FREE_UNTIL, NOW, make_application
from tests.concurrency.crowd import all_at_once, answers, standing
from tests.usecases.steps import DESK, FORM, LINK, SLUG, given_day

CAPACITY = 6
EXPECTED = {
    *("done", "confirmed", "waiting", "already-cancelled", "already-registered", "not-confirmed", "offer-lapsed"),
    *("not-found", "transfer-gone", "already-decided", "full", "invalid-input"),
}
"""What a rule may answer; nothing "unavailable" (a deadlock, a lock that was not got) and no "conflict"."""


def sign_up(dice: random.Random) -> str:
    with transaction() as session:
        return register(session, SLUG, make_application(dice.randrange(40)), actor=FORM, now=_before(dice))


def leave(dice: random.Random) -> str:
    with transaction() as session:
        cancel(session, dice.randrange(1, 60), channel=Channel.LINK, actor=LINK, now=_before(dice))
        return "done"


def disown(dice: random.Random) -> str:
    with transaction() as session:
        not_me(session, dice.randrange(1, 60), actor=LINK, now=NOW)
        return "done"


def edit(dice: random.Random) -> str:
    with transaction() as session:
        correct(session, dice.randrange(1, 60), {"town": str(dice.random())}, actor=LINK, now=NOW)
        return "done"


def answer_an_offer(dice: random.Random) -> str:
    with transaction() as session:
        accept_offer(session, dice.randrange(1, 60), actor=LINK, now=FREE_UNTIL)
        return "done"


def let_offers_lapse(dice: random.Random) -> str:
    with transaction() as session:
        lapse_offers(session, now=FREE_UNTIL + timedelta(hours=dice.choice([1, 25])))
        return "done"


def pass_on(dice: random.Random) -> str:
    with transaction() as session:
        number = 100 + dice.randrange(20)
        giver = dice.randrange(1, 60)
        invitation = invite_colleague(session, giver, f"an{number}@example.org", "nl", actor=LINK, now=NOW)
        take_over(session, invitation.id, make_application(number), actor=LINK, now=NOW)
        return "done"


def change_the_room(dice: random.Random) -> str:
    with transaction() as session:
        change_study_day(session, 1, {"capacity": CAPACITY + dice.randrange(3)}, actor=DESK, now=_before(dice))
        return "done"


def come_late(dice: random.Random) -> str:
    with transaction() as session:
        application = make_application(200 + dice.randrange(20))
        request = request_late(session, SLUG, application, "", actor=FORM, now=CLOSES_AT)
        if request is not None:
            admit(session, request.id, over_capacity=False, actor=DESK, now=CLOSES_AT)
        return "done"


ACTIONS: list[Callable[[random.Random], str]] = [
    *[sign_up] * 6,
    *[leave] * 4,
    *[answer_an_offer] * 2,
    *[let_offers_lapse, disown, edit, pass_on, change_the_room, come_late],
]


def _before(dice: random.Random) -> datetime:
    return dice.choice([NOW, FREE_UNTIL])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_counters_when_everybody_does_everything_at_once(app: Flask, seed: int) -> None:
    given_day(capacity=CAPACITY)

    def act(number: int) -> str:
        dice = random.Random(seed * 1_000_000 + number)
        return dice.choice(ACTIONS)(dice)

    got = all_at_once(app, act, 400)

    assert set(answers(got)) <= EXPECTED, [one.__cause__ for one in got if isinstance(one, Unavailable)]
    stand = standing()
    day = db.session.execute(sa.select(StudyDay)).scalar_one()
    assert day.capacity is not None
    assert day.taken <= day.capacity
    assert day.taken == day.capacity or day.waiting == 0
    assert stand["confirmed"] > 0
    assert _ended() == stand["cancelled"]


def _ended() -> int:
    """Registrations that the history says have ended; each ends once, and "not me" may follow on a cancellation."""
    ended = sa.select(sa.func.count(History.registration_id.distinct())).where(
        History.action.in_(["cancelled", "passed_on"])
    )
    counted: int = db.session.execute(ended).scalar_one()
    assert counted <= db.session.execute(sa.select(sa.func.count(Registration.id))).scalar_one()
    return counted

"""rules.md 7: only confirmed places, only around the day; undo; append-only."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from service.domain.actors import Actor
from service.domain.refusals import AlreadySignedOff, NotConfirmed, NotFound, TooEarly
from service.domain.roles import Role
from service.extensions import db
from service.models import CheckIn, StudyDay
from service.transaction import transaction
from service.usecases.check_in import check_in, undo_check_in
from service.usecases.staff import add_staff
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TICK
from tests.usecases.steps import DESK, cancelled, given_day, history, joined, last_line, row, signed_off, told

OPENS = STARTS_AT - timedelta(hours=3)
pytestmark = pytest.mark.usefixtures("app")


def checked_in(registration_id: int, *, now: datetime = STARTS_AT, actor: Actor = DESK) -> None:
    with transaction() as session:
        check_in(session, registration_id, actor=actor, now=now)


def undone(registration_id: int, *, now: datetime = STARTS_AT) -> None:
    with transaction() as session:
        undo_check_in(session, registration_id, actor=DESK, now=now)


def lines() -> list[tuple[int, datetime, bool]]:
    db.session.rollback()
    rows = db.session.execute(sa.select(CheckIn.registration_id, CheckIn.at, CheckIn.undone).order_by(CheckIn.id))
    return [(registration_id, at, was_undone) for registration_id, at, was_undone in rows]


@pytest.mark.parametrize("now", [OPENS, OPENS + TICK, STARTS_AT, ENDS_AT, ENDS_AT + timedelta(days=5)])
def test_check_in_when_it_is_time(now: datetime) -> None:
    given_day()
    an = joined()

    checked_in(an, now=now)

    assert row(an).checked_in_at == now
    assert lines() == [(an, now, False)]
    assert history(1) == ["checked_in"]
    assert told(1) == []


@pytest.mark.parametrize("now", [NOW, OPENS - TICK])
def test_check_in_when_it_is_too_early(now: datetime) -> None:
    given_day()
    an = joined()
    with pytest.raises(TooEarly) as caught:
        checked_in(an, now=now)
    assert caught.value.facts == {"from_when": OPENS}
    assert lines() == []


def test_check_in_when_it_is_the_second_keeps_the_first() -> None:
    given_day()
    an = joined()
    checked_in(an)
    checked_in(an, now=STARTS_AT + TICK)
    assert row(an).checked_in_at == STARTS_AT
    assert lines() == [(an, STARTS_AT, False)]


def test_check_in_when_undone_and_done_again_tells_the_whole_story() -> None:
    given_day()
    an = joined()
    undone(an)
    checked_in(an)
    undone(an, now=STARTS_AT + TICK)
    assert row(an).checked_in_at is None
    checked_in(an, now=ENDS_AT)

    assert row(an).checked_in_at == ENDS_AT
    assert lines() == [(an, STARTS_AT, False), (an, STARTS_AT + TICK, True), (an, ENDS_AT, False)]
    assert history(1) == ["checked_in", "check_in_undone", "checked_in"]


def test_check_in_when_done_by_somebody_says_by_whom() -> None:
    day = given_day()
    an = joined()
    with transaction() as session:
        organiser = session.get_one(StudyDay, day).organiser
        staff = add_staff(session, "door@vub.be", Role.CHECKIN, organiser, language="nl", actor=DESK, now=NOW).id
    checked_in(an, actor=Actor("staff", "desk", staff))
    assert db.session.execute(sa.select(CheckIn.staff_id)).scalar_one() == staff
    assert last_line().staff_id == staff


def test_check_in_when_the_place_is_not_confirmed() -> None:
    given_day(capacity=2)
    an, bo, cy, di = joined(1), joined(2), joined(3), joined(4)
    cancelled(an, now=FREE_UNTIL)
    assert [row(one).status for one in (an, bo, cy, di)] == ["cancelled", "confirmed", "offered", "waiting"]
    for nobody in (an, cy, di):
        with pytest.raises(NotConfirmed):
            checked_in(nobody)
        with pytest.raises(NotConfirmed):
            undone(nobody)
    with pytest.raises(NotFound):
        checked_in(di + 1)


def test_check_in_when_the_attendance_is_signed_off() -> None:
    given_day()
    an, bo = joined(1), joined(2)
    checked_in(an)
    signed_off()
    with pytest.raises(AlreadySignedOff):
        checked_in(bo, now=ENDS_AT)
    with pytest.raises(AlreadySignedOff):
        undone(an, now=ENDS_AT)
    assert lines() == [(an, STARTS_AT, False)]

"""rules.md 2, 6: close, reopen, call off; each with its reason in the history."""

from datetime import datetime, timedelta

import pytest

from service.domain.refusals import InvalidInput, NotFound, Refusal, RegistrationClosed, StudyDayCancelled, StudyDayOver
from service.extensions import db
from service.models import StudyDay
from service.transaction import transaction
from service.usecases.open_close import call_off, close, reopen
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TICK
from tests.usecases.steps import (
    DESK,
    admitted,
    asked_late,
    cancelled,
    counters,
    given_day,
    history,
    joined,
    last_facts,
    last_line,
    row,
    signed_off,
    statuses,
    told,
)

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("app")


def closed(*, now: datetime = NOW, reason: str = "The room is full") -> StudyDay:
    with transaction() as session:
        close(session, 1, reason=reason, actor=DESK, now=now)
    return the_day()


def reopened(until: datetime, *, now: datetime = NOW, reason: str = "A larger room") -> StudyDay:
    with transaction() as session:
        reopen(session, 1, until=until, reason=reason, actor=DESK, now=now)
    return the_day()


def called_off(*, now: datetime = NOW, reason: str = "Strike") -> StudyDay:
    with transaction() as session:
        call_off(session, 1, reason=reason, actor=DESK, now=now)
    return the_day()


def the_day() -> StudyDay:
    db.session.rollback()
    return db.session.get_one(StudyDay, 1, populate_existing=True)


@pytest.mark.parametrize("now", [NOW, CLOSES_AT - TICK])
def test_closing_by_hand_sets_the_one_limit_to_now(now: datetime) -> None:
    given_day()

    day = closed(now=now)

    assert (day.closes_at, day.revision) == (now, 2)
    written = last_line()
    assert (written.action, written.reason, written.actor) == ("closed", "The room is full", "staff")
    assert written.facts == {"closes_at": now.isoformat(), "before": CLOSES_AT.isoformat()}
    with pytest.raises(RegistrationClosed):
        joined(now=now)


@pytest.mark.parametrize("now", [CLOSES_AT, ENDS_AT])
def test_closing_when_it_is_closed(now: datetime) -> None:
    given_day()
    with pytest.raises(RegistrationClosed):
        closed(now=now)


def test_closing_when_it_has_not_opened_yet_leaves_no_limit_in_the_wrong_order() -> None:
    opens_at = NOW + HOUR
    given_day(opens_at=opens_at)
    day = closed()
    assert (day.opens_at, day.closes_at) == (None, NOW)
    assert last_line().facts["opens_at"] == opens_at.isoformat()


@pytest.mark.parametrize(
    ("until", "now"),
    [(NOW + HOUR, NOW), (STARTS_AT, NOW), (CLOSES_AT + HOUR, CLOSES_AT), (STARTS_AT, STARTS_AT - TICK)],
)
def test_reopening_sets_a_new_limit(until: datetime, now: datetime) -> None:
    given_day()

    day = reopened(until, now=now)

    assert (day.closes_at, day.revision) == (until, 2)
    assert last_line().facts == {"closes_at": until.isoformat(), "before": CLOSES_AT.isoformat()}
    joined(now=until - TICK)
    with pytest.raises(RegistrationClosed):
        joined(2, now=until)


def test_reopening_when_it_would_close_before_it_opens() -> None:
    opens_at = NOW + HOUR
    given_day(opens_at=opens_at)

    for until in (opens_at - TICK, opens_at):
        with pytest.raises(InvalidInput) as caught:
            reopened(until)
        assert caught.value.fields == {"until": "opens-after-close"}
    assert reopened(opens_at + TICK).closes_at == opens_at + TICK


@pytest.mark.parametrize(
    ("until", "code"),
    [(NOW - TICK, "not-in-future"), (NOW, "not-in-future"), (STARTS_AT + TICK, "closes-after-start")],
)
def test_reopening_when_the_limit_cannot_be(until: datetime, code: str) -> None:
    given_day()
    with pytest.raises(InvalidInput) as caught:
        reopened(until)
    assert caught.value.fields == {"until": code}
    assert (the_day().closes_at, history()) == (CLOSES_AT, [])


@pytest.mark.parametrize("now", [STARTS_AT, ENDS_AT])
def test_reopening_when_the_day_has_begun(now: datetime) -> None:
    given_day()
    with pytest.raises(StudyDayOver):
        reopened(now + HOUR, now=now)


@pytest.mark.parametrize("reason", ["", " \n"])
def test_closing_reopening_and_calling_off_want_a_reason(reason: str) -> None:
    given_day()
    with pytest.raises(InvalidInput, match="invalid-input"):
        closed(reason=reason)
    with pytest.raises(InvalidInput, match="invalid-input"):
        reopened(STARTS_AT, reason=reason)
    with pytest.raises(InvalidInput) as caught:
        called_off(reason=reason)
    assert caught.value.fields == {"reason": "required"}
    assert history() == []


def test_closing_when_there_is_no_such_day() -> None:
    with pytest.raises(NotFound):
        closed()


@pytest.mark.parametrize("now", [NOW, ENDS_AT - TICK])
def test_calling_off_tells_everyone_and_costs_nobody_anything(now: datetime) -> None:
    given_day(capacity=1)
    an, bo = joined(1), joined(2)
    cy = admitted(asked_late(3), over_capacity=True)
    di = joined(4)
    cancelled(di)

    day = called_off(now=now)

    assert (day.cancelled_at, day.revision) == (now, 2)
    assert statuses() == dict.fromkeys((an, bo, cy, di), "cancelled")
    assert sorted(told(6)) == [(f"an{number}", "study_day_called_off") for number in (1, 2, 3)]
    assert last_facts("study_day_called_off") == {"sequence": 1, "calendar": False, "reason": "Strike"}
    assert [row(one).cancelled_channel for one in (an, bo, cy, di)] == [*["called_off"] * 3, "link"]
    assert {row(one).cancelled_verdict for one in (an, bo, cy, di)} == {"on_time"}
    assert last_line().facts == {"told": 3}
    assert counters() == (0, 0)
    with pytest.raises(StudyDayCancelled):
        signed_off(now=ENDS_AT)


def test_calling_off_when_somebody_had_cancelled_late_lets_them_off() -> None:
    given_day()
    an = joined(1)
    cancelled(an, now=FREE_UNTIL)
    called_off(now=FREE_UNTIL + HOUR)
    with pytest.raises(StudyDayCancelled):
        signed_off(now=ENDS_AT)


@pytest.mark.parametrize("now", [ENDS_AT, ENDS_AT + TICK])
def test_calling_off_when_it_is_over(now: datetime) -> None:
    given_day()
    with pytest.raises(StudyDayOver):
        called_off(now=now)


@pytest.mark.parametrize("action", ["close", "reopen", "call off", "sign up", "ask late"])
def test_anything_else_when_it_was_called_off(action: str) -> None:
    given_day()
    called_off()
    refused: Refusal | None = None
    try:
        match action:
            case "close":
                closed()
            case "reopen":
                reopened(STARTS_AT)
            case "call off":
                called_off()
            case "sign up":
                joined()
            case _:
                asked_late()
    except StudyDayCancelled as cancelled_day:
        refused = cancelled_day
    assert refused is not None
    assert refused.facts["slug"] == "integratiebeleid"

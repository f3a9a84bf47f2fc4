"""rules.md 4: an offered place is accepted in time, declined, or lapses and goes to the next."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from service.domain.refusals import AlreadyCancelled, NotFound, OfferLapsed, StudyDayCancelled
from service.models import StudyDay
from service.transaction import transaction
from service.usecases.cancel import lapse_offers
from service.usecases.offer import accept_offer
from service.usecases.open_close import call_off
from tests.builders import FREE_UNTIL, STARTS_AT, TICK, TILL_MORNING
from tests.usecases.steps import (
    DESK,
    LINK,
    cancelled,
    counters,
    given_day,
    history,
    joined,
    last_facts,
    row,
    statuses,
    told,
)

OFFERED_AT = FREE_UNTIL + timedelta(hours=1)
LAPSES_AT = OFFERED_AT + timedelta(hours=24)
MORNING = FREE_UNTIL + timedelta(hours=24) + TILL_MORNING
pytestmark = pytest.mark.usefixtures("app")


def offered(**overrides: object) -> tuple[int, int]:
    """A full day with two waiting, of whom the first has an offer."""
    given_day(capacity=1, **overrides)
    an, bo, cy = joined(1), joined(2), joined(3)
    cancelled(an, now=OFFERED_AT)
    return bo, cy


def accept(registration_id: int, *, now: datetime) -> None:
    with transaction() as session:
        accept_offer(session, registration_id, actor=LINK, now=now)


def lapse(*, now: datetime) -> int:
    with transaction() as session:
        return lapse_offers(session, now=now)


@pytest.mark.parametrize("now", [OFFERED_AT, LAPSES_AT - TICK])
def test_offer_when_accepted_in_time(now: datetime) -> None:
    bo, _ = offered()

    accept(bo, now=now)

    taken = row(bo)
    assert (taken.status, taken.seated_at, taken.seen_at) == ("confirmed", now, now)
    assert (taken.terms_accepted_at, taken.terms_fee_cents) == (now, 1500)
    assert taken.terms_free_cancellation_until == FREE_UNTIL
    assert told(5) == [("an2", "confirmed")]
    assert last_facts("confirmed") == {"sequence": 0, "came_by": "offer"}
    assert history(-1) == ["offer_accepted"]
    assert counters() == (1, 1)


@pytest.mark.parametrize("now", [LAPSES_AT, LAPSES_AT + TICK])
def test_offer_when_accepted_too_late_though_no_worker_noticed(now: datetime) -> None:
    bo, _ = offered()
    with pytest.raises(OfferLapsed):
        accept(bo, now=now)
    assert statuses()[bo] == "offered"
    assert counters() == (1, 1)


def test_offer_when_accepted_twice_is_accepted_once() -> None:
    bo, _ = offered()
    accept(bo, now=OFFERED_AT)
    accept(bo, now=LAPSES_AT)
    assert told(5) == [("an2", "confirmed")]
    assert row(bo).terms_accepted_at == OFFERED_AT


def test_offer_when_accepted_costs_the_fee_from_then_on() -> None:
    bo, _ = offered()
    accept(bo, now=OFFERED_AT)
    cancelled(bo, now=OFFERED_AT + TICK)
    assert row(bo).cancelled_verdict == "late"


@pytest.mark.parametrize("now", [OFFERED_AT, LAPSES_AT + TICK])
def test_offer_when_declined_costs_nothing_and_goes_to_the_next(now: datetime) -> None:
    bo, cy = offered()

    cancelled(bo, now=now)

    declined = row(bo)
    assert (declined.cancelled_from, declined.cancelled_verdict) == ("offered", "on_time")
    assert told(5) == [("an2", "cancelled_in_time"), ("an3", "offer")]
    assert last_facts("cancelled_in_time") == {"sequence": 1, "calendar": False}
    assert statuses()[cy] == "offered"


@pytest.mark.parametrize(("now", "ended"), [(LAPSES_AT - TICK, 0), (LAPSES_AT, 1), (LAPSES_AT + TICK, 1)])
def test_offers_when_nobody_answers(now: datetime, ended: int) -> None:
    bo, cy = offered()

    assert lapse(now=now) == ended

    assert statuses()[cy] == ("offered" if ended else "waiting")
    assert counters() == (1, 0) if ended else (1, 1)
    if ended:
        lapsed = row(bo)
        assert (lapsed.status, lapsed.cancelled_from, lapsed.cancelled_by) == ("cancelled", "offered", "system")
        assert (lapsed.cancelled_channel, lapsed.cancelled_verdict) == ("lapsed", "on_time")
        assert row(cy).offered_until == MORNING + timedelta(hours=24)  # the clock wakes nobody
        assert told(5) == [("an2", "lapsed_offer"), ("an3", "offer")]
        assert lapse(now=now) == 0


def test_offers_when_they_lapse_two_hours_before_the_start_stay_empty() -> None:
    bo, cy = offered()
    lapse(now=STARTS_AT - timedelta(hours=2))
    assert (statuses()[bo], statuses()[cy]) == ("cancelled", "waiting")
    assert counters() == (0, 1)


def test_offer_when_it_has_lapsed_says_so() -> None:
    bo, _ = offered()
    lapse(now=LAPSES_AT)
    with pytest.raises(OfferLapsed):
        accept(bo, now=LAPSES_AT)


def test_offer_when_there_is_none() -> None:
    bo, cy = offered()
    cancelled(bo, now=OFFERED_AT)
    for nobody in (bo, joined(4)):
        with pytest.raises(AlreadyCancelled):
            accept(nobody, now=OFFERED_AT)
    with pytest.raises(NotFound):
        accept(cy + 100, now=OFFERED_AT)


def test_offer_when_the_day_was_called_off() -> None:
    bo, _ = offered()
    with transaction() as session:
        call_off(session, 1, reason="Strike", actor=DESK, now=OFFERED_AT)
    with pytest.raises(StudyDayCancelled):
        accept(bo, now=OFFERED_AT)


@pytest.mark.parametrize(("fee_cents", "owed"), [(2500, 1500), (500, 500)])
def test_offer_when_the_fee_changed_since_the_sign_up_is_on_the_kinder_terms(fee_cents: int, owed: int) -> None:
    bo, _ = offered()
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(fee_cents=fee_cents))
    accept(bo, now=OFFERED_AT)
    assert row(bo).terms_fee_cents == owed

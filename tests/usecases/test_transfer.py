"""rules.md 6: send a colleague; the place moves when they accept, and they are judged from then on."""

from datetime import datetime, timedelta

import pytest

from service.domain.refusals import (
    AlreadyRegistered,
    InvalidInput,
    NotConfirmed,
    StudyDayStarted,
    TermsChanged,
    TransferGone,
)
from service.domain.terms import Terms
from service.extensions import db
from service.models import Transfer
from service.transaction import transaction
from service.usecases.transfer import invite_colleague, take_over
from tests.builders import FREE_UNTIL, NOW, STARTS_AT, TICK, make_application
from tests.usecases.steps import (
    LINK,
    came,
    cancelled,
    counters,
    given_day,
    history,
    joined,
    last_facts,
    row,
    signed_off,
    statuses,
    told,
)

pytestmark = pytest.mark.usefixtures("app")


def invited(registration_id: int, email: str = "an9@example.org", *, now: datetime = NOW) -> int:
    with transaction() as session:
        return invite_colleague(session, registration_id, email, "fr", actor=LINK, now=now).id


def took_over(transfer_id: int, number: int = 9, *, now: datetime = NOW, **overrides: object) -> int:
    with transaction() as session:
        application = make_application(number, language="fr", **overrides)
        return take_over(session, transfer_id, application, actor=LINK, now=now).id


@pytest.mark.parametrize("now", [NOW, FREE_UNTIL, STARTS_AT - TICK])
def test_place_when_a_colleague_accepts_moves_free_of_charge(now: datetime) -> None:
    given_day(capacity=1)
    an, waiting = joined(1), joined(2)

    invitation = invited(an, now=now)
    assert told(2) == [("an9", "colleague_invited")]
    assert last_facts("colleague_invited") == {"transfer": invitation}
    assert statuses() == {an: "confirmed", waiting: "waiting"}
    taker = took_over(invitation, now=now)

    assert statuses() == {an: "cancelled", waiting: "waiting", taker: "confirmed"}
    giver = row(an)
    assert (giver.cancelled_channel, giver.cancelled_verdict, giver.sequence) == ("transfer", "on_time", 1)
    assert (giver.cancelled_at, giver.seen_at) == (now, now)
    new = row(taker)
    assert (new.seated_at, new.terms_accepted_at, new.terms_language) == (now, now, "fr")
    assert new.calendar_uid != giver.calendar_uid
    assert told(3) == [("an1", "place_passed_on"), ("an9", "confirmed")]
    assert last_facts("place_passed_on") == {"sequence": 1, "calendar": True}
    assert last_facts("confirmed") == {"sequence": 0, "came_by": "colleague"}
    assert history(2) == ["colleague_invited", "passed_on", "took_over"]
    assert counters() == (1, 1)


def test_fee_when_the_colleague_does_not_come_is_the_colleagues() -> None:
    given_day()
    an, bo = joined(1), joined(2)
    taker = took_over(invited(an, now=FREE_UNTIL), now=FREE_UNTIL)
    came(bo)
    assert [charge.registration_id for charge in signed_off()] == [taker]


def test_colleague_when_they_cancel_late_is_judged_by_their_own_terms() -> None:
    given_day()
    taker = took_over(invited(joined(1)))
    cancelled(taker, now=FREE_UNTIL)
    assert row(taker).cancelled_verdict == "late"


def test_accepting_when_clicked_twice_is_accepting_once() -> None:
    given_day()
    invitation = invited(joined(1))
    taker = took_over(invitation)
    assert took_over(invitation, now=NOW + TICK) == taker
    assert counters() == (1, 0)
    with pytest.raises(TransferGone):
        took_over(invitation, 8)
    cancelled(taker)
    with pytest.raises(TransferGone):
        took_over(invitation)


def test_invitation_when_another_colleague_is_asked_is_withdrawn() -> None:
    given_day()
    an = joined(1)
    first, second = invited(an), invited(an, "an8@example.org", now=NOW + TICK)

    assert db.session.get_one(Transfer, first).withdrawn_at == NOW + TICK
    with pytest.raises(TransferGone):
        took_over(first)
    assert row(took_over(second, 8)).status == "confirmed"


def test_invitation_when_the_place_is_gone() -> None:
    given_day()
    an = joined(1)
    invitation = invited(an)
    cancelled(an)
    for transfer_id in (invitation, invitation + 1):
        with pytest.raises(TransferGone):
            took_over(transfer_id)
    with pytest.raises(NotConfirmed):
        invited(an)


def test_place_when_it_is_not_confirmed_cannot_be_passed_on() -> None:
    given_day(capacity=1)
    joined(1)
    with pytest.raises(NotConfirmed):
        invited(joined(2))


@pytest.mark.parametrize("now", [STARTS_AT, STARTS_AT + TICK])
def test_place_when_the_day_has_begun_cannot_be_passed_on(now: datetime) -> None:
    given_day()
    an = joined(1)
    invitation = invited(an)
    with pytest.raises(StudyDayStarted):
        invited(an, now=now)
    with pytest.raises(StudyDayStarted):
        took_over(invitation, now=now)


def test_colleague_when_it_is_oneself_or_has_a_place() -> None:
    given_day()
    an, _ = joined(1), joined(2)
    with pytest.raises(InvalidInput) as refused:
        invited(an, "AN1@example.org")
    assert refused.value.fields == {"email": "own-address"}
    invitation = invited(an)
    for number in (1, 2):
        with pytest.raises(AlreadyRegistered):
            took_over(invitation, number)
    assert counters() == (2, 0)


@pytest.mark.parametrize("now", [NOW, FREE_UNTIL])
def test_colleague_when_waiting_leaves_the_queue_for_this_place(now: datetime) -> None:
    given_day(capacity=1)
    an, bo, cy = joined(1), joined(2), joined(3)

    taker = took_over(invited(an, "an2@example.org", now=now), 2, now=now)

    assert statuses() == {an: "cancelled", bo: "cancelled", cy: "waiting", taker: "confirmed"}
    left = row(bo)
    assert (left.cancelled_from, left.cancelled_channel, left.cancelled_verdict) == ("waiting", "transfer", "on_time")
    assert told(4) == [("an1", "place_passed_on"), ("an2", "confirmed")]
    assert counters() == (1, 1)


def test_colleague_when_offered_a_place_leaves_it_to_the_next() -> None:
    given_day(capacity=2)
    an, bo, cy, di = joined(1), joined(2), joined(3), joined(4)
    cancelled(bo, now=FREE_UNTIL)

    taker = took_over(invited(an, "an3@example.org", now=FREE_UNTIL), 3, now=FREE_UNTIL)

    assert statuses() == {an: "cancelled", bo: "cancelled", cy: "cancelled", di: "offered", taker: "confirmed"}
    assert counters() == (2, 0)


def test_colleague_when_the_form_showed_kinder_terms() -> None:
    given_day()
    invitation = invited(joined(1))
    with pytest.raises(TermsChanged) as caught:
        took_over(invitation, shown=Terms(1000, FREE_UNTIL))
    assert caught.value.facts == {"fee_cents": 1500, "free_cancellation_until": FREE_UNTIL}
    took_over(invitation, shown=Terms(1500, FREE_UNTIL - timedelta(days=1)))


def test_colleague_when_an_answer_is_missing() -> None:
    given_day(questions=[{"id": "table", "kind": "text", "label": {"en": "Table"}, "required": False}])
    invitation = invited(joined(1))
    with pytest.raises(InvalidInput) as caught:
        took_over(invitation, answers={"table": 5})
    assert caught.value.fields == {"answers.table": "not-text"}
    assert row(took_over(invitation, answers={"table": "north"})).answers == {"table": "north"}

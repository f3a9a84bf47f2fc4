"""rules.md 5: requests after closing wait on the desk, and a person decides."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.domain.refusals import (
    AlreadyDecided,
    AlreadyRegistered,
    Full,
    InvalidInput,
    NotFound,
    Refusal,
    RegistrationNotOpen,
    RegistrationOpen,
    StudyDayCancelled,
    StudyDayOver,
    StudyDayStarted,
)
from service.models import LateRequest
from service.transaction import transaction
from service.usecases.admit import admit, decline, request_late
from service.usecases.offer import accept_offer
from service.usecases.open_close import call_off
from tests.builders import CLOSES_AT, ENDS_AT, NOW, STARTS_AT, TICK, make_application
from tests.usecases.received import MAILBOX, filed, mails, make_mail, sent_as
from tests.usecases.steps import (
    DESK,
    FORM,
    LINK,
    SLUG,
    admitted,
    asked_late,
    cancelled,
    counters,
    given_day,
    history,
    joined,
    last_facts,
    last_line,
    read,
    request_row,
    row,
    statuses,
    told,
)

PLUS = "events_bsog+integratiebeleid@vub.be"
TWO_HOURS_BEFORE = STARTS_AT - timedelta(hours=2)
pytestmark = pytest.mark.usefixtures("app")


def declined(request_id: int, message: str = "", *, now: datetime = CLOSES_AT) -> None:
    with transaction() as session:
        decline(session, request_id, message, actor=DESK, now=now)


class TestRequest:
    @pytest.mark.parametrize("now", [CLOSES_AT, STARTS_AT - TICK])
    def test_waits_on_the_desk(self, now: datetime) -> None:
        given_day()

        late = asked_late(1, now=now, organisation="Stad Voorbeeld", dietary="vegan", language="fr")

        request = request_row(late)
        assert (request.status, request.channel, request.created_at) == ("waiting", "form", now)
        assert (request.email, request.first_name, request.language) == ("an1@example.org", "An1", "fr")
        assert (request.message, request.details["dietary"]) == ("May I still come?", "vegan")
        assert sorted(request.details) == [
            *["access_needs", "answers", "dietary", "function", "invoice_address", "invoice_enterprise_number"],
            *["invoice_name", "invoice_reference", "organisation", "organisation_kind", "phone", "remarks", "town"],
        ]
        assert told() == [("an1", "late_request_received")]
        assert last_facts("late_request_received") == {"late_request": late}
        assert history() == ["late_request"]
        assert counters() == (0, 0)

    @pytest.mark.parametrize(
        ("now", "overrides", "refusal"),
        [
            (CLOSES_AT - TICK, {}, RegistrationOpen),
            (NOW, {"opens_at": NOW + TICK}, RegistrationNotOpen),
            (STARTS_AT, {}, StudyDayOver),
            (ENDS_AT, {}, StudyDayOver),
            (CLOSES_AT, {"published": False}, NotFound),
            (CLOSES_AT, {"cancelled_at": NOW}, StudyDayCancelled),
        ],
    )
    def test_outside_its_time(self, now: datetime, overrides: dict[str, object], refusal: type[Refusal]) -> None:
        given_day(**overrides)
        with pytest.raises(refusal):
            asked_late(now=now)
        assert told() == []

    def test_twice_is_once_until_somebody_decides(self) -> None:
        given_day()
        first = asked_late(1)
        with transaction() as session:
            again = make_application(1, email="AN1@example.org")
            assert request_late(session, SLUG, again, "", actor=FORM, now=CLOSES_AT) is None
        assert told() == [("an1", "late_request_received")]
        declined(first)
        assert asked_late(1) > first

    def test_for_nothing_known(self) -> None:
        with pytest.raises(NotFound), transaction() as session:
            request_late(session, "nothing", make_application(), "", actor=FORM, now=CLOSES_AT)

    def test_answers_the_questions_of_the_day(self) -> None:
        given_day(questions=[{"id": "table", "kind": "text", "label": {"en": "Table"}, "required": True}])
        with pytest.raises(InvalidInput):
            asked_late()
        late = asked_late(answers={"table": "north", "other": "x"})
        assert row(admitted(late)).answers == {"table": "north"}


class TestAdmission:
    def test_is_an_offer(self) -> None:
        given_day(capacity=1)
        late = asked_late(1, dietary="vegan")

        registration = row(admitted(late, now=CLOSES_AT + TICK))

        assert (registration.status, registration.dietary) == ("offered", "vegan")
        assert registration.offered_until == CLOSES_AT + TICK + timedelta(hours=24)
        assert registration.seated_at is None
        request = request_row(late)
        assert (request.status, request.decided_at) == ("admitted", CLOSES_AT + TICK)
        assert request.registration_id == registration.id
        assert told(1) == [("an1", "admitted")]
        assert last_facts("admitted") == {"sequence": 0, "late_request": late}
        assert history(1) == ["offered"]
        assert last_line().facts == {"late_request": late, "over_capacity": False}
        assert (last_line().actor, last_line().registration_id) == ("staff", registration.id)
        assert counters() == (1, 0)

    def test_leads_to_a_place_with_the_fee_at_once(self) -> None:
        given_day()
        registration = admitted(asked_late())
        with transaction() as session:
            accept_offer(session, registration, actor=LINK, now=CLOSES_AT)
        cancelled(registration, now=CLOSES_AT + TICK)
        assert row(registration).cancelled_verdict == "late"

    @pytest.mark.parametrize(
        ("now", "lapses_at"),
        [
            (TWO_HOURS_BEFORE - timedelta(hours=24) - TICK, TWO_HOURS_BEFORE - TICK),
            (TWO_HOURS_BEFORE - timedelta(hours=24) + TICK, TWO_HOURS_BEFORE),
            (TWO_HOURS_BEFORE - TICK, TWO_HOURS_BEFORE),
        ],
    )
    def test_lapses_at_most_two_hours_before_the_start(self, now: datetime, lapses_at: datetime) -> None:
        given_day()
        assert row(admitted(asked_late(), now=now)).offered_until == lapses_at

    @pytest.mark.parametrize("now", [TWO_HOURS_BEFORE, STARTS_AT])
    def test_comes_too_late_to_be_accepted(self, now: datetime) -> None:
        given_day()
        late = asked_late()
        with pytest.raises(StudyDayStarted):
            admitted(late, now=now)
        assert request_row(late).status == "waiting"

    def test_over_capacity_only_when_said_so(self) -> None:
        given_day(capacity=1)
        joined(1)
        late = asked_late(2)
        with pytest.raises(Full):
            admitted(late)
        assert counters() == (1, 0)

        admitted(late, over_capacity=True)

        assert counters() == (2, 0)
        assert last_line().facts == {"late_request": late, "over_capacity": True}

    def test_does_not_pass_those_who_wait(self) -> None:
        given_day(capacity=1)
        joined(1)
        waiting = joined(2)
        late = asked_late(3)
        with pytest.raises(Full):
            admitted(late, now=TWO_HOURS_BEFORE - TICK)
        assert statuses()[waiting] == "waiting"

    def test_of_somebody_who_has_a_place_already(self) -> None:
        given_day()
        joined(1)
        late = asked_late(1, email="AN1@EXAMPLE.ORG")
        with pytest.raises(AlreadyRegistered):
            admitted(late)
        assert counters() == (1, 0)

    def test_of_somebody_who_cancelled_before(self) -> None:
        given_day()
        an = joined(1)
        cancelled(an)
        again = admitted(asked_late(1))
        assert statuses() == {an: "cancelled", again: "offered"}
        assert row(an).calendar_uid != row(again).calendar_uid

    def test_when_somebody_has_decided_already(self) -> None:
        given_day()
        first, second = asked_late(1), asked_late(2)
        admitted(first)
        declined(second)
        for late in (first, second):
            with pytest.raises(AlreadyDecided):
                admitted(late)
            with pytest.raises(AlreadyDecided):
                declined(late)

    def test_when_there_is_no_such_request_or_the_day_was_called_off(self) -> None:
        day = given_day()
        late = asked_late()
        with pytest.raises(NotFound):
            admitted(late + 1)
        with transaction() as session:
            call_off(session, day, reason="Strike", actor=DESK, now=CLOSES_AT)
        with pytest.raises(StudyDayCancelled), transaction() as session:
            admit(session, late, over_capacity=True, actor=DESK, now=CLOSES_AT)


def test_declining_when_the_organiser_has_words_of_their_own() -> None:
    given_day()
    late = asked_late(1, language="fr")

    declined(late, "The room is full.", now=CLOSES_AT + TICK)

    request = request_row(late)
    assert (request.status, request.answer, request.decided_at) == ("declined", "The room is full.", CLOSES_AT + TICK)
    assert told(1) == [("an1", "declined")]
    assert last_facts("declined") == {"late_request": late}
    assert history(1) == ["declined"]
    assert read(sa.select(sa.func.count(LateRequest.id))) == 1
    assert counters() == (0, 0)


class TestAnswer:
    """Words of the organiser's own, under the mail that asked."""

    def test_of_a_form_goes_to_the_address_that_asked(self) -> None:
        given_day()
        late = asked_late(1)

        admitted(late, message="Come in by the back door.")

        assert request_row(late).answer == "Come in by the back door."
        assert last_facts("admitted") == {"sequence": 0, "late_request": late}

    def test_of_a_mail_stands_under_the_last_one(self) -> None:
        given_day()
        filed(make_mail(recipients=(PLUS,), received_at=CLOSES_AT, subject="First", message_id="<one@x>"))
        filed(make_mail(recipients=(PLUS,), received_at=CLOSES_AT, subject="Second", message_id="<two@x>"))

        admitted(1)

        assert last_facts("late_request_received")["answers"] == {"message_id": "<one@x>", "subject": "First"}
        answers = {"message_id": "<two@x>", "subject": "Second"}
        assert last_facts("admitted") == {"sequence": 0, "late_request": 1, "answers": answers}

    def test_when_somebody_else_wrote_last_goes_to_who_asked(self) -> None:
        given_day()
        for number in (1, 2):
            asked_late(number)
            filed(make_mail("home@example.org", references=(sent_as(number),), received_at=CLOSES_AT))

        declined(1)
        admitted(2)

        assert told(2) == [("an1", "declined"), ("an2", "admitted")]

    @pytest.mark.parametrize(
        "mail",
        [
            {"sender": ""},
            {"sender": MAILBOX, "recipients": ("an1@example.org", MAILBOX)},
            {"sender": "evil@example.org", "authentication": "fail"},
        ],
    )
    def test_when_a_doubtful_mail_came_last_goes_to_who_asked_and_not_under_it(self, mail: dict[str, Any]) -> None:
        given_day()
        asked_late(1)
        filed(make_mail(**mail, references=(sent_as(1),), received_at=CLOSES_AT))

        declined(1)

        assert told(1) == [("an1", "declined")]
        assert last_facts("declined") == {"late_request": 1}
        assert mails("state", "late_request_id", "message_id") == [("waiting", None, 1)]

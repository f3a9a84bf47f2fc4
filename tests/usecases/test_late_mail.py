"""rules.md 5: a late request by mail; which day it is about, and what waits for a person instead."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.domain.actors import Actor
from service.models import Organiser
from service.transaction import transaction
from service.usecases import late_mail
from service.usecases.admit import decline
from service.usecases.file_mail import Filed
from service.usecases.open_close import call_off
from tests.builders import CLOSES_AT, ENDS_AT, NOW, STARTS_AT, TICK, make_day, make_organiser
from tests.usecases.received import MAILBOX, filed, mails, make_mail, sent_as
from tests.usecases.steps import (
    DESK,
    asked_late,
    given_day,
    history,
    joined,
    last_facts,
    last_line,
    request_row,
    told,
)

PLUS = "events_bsog+integratiebeleid@vub.be"
TITLE = "Re: Samenwerken aan INTEGRATIEBELEID!"
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("app")


def asks(sender: str = "zoe@example.org", **mail: Any) -> Filed:
    values = {"sender_name": "Zoë Maes", "received_at": CLOSES_AT, "recipients": (PLUS,), **mail}
    return filed(make_mail(sender, **values))


@pytest.mark.parametrize(
    "mail",
    [
        {"recipients": (PLUS,), "subject": "Please"},
        {"recipients": ("EVENTS_BSOG+Integratiebeleid@VUB.be", "else@example.org")},
        {"recipients": (MAILBOX,), "subject": TITLE},
        {"recipients": (MAILBOX,), "subject": "Late request: another title by now [integratiebeleid]"},
        {"recipients": (), "subject": TITLE},
    ],
)
def test_mail_when_the_day_is_closed_becomes_a_late_request(mail: dict[str, Any]) -> None:
    given_day()

    assert asks(**mail) == Filed(kind="late_request", outcome="requested", state="done", folder="Late requests")

    request = request_row(1)
    assert (request.status, request.channel, request.created_at) == ("waiting", "mail", CLOSES_AT)
    assert (request.first_name, request.last_name, request.email) == ("Zoë", "Maes", "zoe@example.org")
    assert (request.language, request.message, request.study_day_id) == ("nl", "May I still come?", 1)
    assert told() == [("zoe", "late_request_received")]
    assert (history(), last_line().channel) == (["late_request"], "mail")
    assert mails("late_request_id", "study_day_id", "organiser_id", "text") == [(1, 1, 1, "May I still come?")]


def test_answer_when_a_request_came_by_mail_stands_under_it() -> None:
    given_day()

    asks(subject="Late request", message_id="<one@mail.example>")

    answers = {"message_id": "<one@mail.example>", "subject": "Late request"}
    assert last_facts("late_request_received") == {"late_request": 1, "answers": answers}


@pytest.mark.parametrize(
    ("received_at", "outcome"),
    [
        (CLOSES_AT - TICK, "open"),
        (CLOSES_AT, "requested"),
        (STARTS_AT - TICK, "requested"),
        (STARTS_AT, "started"),
        (ENDS_AT, "started"),
    ],
)
def test_mail_when_a_limit_passes(received_at: datetime, outcome: str) -> None:
    given_day()

    found = asks(received_at=received_at)

    assert (found.outcome, found.state) == (outcome, "done" if outcome == "requested" else "waiting")
    assert mails("study_day_id", "organiser_id") == [(1, 1)]
    assert len(told()) == (outcome == "requested")


def test_mail_when_it_names_no_day_waits_for_a_person_of_that_organiser() -> None:
    given_day()

    found = asks(recipients=(MAILBOX,), subject="May I still come?")

    assert found == Filed(kind="other", outcome="which_day", state="waiting", folder="")
    assert (mails("organiser_id", "study_day_id"), told()) == ([(1, None)], [])


def test_mail_when_the_day_was_called_off_or_is_no_secret_waits_for_a_person() -> None:
    given_day()
    with transaction() as session:
        call_off(session, 1, reason="Ill", actor=DESK, now=NOW)
        organiser = session.get_one(Organiser, 1)
        make_day(session, slug="draft", title={"nl": "Nog geheim"}, published=False, organiser=organiser)

    assert asks().outcome == "called_off"
    assert asks(subject="Nog geheim", recipients=("events_bsog+draft@vub.be",)).outcome == "which_day"


def test_mail_when_two_days_have_that_title_is_about_the_one_that_can_be_asked_for() -> None:
    given_day()
    with transaction() as session:
        organiser = session.get_one(Organiser, 1)
        later = {"starts_at": STARTS_AT + timedelta(90), "ends_at": ENDS_AT + timedelta(90)}
        make_day(session, slug="again", organiser=organiser, closes_at=CLOSES_AT + timedelta(80), **later)
    by_title: dict[str, Any] = {"recipients": (MAILBOX,), "subject": TITLE}

    assert (asks(**by_title).outcome, request_row(1).study_day_id) == ("requested", 1)
    assert asks("bo@example.org", **by_title, received_at=CLOSES_AT + timedelta(81)).outcome == "requested"
    assert request_row(2).study_day_id == 2
    assert asks("al@example.org", **by_title, received_at=STARTS_AT + timedelta(5)).outcome == "which_day"


def test_mail_when_it_is_addressed_to_another_organiser_is_not_about_our_day() -> None:
    given_day()
    with transaction() as session:
        make_organiser(session, slug="other", mailbox="other@example.org")

    assert asks(recipients=("other@example.org",), subject=TITLE).outcome == "which_day"
    assert asks(recipients=("other+integratiebeleid@example.org",)).outcome == "which_day"
    assert mails("organiser_id") == [2, 2]


def test_mail_when_its_writer_holds_a_place_waits_for_a_person() -> None:
    given_day()
    an = joined()

    assert asks("AN1@example.org").outcome == "from_attendee"
    assert (mails("registration_id", "state"), told(1)) == ([(an, "waiting")], [])


@pytest.mark.parametrize(
    ("mail", "outcome"),
    [
        ({"authentication": "fail"}, "doubtful"),
        ({"sender": ""}, "no_sender"),
        ({"sender": MAILBOX}, "own"),
        ({"automatic": True}, "automatic"),
        ({"unclear_answer": True}, "unclear"),
        ({"automatic": True, "unclear_answer": True}, "unclear"),
    ],
)
def test_mail_when_it_may_not_be_answered_is_not(mail: dict[str, Any], outcome: str) -> None:
    given_day()

    assert (asks(**mail).outcome, told(), history()) == (outcome, [], [])


def test_mail_when_very_many_ask_is_not_answered_for_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    given_day()
    monkeypatch.setattr(late_mail, "MOST_ANSWERED", 2)
    times = (CLOSES_AT, CLOSES_AT, CLOSES_AT + TICK, CLOSES_AT + HOUR)

    outcomes = {asks(f"a{number}@example.org", received_at=at).outcome for number, at in enumerate(times)}

    assert outcomes == {"requested"}
    assert [who for who, _ in told()] == ["a0", "a1", "a3"]
    assert history() == ["late_request"] * 4


def test_mail_when_many_asked_while_we_were_away_is_answered_within_the_same_bounds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_day()
    asked_late(9, now=CLOSES_AT + 12 * HOUR)  # by form
    monkeypatch.setattr(late_mail, "MOST_ANSWERED", 2)
    came = {number: CLOSES_AT + number * HOUR for number in range(4)}

    for number, at in came.items():
        mail = make_mail(f"a{number}@example.org", received_at=at, recipients=(PLUS,))
        assert filed(mail, now=CLOSES_AT + 12 * HOUR).outcome == "requested"

    assert [who for who, _ in told(1)] == ["a0", "a1"]


def test_mail_when_a_request_of_theirs_waits_is_added_to_it() -> None:
    given_day()
    waiting = asked_late(9)

    found = asks("an9@example.org", text="I am vegetarian.")

    assert (found.kind, found.outcome, found.state) == ("late_request", "added", "done")
    assert mails("late_request_id", "text") == [(waiting, "I am vegetarian.")]
    assert (told(1), history(1)) == ([], ["late_request_added_to"])


def test_mail_when_it_answers_our_letter_about_a_request_is_added_to_it() -> None:
    given_day()
    waiting = asked_late(9)

    found = asks("private@example.org", recipients=(MAILBOX,), references=(sent_as(1),))

    assert (found.outcome, mails("late_request_id", "sender")) == ("added", [(waiting, "private@example.org")])


def test_mail_when_it_answers_a_letter_of_ours_waits_for_a_person_who_sees_whose_it_is() -> None:
    given_day()
    an = joined()
    waiting = asked_late(9)
    with transaction() as session:
        decline(session, waiting, "No.", actor=DESK, now=CLOSES_AT)

    asks("home@example.org", recipients=(MAILBOX,), references=("<x@y>", sent_as(1).strip("<>")))
    asks("an9@example.org", references=(sent_as(3),))

    assert mails("kind", "outcome", "state") == [("other", "answers_letter", "waiting")] * 2
    assert mails("registration_id", "late_request_id", "organiser_id") == [(an, None, 1), (None, waiting, 1)]
    assert len(told()) == 3


@pytest.mark.parametrize(
    ("shown", "first", "last"),
    [
        ("Zoë Maes", "Zoë", "Maes"),
        ("Maes, Zoë", "Zoë", "Maes"),
        ("Zoë van den Berg", "Zoë", "van den Berg"),
        ("Zoë", "", "Zoë"),
        ("", "", "zoe"),
        ("x" * 200, "", "x" * 100),
    ],
)
def test_name_when_it_comes_from_the_mail(shown: str, first: str, last: str) -> None:
    given_day()
    asks(sender_name=shown)

    assert (request_row(1).first_name, request_row(1).last_name) == (first, last)


def test_language_when_nobody_said_it_is_that_of_an_earlier_sign_up_or_the_subject_or_the_day() -> None:
    given_day()
    known = joined(1, language="fr")
    assert known
    with transaction() as session:
        day = {"slug": "later", "title": {"nl": "Een latere dag", "en": "A later day"}, "languages": ["nl", "en"]}
        make_day(session, organiser=session.get_one(Organiser, 1), **day)
    subject: dict[str, Any] = {"recipients": (MAILBOX,), "subject": "a later day"}

    asks("an1@example.org", **subject)
    asks("bo@example.org", **subject)
    asks("al@example.org", recipients=("events_bsog+later@vub.be",))

    assert [request_row(number).language for number in (1, 2, 3)] == ["fr", "en", "nl"]
    assert Actor("attendee", "mail").channel == request_row(1).channel

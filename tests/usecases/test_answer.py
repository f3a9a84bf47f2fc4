"""rules.md 6: a decline in the calendar cancels, judged when it reached us; all other answers cancel nothing."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.domain.fees import Channel
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from service.usecases.correct import correct
from service.usecases.open_close import call_off
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TICK
from tests.usecases.received import answered, filed, mails, make_mail, make_reply
from tests.usecases.steps import (
    DESK,
    LINK,
    admitted,
    asked_late,
    came,
    cancelled,
    counters,
    given_day,
    history,
    joined,
    last_facts,
    last_line,
    row,
    signed_off,
    told,
)

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("app")


def moved(day_id: int = 1, *, by: timedelta = HOUR, now: datetime = NOW) -> None:
    with transaction() as session:
        values = {"starts_at": STARTS_AT + by, "ends_at": ENDS_AT + by}
        change_study_day(session, day_id, values, actor=DESK, now=now)


@pytest.mark.parametrize(
    ("at", "verdict", "outcome"),
    [
        (FREE_UNTIL - TICK, "on_time", "declined_in_time"),
        (FREE_UNTIL, "late", "declined_late"),
        (FREE_UNTIL + TICK, "late", "declined_late"),
        (STARTS_AT - TICK, "late", "declined_late"),
    ],
)
def test_decline_when_the_limit_passes(at: datetime, verdict: str, outcome: str) -> None:
    given_day(capacity=1)
    an = joined()
    joined(2)

    assert answered(an, at=at, comment="A child is ill") == outcome

    ended = row(an)
    assert (ended.status, ended.cancelled_verdict, ended.cancelled_at) == ("cancelled", verdict, at)
    assert (ended.cancelled_by, ended.cancelled_channel) == ("attendee", Channel.CALENDAR)
    assert (ended.cancelled_reason, ended.seen_at) == ("A child is ill", at)
    assert (ended.calendar_answer, ended.calendar_answer_sequence, ended.sequence) == ("declined", 0, 1)
    letter = "cancelled_late" if verdict == "late" else "cancelled_in_time"
    assert ("an1", letter) in told()
    assert last_facts(letter) == {"sequence": 1, "calendar": True}
    assert mails("kind", "outcome", "state", "folder", "registration_id", "study_day_id", "organiser_id", "text") == [
        ("reply", outcome, "done", "Calendar replies", an, 1, 1, "")
    ]


def test_decline_when_it_is_read_long_after_it_came_is_judged_by_when_it_came() -> None:
    given_day(capacity=1)
    an, bo = joined(), joined(2)

    assert answered(an, at=FREE_UNTIL - TICK, now=FREE_UNTIL + HOUR) == "declined_in_time"

    ended = row(an)
    assert (ended.cancelled_at, ended.cancelled_verdict) == (FREE_UNTIL - TICK, "on_time")
    assert row(bo).status == "offered"  # whoever gets the seat is asked by the time that it is
    assert last_line().at == FREE_UNTIL + HOUR
    assert told(2) == [("an1", "cancelled_in_time"), ("an2", "offer")]


def test_decline_when_it_came_before_the_start_and_is_read_after_it_frees_no_seat_for_others() -> None:
    given_day(capacity=1)
    an, bo = joined(), joined(2)

    assert answered(an, at=STARTS_AT - TICK, now=STARTS_AT + HOUR) == "declined_late"

    assert (row(an).status, row(bo).status, counters()) == ("cancelled", "waiting", (0, 1))


@pytest.mark.parametrize(("at", "verdict"), [(NOW - timedelta(days=400), "on_time"), (FREE_UNTIL + HOUR, "late")])
def test_decline_when_the_server_tells_an_impossible_time_is_judged_within_reason(at: datetime, verdict: str) -> None:
    given_day()
    an = joined(now=NOW)
    now = FREE_UNTIL + MINUTE

    answered(an, at=at, now=now)

    ended = row(an)
    assert (ended.cancelled_at, ended.cancelled_verdict) == (NOW if verdict == "on_time" else now, verdict)


def test_decline_when_the_server_tells_a_time_before_they_had_the_place_counts_from_then() -> None:
    given_day(capacity=1)
    an, bo = joined(), joined(2)
    cancelled(an, now=NOW + HOUR)

    answered(bo, at=NOW, now=NOW + HOUR + MINUTE)

    assert (row(bo).status, row(bo).cancelled_at) == ("cancelled", NOW + HOUR)


@pytest.mark.parametrize("participation", ["accepted", "tentative"])
def test_answer_when_it_is_no_decline_is_remembered(participation: str) -> None:
    given_day()
    an = joined()

    assert answered(an, at=NOW + HOUR, participation=participation) == participation

    there = row(an)
    assert (there.status, there.calendar_answer, there.seen_at) == ("confirmed", participation, NOW + HOUR)
    assert (there.calendar_answer_at, there.calendar_answer_sequence) == (NOW + HOUR, 0)
    assert (history(1), last_line().facts, told(1)) == (["calendar_answered"], {"answer": participation}, [])


def test_answer_when_it_comes_once_more_changes_nothing() -> None:
    given_day()
    an = joined()
    answered(an, participation="accepted")

    assert answered(an, at=NOW, participation="accepted", now=NOW + HOUR) == "doubled"
    assert row(an).seen_at == NOW
    assert answered(an, at=NOW + HOUR, participation="accepted") == "accepted"

    assert history() == ["registered", "calendar_answered"]


def test_mail_when_it_is_read_twice_is_filed_once() -> None:
    given_day()
    an = joined()
    mail = make_mail(replies=(make_reply(an),))

    assert filed(mail) == filed(mail)

    assert (mails("outcome"), told()) == (["declined_in_time"], [("an1", "confirmed"), ("an1", "cancelled_in_time")])


def test_decline_when_a_newer_acceptance_is_known_is_stale() -> None:
    given_day()
    an = joined()
    answered(an, at=NOW + HOUR, participation="accepted")

    assert answered(an, at=NOW + HOUR + MINUTE, stamp=NOW) == "stale"

    assert (row(an).status, row(an).calendar_answer) == ("confirmed", "accepted")


def test_decline_when_a_clock_ran_ahead_in_an_earlier_answer_holds() -> None:
    given_day()
    an = joined()
    answered(an, participation="accepted", stamp=NOW + timedelta(days=365), sequence=7)

    assert answered(an, at=NOW + HOUR) == "declined_in_time"


def test_decline_when_the_day_moved_since_cancels_nothing() -> None:
    given_day()
    an = joined()
    moved()

    assert answered(an, sequence=0) == "superseded"
    assert (row(an).status, row(an).calendar_answer, row(an).seen_at) == ("confirmed", None, NOW)

    assert answered(an, sequence=1) == "declined_in_time"


@pytest.mark.parametrize(
    ("participation", "at", "letters"),
    [
        ("declined", NOW, ["decline_outdated"]),
        ("declined", STARTS_AT + HOUR - TICK, ["decline_outdated"]),
        ("declined", STARTS_AT + HOUR, []),
        ("tentative", NOW, []),
        ("accepted", NOW, []),
    ],
)
def test_answer_when_the_day_moved_since_is_told_once_a_day_what_a_decline_did_not_do(
    participation: str, at: datetime, letters: list[str]
) -> None:
    given_day()
    an = joined()
    moved()
    since = len(told())

    for _ in range(2):
        assert answered(an, at=at, sequence=0, participation=participation) == "superseded"

    assert told(since) == [("an1", letter) for letter in letters]


def test_acceptance_when_the_day_moves_is_forgotten_and_when_only_its_title_does_is_not() -> None:
    given_day()
    an = joined()
    answered(an, participation="accepted")

    with transaction() as session:
        change_study_day(session, 1, {"title": {"nl": "Anders", "en": "Different"}}, actor=DESK, now=NOW)
    assert (row(an).calendar_answer, row(an).calendar_answer_sequence) == ("accepted", 0)

    moved()
    assert (row(an).calendar_answer, row(an).calendar_answer_sequence, row(an).calendar_answer_at) == (None, None, None)
    assert answered(an, sequence=0, participation="accepted") == "superseded"
    assert answered(an, sequence=2, participation="accepted") == "accepted"


def test_decline_when_only_the_title_changed_since_cancels() -> None:
    given_day()
    an = joined()
    with transaction() as session:
        change_study_day(session, 1, {"title": {"nl": "Anders", "en": "Different"}}, actor=DESK, now=NOW)
    assert row(an).sequence == 1

    assert answered(an, sequence=0) == "declined_in_time"


def test_decline_when_only_their_own_data_changed_since_cancels() -> None:
    given_day()
    an = joined()
    with transaction() as session:
        correct(session, an, {"town": "Gent"}, actor=LINK, now=NOW)
    assert row(an).sequence == 1

    assert answered(an, sequence=0) == "declined_in_time"


@pytest.mark.parametrize(
    ("reply", "mail", "outcome", "letters"),
    [
        ({}, {"sender": "bo@example.org"}, "forged", ["decline_unsure"]),
        ({}, {"authentication": "fail"}, "forged", ["decline_unsure"]),
        ({"attendee": "bo@example.org"}, {"sender": "bo@example.org"}, "forwarded", ["decline_unsure"]),
        ({"attendee": ""}, {}, "no_attendee", ["decline_unsure"]),
        ({"participation": "accepted"}, {"sender": "bo@example.org"}, "forged", []),
        ({"uid": "another"}, {}, "unknown", []),
        ({"participation": "counter"}, {}, "counter", []),
        ({"participation": "delegated"}, {}, "delegated", []),
        ({"participation": "counter", "attendee": "an@alias.example"}, {}, "counter", []),
        ({"participation": "counter"}, {"sender": "bo@example.org"}, "counter", []),
    ],
)
def test_answer_when_it_is_doubtful_changes_nothing(
    reply: dict[str, str], mail: dict[str, str], outcome: str, letters: list[str]
) -> None:
    given_day()
    an = joined()

    replies: dict[str, Any] = {"replies": (make_reply(an, **reply),)}

    found = filed(make_mail(**{**replies, **mail}))

    waits = outcome in {"unknown", "counter", "delegated"}
    assert (found.outcome, found.state) == (outcome, "waiting" if waits else "done")
    assert (row(an).status, row(an).calendar_answer, history()) == ("confirmed", None, ["registered"])
    assert told(1) == [("an1", letter) for letter in letters]


def test_decline_when_many_are_forged_asks_once_a_day() -> None:
    given_day()
    an = joined()
    night = NOW.replace(hour=22, minute=59)  # 23:59 in Brussels
    for at in (NOW, NOW + HOUR, night, night + MINUTE, night + HOUR):
        filed(make_mail("bo@example.org", replies=(make_reply(an),), received_at=at))

    assert told(1) == [("an1", "decline_unsure")] * 2


def test_answer_when_addresses_and_uid_are_written_in_another_case_is_theirs() -> None:
    given_day()
    an = joined()
    reply = make_reply(an, uid=row(an).calendar_uid.upper(), attendee="AN1@Example.Org")

    assert filed(make_mail("An1@EXAMPLE.org", replies=(reply,))).outcome == "declined_in_time"


def test_answer_when_automatic_counts() -> None:
    given_day()
    an = joined()

    assert filed(make_mail(replies=(make_reply(an),), automatic=True)).outcome == "declined_in_time"


def test_decline_when_the_registration_has_ended_changes_nothing() -> None:
    given_day()
    an = joined()
    cancelled(an)

    assert answered(an) == "already_ended"
    assert len(told()) == 2


def test_decline_when_the_day_was_called_off_changes_nothing() -> None:
    given_day()
    an = joined()
    with transaction() as session:
        call_off(session, 1, reason="Ill", actor=DESK, now=NOW)

    assert answered(an, at=NOW + HOUR) == "called_off"


@pytest.mark.parametrize("at", [STARTS_AT, ENDS_AT + HOUR])
def test_decline_when_the_day_has_started_changes_nothing(at: datetime) -> None:
    given_day()
    an = joined()

    assert answered(an, at=at) == "started"
    assert (row(an).status, row(an).calendar_answer, told(1)) == ("confirmed", None, [])


def test_decline_when_they_came_after_all_changes_nothing() -> None:
    given_day()
    an = joined()
    came(an)

    assert answered(an, at=STARTS_AT - MINUTE, now=STARTS_AT + HOUR) == "present"


def test_decline_when_it_is_read_after_sign_off_waits_for_a_person() -> None:
    given_day()
    an, bo = joined(), joined(2)
    came(bo)
    signed_off()

    assert answered(an, at=STARTS_AT - MINUTE, now=ENDS_AT + HOUR) == "after_sign_off"
    assert (row(an).status, mails("state")) == ("confirmed", ["waiting"])


def test_answer_when_the_place_is_only_offered_accepts_nothing() -> None:
    given_day()
    late = admitted(asked_late())

    for participation in ("accepted", "declined"):
        assert answered(late, participation=participation) == "no_place"

    assert row(late).status == "offered"


def test_answers_when_one_mail_holds_several_are_each_acted_upon() -> None:
    given_day()
    an = joined()
    again = (make_reply(an, participation="accepted"), make_reply(an, stamp=NOW + TICK), make_reply(an, uid="x"))

    assert filed(make_mail(replies=again, received_at=NOW + HOUR)).outcome == "declined_in_time"
    assert (row(an).status, mails("state")) == ("cancelled", ["waiting"])

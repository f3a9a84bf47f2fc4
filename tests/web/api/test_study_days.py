from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.extensions import db
from service.models import History, Message, Organiser, Registration, StudyDay
from service.transaction import transaction
from service.usecases.register import register
from tests.builders import CLOSES_AT, ENDS_AT, NOW, STARTS_AT, TICK, make_application, make_day
from tests.conftest import Clock
from tests.life import FORM
from tests.web.api.conftest import SLUG, Caller

NEW: dict[str, Any] = {
    "slug": "buddies",
    "title": {"nl": "Buddy's", "en": "Buddies"},
    "starts_at": "2023-06-15T10:00:00+02:00",
    "ends_at": "2023-06-15T16:00:00+02:00",
    "closes_at": "2023-06-01T00:00:00+02:00",
    "capacity": 40,
    "online_url": "https://meet.example/buddies",
    "sessions": [
        {"starts_at": "2023-06-15T10:00:00+02:00", "ends_at": "2023-06-15T10:30:00+02:00", "title": {"nl": "Welkom"}}
    ],
    "published": True,
}


@pytest.mark.usefixtures("day")
def test_read_when_anybody_asks_gives_the_public_view(call: Caller) -> None:
    answer = call(f"GET /study-days/{SLUG}")

    assert (answer.status_code, answer.mimetype) == (200, "application/json")
    assert answer.get_json() == {
        "slug": SLUG,
        "url": f"http://studiedag.example/nl/{SLUG}",
        "organiser": "bsog",
        "kind": "study_day",
        "phase": "open",
        "title": {"nl": "Samenwerken aan integratiebeleid", "en": "Working together on integration policy"},
        "summary": {},
        "description": {},
        "audience": {},
        "languages": ["nl", "en"],
        "time_zone": "Europe/Brussels",
        "starts_at": "2023-03-31T10:15:00+02:00",
        "ends_at": "2023-03-31T17:00:00+02:00",
        "opens_at": None,
        "closes_at": "2023-03-21T00:00:00+01:00",
        "free_cancellation_until": "2023-03-20T00:00:00+01:00",
        "waiting_list": True,
        "fee_cents": 1500,
        "late_cancellation_policy": "charge",
        "mailbox": "events_bsog@vub.be",
        "venue": {"name": "KBR", "street": "Kunstberg 28", "postal_code": "1000", "city": "Brussel", "country": "BE"},
        "online": False,
        "sessions": [],
        "partners": [],
        "project": None,
        "materials": [],
        "questions": [],
        "seats": {"capacity": 3, "free": 3},
    }


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("now", "phase"),
    [
        (NOW, "open"),
        (CLOSES_AT - TICK, "open"),
        (CLOSES_AT, "closed"),
        (ENDS_AT - TICK, "closed"),
        (ENDS_AT, "over"),
    ],
)
def test_read_when_time_goes_by_tells_the_phase(call: Caller, clock: Clock, now: Any, phase: str) -> None:
    clock.set(now)

    assert call(f"GET /study-days/{SLUG}").get_json()["phase"] == phase


@pytest.mark.usefixtures("day")
def test_read_when_seats_go_tells_how_many_are_left(call: Caller) -> None:
    with transaction() as session:
        for number in range(4):
            register(session, SLUG, make_application(number), actor=FORM, now=NOW)

    found = call(f"GET /study-days/{SLUG}").get_json()

    assert (found["phase"], found["seats"]) == ("full", {"capacity": 3, "free": 0})


def test_draft_when_read_is_seen_by_its_staff_only(call: Caller) -> None:
    call("POST /study-days", {**NEW, "published": False}, as_="organiser")

    seen = {name: call("GET /study-days/buddies", as_=name).status_code for name in ("organiser", "stranger", "admin")}

    assert seen == {"organiser": 200, "stranger": 404, "admin": 200}
    assert call("GET /study-days/buddies").status_code == 404
    assert call("GET /study-days").get_json() == {"items": [], "next": None}
    assert [one["slug"] for one in call("GET /study-days", as_="checkin").get_json()["items"]] == ["buddies"]
    assert call("GET /study-days", as_="stranger").get_json()["items"] == []


def test_create_when_all_is_well_answers_with_the_day_and_its_address(call: Caller) -> None:
    answer = call("POST /study-days", NEW, as_="organiser")

    made = answer.get_json()
    assert (answer.status_code, answer.headers["Location"]) == (201, "/api/v1/study-days/buddies")
    assert {name: made[name] for name in NEW if name != "sessions"} == {
        name: NEW[name] for name in NEW if name != "sessions"
    }
    assert made["sessions"] == [{**NEW["sessions"][0], "speakers": "", "room": ""}]
    assert made["free_cancellation_until"] == NEW["closes_at"]
    assert (made["organiser"], made["mailbox"]) == ("bsog", "events_bsog@vub.be")
    public = call("GET /study-days/buddies").get_json()
    assert set(made) - set(public) == {"capacity", "offer_hours", "online_url", "published", "signed_off_at"}
    assert public["online"] is True


def test_create_when_the_organiser_is_named_makes_it_there(call: Caller) -> None:
    admin = call("POST /study-days", {**NEW, "organiser": "vvsg"}, as_="admin")

    assert (admin.status_code, admin.get_json()["organiser"]) == (201, "vvsg")
    assert call("POST /study-days", {**NEW, "organiser": "vvsg"}, as_="organiser").status_code == 404
    assert call("POST /study-days", {**NEW, "organiser": "nobody"}, as_="admin").status_code == 404
    assert call("POST /study-days", NEW, as_="admin").get_json()["errors"].keys() == {"organiser"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"starts_at": "2023-06-15T10:00:00+01:00"}, "starts_at"),
        ({"ends_at": NEW["starts_at"]}, "ends_at"),
        ({"closes_at": "2023-06-15T10:00:01+02:00", "free_cancellation_until": NEW["closes_at"]}, "closes_at"),
        ({"opens_at": "2023-06-01T00:00:00+02:00"}, "opens_at"),
        ({"free_cancellation_until": "2023-06-15T10:00:01+02:00"}, "free_cancellation_until"),
        ({"languages": ["nl", "fr"]}, "title"),
        ({"capacity": -1}, "capacity"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_create_when_something_is_wrong_makes_nothing(call: Caller, change: dict[str, Any], field: str) -> None:
    answer = call("POST /study-days", {**NEW, **change}, as_="organiser", Accept_Language="fr")

    problem = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert (problem["type"], set(problem["errors"])) == ("/problems/invalid-input", {field})
    assert db.session.execute(sa.select(sa.func.count(StudyDay.id))).scalar_one() == 0


def test_create_when_the_slug_is_taken_is_a_conflict(call: Caller) -> None:
    call("POST /study-days", NEW, as_="organiser")

    answer = call("POST /study-days", NEW, as_="stranger")

    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/conflict")


@pytest.mark.usefixtures("day")
def test_change_when_the_place_moves_tells_everyone(call: Caller) -> None:
    with transaction() as session:
        register(session, SLUG, make_application(), actor=FORM, now=NOW)

    answer = call(f"PATCH /study-days/{SLUG}", {"venue": {"name": "Flagey"}, "capacity": None}, as_="organiser")

    changed = answer.get_json()
    assert (answer.status_code, changed["capacity"]) == (200, None)
    assert changed["venue"] == {"name": "Flagey", "street": "", "postal_code": "", "city": "", "country": "BE"}
    letters = db.session.execute(sa.select(Message.letter).order_by(Message.id)).scalars().all()
    assert letters == ["confirmed", "study_day_changed"]
    history = db.session.execute(sa.select(History.channel).where(History.action == "changed")).scalar_one()
    assert history == "api"


@pytest.mark.usefixtures("day")
def test_change_when_nothing_changes_says_the_same(call: Caller) -> None:
    before = call(f"GET /study-days/{SLUG}", as_="organiser").get_json()

    kept = {name: before[name] for name in ("title", "starts_at", "closes_at", "sessions", "venue", "organiser")}
    after = call(f"PATCH /study-days/{SLUG}", kept, as_="organiser")

    assert after.get_json() == before
    assert db.session.execute(sa.select(StudyDay.revision)).scalar_one() == 1


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"closes_at": "2023-03-21T00:00:00+02:00"}, "closes_at"),
        ({"closes_at": "2023-04-01T00:00:00+02:00"}, "closes_at"),
        ({"starts_at": "2023-03-31T10:15:00+02:00", "time_zone": "Europe/London"}, "starts_at"),
        ({"organiser": "vvsg"}, "organiser"),
        ({"title": {"nl": "Enkel Nederlands"}}, "title"),
        ({"phase": "open"}, "phase"),
    ],
)
def test_change_when_something_is_wrong_changes_nothing(call: Caller, change: dict[str, Any], field: str) -> None:
    answer = call(f"PATCH /study-days/{SLUG}", change, as_="organiser")

    assert (answer.status_code, set(answer.get_json()["errors"])) == (422, {field})
    assert db.session.execute(sa.select(StudyDay.revision)).scalar_one() == 1


@pytest.mark.usefixtures("day")
def test_change_when_the_zone_moves_along_reads_offsets_there(call: Caller) -> None:
    change = {
        "time_zone": "Europe/London",
        "starts_at": "2023-03-31T10:15:00+01:00",
        "ends_at": "2023-03-31T17:00:00+01:00",
    }

    changed = call(f"PATCH /study-days/{SLUG}", change, as_="organiser").get_json()

    assert {name: changed[name] for name in change} == change
    assert changed["closes_at"] == "2023-03-20T23:00:00+00:00"


@pytest.mark.usefixtures("day")
def test_close_and_reopen_when_asked_move_the_one_limit(call: Caller, clock: Clock) -> None:
    closed = call(f"POST /study-days/{SLUG}/close", {"reason": "Zaal vol"}, as_="organiser")
    again = call(f"POST /study-days/{SLUG}/close", {"reason": "Zaal vol"}, as_="organiser")
    clock.advance(timedelta(hours=1))
    until = "2023-03-21T00:00:00Z"
    reopened = call(f"POST /study-days/{SLUG}/reopen", {"until": until, "reason": "Grotere zaal"}, as_="organiser")

    assert (closed.status_code, closed.get_json()["phase"]) == (200, "closed")
    assert closed.get_json()["closes_at"] == "2023-02-01T10:00:00+01:00"
    assert (again.status_code, again.get_json()["type"]) == (409, "/problems/registration-closed")
    assert (reopened.status_code, reopened.get_json()["phase"]) == (200, "open")
    assert reopened.get_json()["closes_at"] == "2023-03-21T01:00:00+01:00"
    said = db.session.execute(sa.select(History.action, History.reason).order_by(History.id)).all()
    assert [tuple(line) for line in said][-2:] == [("closed", "Zaal vol"), ("reopened", "Grotere zaal")]


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("verb", "body", "field"),
    [
        ("close", {}, "reason"),
        ("close", {"reason": "  "}, "reason"),
        ("cancel", {"reason": None}, "reason"),
        ("reopen", {"reason": "Ja"}, "until"),
        ("reopen", {"reason": "Ja", "until": "2023-02-01T10:00:00+01:00"}, "until"),
        ("reopen", {"reason": "Ja", "until": "2023-03-31T10:15:01+02:00"}, "until"),
        ("reopen", {"reason": "Ja", "until": "2023-03-31T10:15:01"}, "until"),
        ("sign-off", {"confirm_many_absent": "yes"}, "confirm_many_absent"),
    ],
)
def test_turn_when_something_is_missing_is_refused(call: Caller, verb: str, body: Any, field: str) -> None:
    answer = call(f"POST /study-days/{SLUG}/{verb}", body, as_="organiser")

    assert (answer.status_code, set(answer.get_json()["errors"])) == (422, {field})


@pytest.mark.usefixtures("day")
def test_call_off_when_done_ends_every_registration(call: Caller) -> None:
    with transaction() as session:
        register(session, SLUG, make_application(), actor=FORM, now=NOW)

    answer = call(f"POST /study-days/{SLUG}/cancel", {"reason": "Staking"}, as_="organiser")

    assert (answer.status_code, answer.get_json()["phase"]) == (200, "cancelled")
    assert db.session.execute(sa.select(Registration.status)).scalar_one() == "cancelled"
    for call_, body in (("POST", {"reason": "x"}), ("PATCH", {"capacity": 5})):
        path = f"/study-days/{SLUG}" + ("/close" if call_ == "POST" else "")
        refused = call(f"{call_} {path}", body, as_="organiser")
        assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems/study-day-cancelled")


def test_sign_off_when_the_day_is_over_gives_the_charges(call: Caller, clock: Clock, lived: dict[str, int]) -> None:
    clock.set(ENDS_AT - TICK)
    early = call(f"POST /study-days/{SLUG}/sign-off", as_="organiser")
    clock.set(ENDS_AT)
    doubted = call(f"POST /study-days/{SLUG}/sign-off", {}, as_="organiser")
    done = call(f"POST /study-days/{SLUG}/sign-off", {"confirm_many_absent": True}, as_="organiser")
    again = call(f"POST /study-days/{SLUG}/sign-off", as_="organiser")

    assert (early.status_code, early.get_json()["type"]) == (409, "/problems/too-early")
    assert (doubted.status_code, doubted.get_json()["type"]) == (409, "/problems/conflict")
    assert (doubted.get_json()["absent"], doubted.get_json()["expected"]) == (2, 3)
    owed = {
        one["registration_id"]: (one["reason"], one["amount_cents"], one["status"])
        for one in done.get_json()["charges"]
    }
    assert owed == {
        lived["absent"]: ("no_show", 1500, "draft"),
        lived["late"]: ("late_cancellation", 1500, "draft"),
        lived["unreachable"]: ("no_show", 1500, "draft"),
    }
    assert (done.status_code, done.get_json()["signed_off_at"]) == (200, "2023-03-31T17:00:00+02:00")
    assert again.get_json() == done.get_json()


@pytest.mark.usefixtures("day")
def test_sign_off_when_nobody_was_checked_in_is_refused(call: Caller, clock: Clock) -> None:
    with transaction() as session:
        register(session, SLUG, make_application(), actor=FORM, now=NOW)
    clock.set(ENDS_AT)

    answer = call(f"POST /study-days/{SLUG}/sign-off", as_="organiser")

    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/attendance-not-taken")


def test_history_when_read_says_who_did_what(call: Caller, lived: dict[str, int]) -> None:
    lines = call(f"GET /study-days/{SLUG}/history", as_="organiser").get_json()["items"]

    called_in = next(one for one in lines if one["registration_id"] == lived["late"] and one["action"] == "cancelled")
    assert (called_in["actor"], called_in["staff"], called_in["reason"]) == ("staff", "els@vub.example", "Belde")
    assert called_in["at"] == "2023-03-19T23:00:00+00:00"


def test_list_when_there_are_250_gives_each_once(call: Caller, client: FlaskClient) -> None:
    with transaction() as session:
        ours = session.execute(sa.select(Organiser)).scalars().first()
        for number in range(250):
            moved = timedelta(days=number % 7)
            times = {"starts_at": STARTS_AT + moved, "ends_at": ENDS_AT + moved}
            make_day(session, organiser=ours, slug=f"day-{number}", **times)

    seen, page = [], call("GET /study-days?limit=100").get_json()
    sizes = [len(page["items"])]
    seen += page["items"]
    while page["next"]:
        page = client.get("/api/v1/study-days", query_string={"limit": 100, "cursor": page["next"]}).get_json()
        sizes.append(len(page["items"]))
        seen += page["items"]

    assert sizes == [100, 100, 50]
    assert {one["slug"] for one in seen} == {f"day-{number}" for number in range(250)}
    starts = [one["starts_at"] for one in seen]
    assert starts == sorted(starts, reverse=True)

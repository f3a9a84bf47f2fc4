from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.extensions import db
from service.models import Message, Registration, StudyDay
from service.transaction import transaction
from service.usecases.open_close import call_off
from service.usecases.register import register
from tests.builders import CLOSES_AT, ENDS_AT, NOW, STARTS_AT, TICK, make_application
from tests.conftest import Clock
from tests.life import FORM
from tests.web.api.conftest import SLUG, Caller

AN: dict[str, Any] = {
    "first_name": "An",
    "last_name": "Peeters",
    "email": "an@example.org",
    "language": "nl",
    "accept_terms": True,
}
REGISTRATIONS = f"/study-days/{SLUG}/registrations"


def rows() -> int:
    return db.session.execute(sa.select(sa.func.count(Registration.id))).scalar_one()


@pytest.mark.usefixtures("day")
def test_sign_up_when_seats_are_free_and_when_not(call: Caller) -> None:
    places = [call(f"POST {REGISTRATIONS}", {**AN, "email": f"a{number}@example.org"}) for number in range(4)]

    assert [(one.status_code, one.get_json()["place"]) for one in places] == [(202, "confirmed")] * 3 + [
        (202, "waiting")
    ]


@pytest.mark.usefixtures("day")
def test_sign_up_when_all_fields_are_given_keeps_them(call: Caller) -> None:
    given = {
        "organisation": "Stad Voorbeeld",
        "function": "Beleidsmedewerker",
        "town": "Voorbeeld",
        "organisation_kind": "local_government",
        "phone": "+32 2 000 00 00",
        "dietary": "vegetarisch\nnoten",
        "access_needs": "ringleiding",
        "remarks": "{{7*7}} <script>",
        "invoice_name": "Stad",
        "invoice_enterprise_number": "0123.456.749",
        "invoice_address": "Markt 1\n1000 Voorbeeld",
        "invoice_reference": "PO-1",
    }

    assert call(f"POST {REGISTRATIONS}", {**AN, **given}).status_code == 202

    row = db.session.execute(sa.select(Registration)).scalar_one()
    assert {name: getattr(row, name) for name in given} == given


@pytest.mark.usefixtures("day")
def test_sign_up_when_the_address_is_registered_already_answers_the_same(call: Caller, clock: Clock) -> None:
    first = call(f"POST {REGISTRATIONS}", AN)
    clock.advance(timedelta(hours=1))
    second = call(f"POST {REGISTRATIONS}", {**AN, "email": "AN@example.org", "first_name": "Anna"})

    assert (second.status_code, second.data) == (first.status_code, first.data)
    assert rows() == 1
    assert db.session.execute(sa.select(Message.letter).order_by(Message.id)).scalars().all() == [
        "confirmed",
        "already_registered",
    ]


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "an@"}, "email"),
        ({"email": "an@example.org\r\nBcc: b@example.org"}, "email"),
        ({"first_name": ""}, "first_name"),
        ({"first_name": None}, "first_name"),
        ({"first_name": 5}, "first_name"),
        ({"first_name": "A\r\nBcc: b@example.org"}, "first_name"),
        ({"first_name": "A\x00"}, "first_name"),
        ({"first_name": "A\ud83d"}, "first_name"),
        ({"first_name": "A" * 101}, "first_name"),
        ({"language": "es"}, "language"),
        ({"organisation_kind": "club"}, "organisation_kind"),
        ({"accept_terms": False}, "accept_terms"),
        ({"accept_terms": "true"}, "accept_terms"),
        ({"accept_terms": None}, "accept_terms"),
        ({"answers": []}, "answers"),
        ({"answers": {"lunch": {"a": 1}}}, "answers.lunch"),
        ({"answers": {"lunch": "a\x00"}}, "answers.lunch"),
    ],
)
def test_sign_up_when_something_is_wrong_registers_nobody(call: Caller, change: dict[str, Any], field: str) -> None:
    answer = call(f"POST {REGISTRATIONS}", {**AN, **change}, Accept_Language="de")

    problem = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")
    assert (problem["type"], set(problem["errors"])) == ("/problems/invalid-input", {field})
    assert rows() == 0


def test_sign_up_when_the_day_asks_questions(call: Caller) -> None:
    day = {
        "slug": "vragen",
        "title": {"nl": "Vragen"},
        "starts_at": "2023-06-15T10:00:00+02:00",
        "ends_at": "2023-06-15T16:00:00+02:00",
        "published": True,
        "questions": [
            {"id": "lunch", "kind": "yes_no", "label": "Lunch?"},
            {"id": "table", "kind": "choice", "label": "Tafel?", "required": True, "options": [{"value": "A"}]},
        ],
    }
    call("POST /study-days", day, as_="organiser")

    missing = call("POST /study-days/vragen/registrations", AN)
    given = call("POST /study-days/vragen/registrations", {**AN, "answers": {"lunch": True, "table": "A", "x": "y"}})

    assert (missing.status_code, set(missing.get_json()["errors"])) == (422, {"answers.table"})
    assert given.status_code == 202
    assert db.session.execute(sa.select(Registration.answers)).scalar_one() == {"lunch": True, "table": "A"}


@pytest.mark.usefixtures("day")
def test_sign_up_when_closed_names_mailbox_and_late_request(call: Caller, clock: Clock) -> None:
    clock.set(CLOSES_AT - TICK)
    assert call(f"POST {REGISTRATIONS}", AN).status_code == 202
    clock.set(CLOSES_AT)

    answer = call(f"POST {REGISTRATIONS}", {**AN, "email": "b@example.org"}, Accept_Language="fr")

    problem = answer.get_json()
    assert (answer.status_code, answer.mimetype) == (409, "application/problem+json")
    assert {name: problem[name] for name in ("type", "status", "mailbox", "late_request", "closes_at")} == {
        "type": "/problems/registration-closed",
        "status": 409,
        "mailbox": "events_bsog@vub.be",
        "late_request": f"http://studiedag.example/fr/{SLUG}/late-request",
        "closes_at": "2023-03-20T23:00:00+00:00",
    }


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"opens_at": NOW + TICK}, "registration-not-open"),
        ({"capacity": 1, "taken": 1, "waiting_list": False}, "full"),
        ({"published": False}, "not-found"),
        ({"closes_at": NOW, "starts_at": NOW, "ends_at": NOW + TICK}, "registration-closed"),
        ({"closes_at": NOW - TICK, "starts_at": NOW - TICK, "ends_at": NOW}, "study-day-over"),
    ],
)
def test_sign_up_when_the_time_is_wrong_says_which(call: Caller, change: dict[str, Any], problem: str) -> None:
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(change))

    answer = call(f"POST {REGISTRATIONS}", AN)

    assert answer.get_json()["type"] == f"/problems/{problem}"
    assert answer.status_code == (404 if problem == "not-found" else 409)


@pytest.mark.usefixtures("day")
def test_sign_up_when_the_day_was_called_off(call: Caller) -> None:
    with transaction() as session:
        call_off(session, session.execute(sa.select(StudyDay.id)).scalar_one(), reason="x", actor=FORM, now=NOW)

    answer = call(f"POST {REGISTRATIONS}", AN)

    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/study-day-cancelled")


def test_list_when_the_day_was_lived_through_has_the_contracts_fields(call: Caller, lived: dict[str, int]) -> None:
    items = {one["id"]: one for one in call(f"GET {REGISTRATIONS}", as_="organiser").get_json()["items"]}

    assert items[lived["late"]] == {
        "id": lived["late"],
        "first_name": "An4",
        "last_name": "Øster",
        "email": "o.ster@example.org",
        "organisation": "Stad Voorbeeld",
        "function": "",
        "town": "",
        "language": "nl",
        "status": "cancelled",
        "created_at": "2023-02-01T09:00:00+00:00",
        "offered_until": None,
        "checked_in_at": None,
        "cancellation": {
            "at": "2023-03-19T23:00:00+00:00",
            "by": "staff",
            "channel": "organiser",
            "verdict": "late",
            "reason": "Belde",
        },
        "attendance": "unknown",
        "terms": {
            "fee_cents": 1500,
            "free_cancellation_until": "2023-03-19T23:00:00+00:00",
            "accepted_at": "2023-02-01T09:00:00+00:00",
        },
        "mail": {"sent": 2, "failed": 0},
    }
    assert items[lived["present"]]["attendance"] == "present"
    assert (items[lived["present"]]["cancellation"], items[lived["unreachable"]]["mail"]["failed"]) == (None, 1)


@pytest.mark.usefixtures("day")
def test_list_when_there_are_250_comes_in_pages(call: Caller) -> None:
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(capacity=None))
    with transaction() as session:
        for number in range(250):
            register(session, SLUG, make_application(number), actor=FORM, now=NOW)

    found: list[int] = []
    sizes, page = [], call(f"GET {REGISTRATIONS}?limit=120", as_="organiser").get_json()
    while True:
        found += [one["id"] for one in page["items"]]
        sizes.append(len(page["items"]))
        if page["next"] is None:
            break
        page = call(f"GET {REGISTRATIONS}?limit=120&cursor={page['next']}", as_="organiser").get_json()

    assert sizes == [120, 120, 10]
    assert found == sorted(set(found))
    assert len(call(f"GET {REGISTRATIONS}", as_="organiser").get_json()["items"]) == 50
    assert call(f"GET {REGISTRATIONS}?limit=10&cursor={found[-1]}", as_="organiser").get_json() == {
        "items": [],
        "next": None,
    }


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=", "limit"),
        ("limit=99999999999999999999999", "limit"),
        ("cursor=x", "cursor"),
        ("cursor=-1", "cursor"),
        ("cursor=99999999999999999999999", "cursor"),
        ("cursor=%00", "cursor"),
    ],
)
@pytest.mark.parametrize("listed", [REGISTRATIONS, "/study-days"])
def test_list_when_the_query_is_wrong_names_it(call: Caller, listed: str, query: str, field: str) -> None:
    answer = call(f"GET {listed}?{query}", as_="organiser")

    assert (answer.status_code, set(answer.get_json()["errors"])) == (422, {field})


def test_cancel_when_somebody_called_is_judged_by_the_clock(call: Caller, lived: dict[str, int], clock: Clock) -> None:
    clock.set(STARTS_AT - TICK)
    answer = call(f"POST /registrations/{lived['absent']}/cancel", {"reason": "Ziek"}, as_="checkin")
    again = call(f"POST /registrations/{lived['absent']}/cancel", {"reason": "Ziek"}, as_="organiser")
    clock.set(STARTS_AT)
    too_late = call(f"POST /registrations/{lived['unreachable']}/cancel", as_="organiser")

    ended = answer.get_json()
    assert (answer.status_code, ended["status"]) == (200, "cancelled")
    assert ended["cancellation"] == {
        "at": "2023-03-31T08:14:59.999999+00:00",
        "by": "staff",
        "channel": "organiser",
        "verdict": "late",
        "reason": "Ziek",
    }
    assert (again.status_code, again.get_json()["type"]) == (409, "/problems/conflict")
    assert (too_late.status_code, too_late.get_json()["type"]) == (409, "/problems/study-day-over")


def test_check_in_when_the_door_opens_and_back(call: Caller, lived: dict[str, int], clock: Clock) -> None:
    path = f"POST /registrations/{lived['absent']}"
    clock.set(STARTS_AT - timedelta(hours=3) - TICK)
    early = call(f"{path}/check-in", as_="checkin")
    clock.set(STARTS_AT)
    here, again = call(f"{path}/check-in", as_="checkin"), call(f"{path}/check-in", as_="organiser")
    undone = call(f"{path}/undo-check-in", as_="organiser")
    waiting = call(f"POST /registrations/{lived['waiting']}/check-in", as_="checkin")

    assert (early.status_code, early.get_json()["type"]) == (409, "/problems/too-early")
    assert (here.status_code, here.get_json()["attendance"]) == (200, "present")
    assert here.get_json()["checked_in_at"] == "2023-03-31T08:15:00+00:00"
    assert again.get_json() == here.get_json()
    assert (undone.status_code, undone.get_json()["attendance"], undone.get_json()["checked_in_at"]) == (
        200,
        "unknown",
        None,
    )
    assert (waiting.status_code, waiting.get_json()["type"]) == (409, "/problems/conflict")


def test_check_in_when_the_attendance_was_signed_off(call: Caller, lived: dict[str, int], clock: Clock) -> None:
    clock.set(ENDS_AT)
    call(f"POST /study-days/{SLUG}/sign-off", {"confirm_many_absent": True}, as_="organiser")

    answer = call(f"POST /registrations/{lived['present']}/undo-check-in", as_="organiser")

    assert (answer.status_code, answer.get_json()["type"]) == (409, "/problems/conflict")
    assert call(f"GET {REGISTRATIONS}", as_="organiser").get_json()["items"][1]["attendance"] == "absent"

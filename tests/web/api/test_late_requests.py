from typing import Any

import pytest
import sqlalchemy as sa

from service.extensions import db
from service.models import LateRequest, Message, StudyDay
from service.transaction import transaction
from tests.builders import CLOSES_AT, STARTS_AT, TICK
from tests.conftest import Clock
from tests.web.api.conftest import SLUG, Caller
from tests.web.api.test_registrations import AN

LATE = f"/study-days/{SLUG}/late-requests"
ASKS: dict[str, Any] = {**AN, "email": "late@example.org", "message": "Mag ik nog?"}


@pytest.mark.usefixtures("day")
def test_request_when_the_limit_passes_is_taken_until_the_start(call: Caller, clock: Clock) -> None:
    clock.set(CLOSES_AT - TICK)
    still_open = call(f"POST {LATE}", ASKS)
    clock.set(CLOSES_AT)
    taken, again = call(f"POST {LATE}", ASKS), call(f"POST {LATE}", ASKS)
    clock.set(STARTS_AT)
    over = call(f"POST {LATE}", {**ASKS, "email": "later@example.org"})

    assert (still_open.status_code, still_open.get_json()["type"]) == (409, "/problems/registration-open")
    assert (taken.status_code, taken.get_json()) == (202, {"status": "waiting"})
    assert (again.status_code, again.data) == (202, taken.data)
    assert (over.status_code, over.get_json()["type"]) == (409, "/problems/study-day-over")
    request = db.session.execute(sa.select(LateRequest)).scalar_one()
    assert (request.email, request.message, request.channel) == ("late@example.org", "Mag ik nog?", "api")


@pytest.mark.usefixtures("day")
def test_request_when_the_message_is_too_long(call: Caller, clock: Clock) -> None:
    clock.set(CLOSES_AT)

    answer = call(f"POST {LATE}", {**ASKS, "message": "x" * 2001})

    assert (answer.status_code, set(answer.get_json()["errors"])) == (422, {"message"})


def test_list_when_one_waits_shows_it(call: Caller, lived: dict[str, int]) -> None:
    (item,) = call(f"GET {LATE}", as_="organiser").get_json()["items"]

    assert item == {
        "id": lived["late_request"],
        "status": "waiting",
        "channel": "form",
        "created_at": "2023-03-20T23:00:00+00:00",
        "first_name": "An9",
        "last_name": "Peeters",
        "email": "an9@example.org",
        "organisation": "Stad Voorbeeld",
        "language": "nl",
        "message": "Mag ik nog?",
        "decided_at": None,
        "answer": "",
        "registration_id": None,
    }


def test_admit_when_no_seat_is_left_wants_to_be_told(call: Caller, lived: dict[str, int], clock: Clock) -> None:
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(capacity=3))
    clock.set(CLOSES_AT)
    path = f"POST /late-requests/{lived['late_request']}/admit"

    full = call(path, as_="organiser")
    admitted = call(path, {"over_capacity": True}, as_="organiser")
    again = call(path, {"over_capacity": True}, as_="organiser")

    assert (full.status_code, full.get_json()["type"]) == (409, "/problems/full")
    assert (admitted.status_code, admitted.get_json()["status"]) == (200, "admitted")
    registrations = call(f"GET /study-days/{SLUG}/registrations", as_="organiser").get_json()["items"]
    assert (registrations[-1]["id"], registrations[-1]["status"]) == (admitted.get_json()["registration_id"], "offered")
    assert (again.status_code, again.get_json()["type"]) == (409, "/problems/conflict")


def test_decline_when_done_sends_the_words(call: Caller, lived: dict[str, int], clock: Clock) -> None:
    clock.set(CLOSES_AT)

    answer = call(f"POST /late-requests/{lived['late_request']}/decline", {"message": "Helaas vol."}, as_="organiser")

    assert (answer.status_code, answer.get_json()["status"], answer.get_json()["answer"]) == (
        200,
        "declined",
        "Helaas vol.",
    )
    assert db.session.execute(sa.select(Message.letter).order_by(Message.id.desc())).scalars().first() == "declined"

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.extensions import db
from service.models import LateRequest, Message, Registration, StudyDay
from service.transaction import transaction
from tests.builders import CLOSES_AT, STARTS_AT, TICK
from tests.conftest import Clock
from tests.life import ELS
from tests.staff import sign_in
from tests.web.people import URL, desk_after, words

LIST = f"{URL}/late-requests"


@pytest.fixture
def ids(client: FlaskClient, clock: Clock) -> dict[str, int]:
    return desk_after(client, clock, CLOSES_AT)


def capacity(seats: int) -> None:
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(capacity=seats))


def status(request_id: int) -> str:
    return db.session.get_one(LateRequest, request_id).status


def test_list_when_seats_are_free_shows_the_message_and_no_box(client: FlaskClient, ids: dict[str, int]) -> None:
    answer = client.get(LIST)

    text = words(answer.text)
    assert "2 seats are free." in text
    assert "An9 Peeters Stad Voorbeeld 21 Mar 2023, 00:00 · form on the website an9@example.org" in text
    assert "Mag ik nog?" in text
    assert "to be accepted until and including Tuesday 21 March 2023, 23:59 (Brussels time)." in text
    assert "over_capacity" not in answer.text
    assert f'action="{LIST}/{ids["late_request"]}/admit"' in answer.text


def test_admit_when_a_seat_is_free_offers_it(client: FlaskClient, ids: dict[str, int]) -> None:
    answer = client.post(f"{LIST}/{ids['late_request']}/admit")

    assert (answer.status_code, answer.location) == (303, f"{LIST}?done=admitted")
    request = db.session.get_one(LateRequest, ids["late_request"])
    person = db.session.get_one(Registration, request.registration_id)
    assert (request.status, person.status) == ("admitted", "offered")
    assert person.offered_until == CLOSES_AT + timedelta(hours=24)
    text = words(client.get(answer.location).text)
    assert "A place is on offer to them" in text
    assert "Nobody waits for an answer." in text
    assert f"An9 Peeters an9@example.org Admitted 21 Mar 2023, 00:00 {Role.ORGANISER}@bsog.example" in text


def test_admit_when_full_wants_the_box(client: FlaskClient, ids: dict[str, int]) -> None:
    capacity(3)
    url = f"{LIST}/{ids['late_request']}/admit"

    page = client.get(LIST).text
    without = client.post(url)
    assert status(ids["late_request"]) == "waiting"
    with_box = client.post(url, data={"over_capacity": "1"})

    assert "No seat is free: 3 of 3 are taken." in words(page)
    assert 'name="over_capacity"' in page
    assert without.status_code == 409
    assert "No seat is left" in without.text
    assert (with_box.status_code, status(ids["late_request"])) == (303, "admitted")
    assert db.session.execute(sa.select(StudyDay.taken)).scalar_one() == 4


def test_admit_when_people_wait_says_how_many(client: FlaskClient, ids: dict[str, int]) -> None:
    with transaction() as session:
        waiting = {"status": "waiting", "cancelled_at": None}
        session.execute(sa.update(Registration).where(Registration.id == ids["waiting"]).values(waiting))
        session.execute(sa.update(StudyDay).values(waiting=1, capacity=3))

    assert "No seat is free for late requests: 1 person is on the waiting list." in words(client.get(LIST).text)


def test_admit_when_decided_already_says_so(client: FlaskClient, ids: dict[str, int]) -> None:
    client.post(f"{LIST}/{ids['late_request']}/decline")

    for end in ("admit", "decline"):
        answer = client.post(f"{LIST}/{ids['late_request']}/{end}")
        assert answer.status_code == 409
        assert "Somebody has decided this already." in answer.text


def test_admit_when_two_hours_are_left_is_too_late(client: FlaskClient, clock: Clock, ids: dict[str, int]) -> None:
    for at, possible in ((STARTS_AT - timedelta(hours=2) - TICK, True), (STARTS_AT - timedelta(hours=2), False)):
        clock.set(at)
        sign_in(client, Role.ORGANISER, language="en")
        page = client.get(LIST).text
        assert (f"{ids['late_request']}/admit" in page) == possible
        assert ("It is too late to admit anybody" in page) != possible
    assert client.post(f"{LIST}/{ids['late_request']}/admit").status_code == 409
    assert client.post(f"{LIST}/{ids['late_request']}/decline").status_code == 303


@pytest.mark.parametrize("message", ["", "Helaas vol"])
def test_decline_when_a_message_is_optional(client: FlaskClient, ids: dict[str, int], message: str) -> None:
    answer = client.post(f"{LIST}/{ids['late_request']}/decline", data={"message": message})

    assert answer.location == f"{LIST}?done=declined"
    request = db.session.get_one(LateRequest, ids["late_request"])
    assert (request.status, request.answer) == ("declined", message)
    newest = db.session.execute(sa.select(Message).order_by(Message.id.desc()).limit(1)).scalar_one()
    assert (newest.letter, newest.recipient) == ("declined", "an9@example.org")


def test_decline_when_the_message_is_too_long_gives_it_back(client: FlaskClient, ids: dict[str, int]) -> None:
    answer = client.post(f"{LIST}/{ids['late_request']}/decline", data={"message": "<b>" + "x" * 2000})

    assert answer.status_code == 422
    assert "This is too long. Shorten it." in answer.text
    assert f"&lt;b&gt;{'x' * 2000}</textarea>" in answer.text
    assert "<details open>" in answer.text
    assert status(ids["late_request"]) == "waiting"


def test_list_when_registration_is_open_says_when_late_requests_come(client: FlaskClient, clock: Clock) -> None:
    desk_after(client, clock, CLOSES_AT - TICK)

    text = words(client.get(LIST).text)

    assert "Registration is possible until and including Monday 20 March 2023, 23:59 (Brussels time)." in text


def test_request_when_of_another_study_day_is_not_found(client: FlaskClient, ids: dict[str, int]) -> None:
    answer = client.post(f"/desk/study-days/other/late-requests/{ids['late_request']}/decline")

    assert answer.status_code == 404
    assert ELS not in answer.text
    assert status(ids["late_request"]) == "waiting"

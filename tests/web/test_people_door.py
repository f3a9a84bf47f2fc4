import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.extensions import db
from service.models import CheckIn, Registration, StudyDay
from service.transaction import transaction
from tests.builders import CLOSES_AT, ENDS_AT, NOW, STARTS_AT, TICK
from tests.conftest import Clock
from tests.life import ELS, join
from tests.staff import sign_in
from tests.statements import statements
from tests.web.people import URL, desk_after, words

DOOR = f"{URL}/check-in"
OPENS = STARTS_AT - timedelta(hours=3)
HELPER = "checkin@bsog.example"


@pytest.fixture
def ids(client: FlaskClient, clock: Clock) -> dict[str, int]:
    return desk_after(client, clock, STARTS_AT, role=Role.CHECKIN)


def here(registration_id: int) -> bool:
    return db.session.get_one(Registration, registration_id).checked_in_at is not None


def crowd(size: int) -> None:
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(capacity=None))
        for number in range(100, 100 + size):
            join(session, number, last_name=f"{'ABC'[number % 3]}{number}", now=NOW + timedelta(minutes=number))


def test_list_when_opened_has_everybody_by_last_name_and_a_counter(client: FlaskClient, ids: dict[str, int]) -> None:
    page = client.get(DOOR).text

    assert "1 of 3 are here" in words(page)
    assert re.findall(r'id="p(\d+)"', page) == [str(ids[name]) for name in ("absent", "unreachable", "present")]
    assert f"Peeters An1 Stad Voorbeeld Here since 10:05 · {ELS}" in words(page)
    assert "late@" not in page
    assert page.count(">Check in<") == 2


def test_check_in_when_tapped_leads_back_to_the_same_place(client: FlaskClient, ids: dict[str, int]) -> None:
    page = client.get(f"{DOOR}?q=hel+ang").text
    action = re.findall(r'action="([^"]+/check-in/[^"]+)"', page)[0]

    answer = client.post(action.replace("&amp;", "&"))

    assert action == f"{DOOR}/{ids['absent']}?q=hel+ang"
    assert (answer.status_code, answer.location) == (303, f"{DOOR}?q=hel+ang#p{ids['absent']}")
    text = words(client.get(answer.location).text)
    assert "2 of 3 are here" in text
    assert f"Ångström Hélène Ville d’Exemple Here since 10:15 · {HELPER} Next person Undo" in text


def test_check_in_when_tapped_twice_keeps_the_first(client: FlaskClient, clock: Clock, ids: dict[str, int]) -> None:
    client.post(f"{DOOR}/{ids['absent']}")
    clock.advance(timedelta(minutes=5))
    client.post(f"{DOOR}/{ids['absent']}")

    assert db.session.get_one(Registration, ids["absent"]).checked_in_at == STARTS_AT
    counted = sa.select(sa.func.count(CheckIn.id)).where(CheckIn.registration_id == ids["absent"])
    assert db.session.execute(counted).scalar_one() == 1


def test_undo_when_it_was_a_slip_takes_it_back(client: FlaskClient, ids: dict[str, int]) -> None:
    answer = client.post(f"{DOOR}/{ids['present']}/undo?letter=P")

    assert answer.location == f"{DOOR}?letter=P#p{ids['present']}"
    assert not here(ids["present"])
    assert "0 of 3 are here" in words(client.get(answer.location).text)


def test_list_when_a_letter_is_chosen_shows_those_under_it(client: FlaskClient, ids: dict[str, int]) -> None:
    page = client.get(f"{DOOR}?letter=A").text

    assert re.findall(r'id="p(\d+)"', page) == [str(ids["absent"])]
    assert re.findall(r'letter=(\w)#door"', page) == ["A", "D", "P"]


def test_list_when_nobody_is_found_says_so(client: FlaskClient, ids: dict[str, int]) -> None:  # noqa: ARG001 - made
    assert "Nobody with a confirmed place is found by “Øster”." in words(client.get(f"{DOOR}?q=Øster").text)


@pytest.mark.parametrize("early", [True, False])
def test_list_when_it_is_too_early_says_from_when(client: FlaskClient, clock: Clock, *, early: bool) -> None:
    ids = desk_after(client, clock, OPENS - TICK if early else OPENS, role=Role.CHECKIN)

    page = client.get(DOOR).text
    answer = client.post(f"{DOOR}/{ids['absent']}")

    assert (">Check in<" in page) != early
    assert ("Check-in is possible from Friday 31 March 2023, 07:15 (Brussels time)" in page) == early
    assert (answer.status_code, here(ids["absent"])) == ((409, False) if early else (303, True))
    assert ("It is too early for that" in answer.text) == early


def test_check_in_when_the_place_is_not_confirmed_says_so(client: FlaskClient, ids: dict[str, int]) -> None:
    answer = client.post(f"{DOOR}/{ids['late']}")

    assert answer.status_code == 409
    assert "This registration has no confirmed place." in answer.text


def test_list_when_signed_off_is_closed(client: FlaskClient, clock: Clock) -> None:
    ids = desk_after(client, clock, ENDS_AT, settled=True, role=Role.CHECKIN)

    page = client.get(DOOR).text
    answer = client.post(f"{DOOR}/{ids['absent']}")

    assert "The attendance was signed off on Friday 31 March 2023, 17:00 (Brussels time)." in page
    assert ">Check in<" not in page
    assert (answer.status_code, here(ids["absent"])) == (409, False)


def test_list_when_it_is_long_opens_on_its_letters_and_the_latest(
    client: FlaskClient, clock: Clock, ids: dict[str, int]
) -> None:
    clock.set(CLOSES_AT - TICK)
    crowd(160)
    clock.set(STARTS_AT)

    page = client.get(DOOR).text
    under_b = client.get(f"{DOOR}?letter=B").text
    everybody = client.get(f"{DOOR}?all=1").text
    back = client.post(f"{DOOR}/{ids['absent']}?all=1")

    assert re.findall(r'id="p(\d+)"', page) == [str(ids["present"])]
    assert "Type a part of the name, or choose its first letter." in page
    assert len(page) < 8_000
    assert under_b.count('<li class="guest') == 54
    assert everybody.count('<li class="guest') == 163
    assert back.location == f"{DOOR}?all=1#p{ids['absent']}"


def test_list_when_it_grows_costs_the_same_statements(client: FlaskClient, ids: dict[str, int]) -> None:
    def cost() -> int:
        with statements() as seen:
            client.get(DOOR)
        return len(seen)

    few = cost()
    crowd(40)

    assert cost() == few == 6
    with statements() as seen:
        client.post(f"{DOOR}/{ids['absent']}")
    assert len(seen) <= 14


def test_check_in_when_of_another_study_day_is_not_found(client: FlaskClient, ids: dict[str, int]) -> None:
    assert client.post(f"/desk/study-days/other/check-in/{ids['absent']}").status_code == 404
    assert not here(ids["absent"])


def test_check_in_when_the_form_is_of_another_site(client: FlaskClient, ids: dict[str, int]) -> None:
    answer = client.post(f"{DOOR}/{ids['absent']}", headers={"Sec-Fetch-Site": "cross-site"})

    assert (answer.status_code, here(ids["absent"])) == (400, False)


def test_check_in_when_looked_at_only_changes_nothing(client: FlaskClient, ids: dict[str, int]) -> None:
    for end in (f"/{ids['absent']}", f"/{ids['absent']}/undo"):
        assert client.get(DOOR + end).status_code == 405
    assert not here(ids["absent"])


def test_list_when_an_organiser_looks_is_theirs_as_well(client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, Role.ORGANISER)

    assert client.post(f"{DOOR}/{ids['absent']}").status_code == 303

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.transaction import transaction
from tests.builders import ENDS_AT, make_organiser
from tests.conftest import Clock
from tests.life import signed_off
from tests.staff import sign_in
from tests.web.people import URL

ORGANISER, DOOR, FINANCE = {Role.ORGANISER}, {Role.ORGANISER, Role.CHECKIN}, {Role.FINANCE}
PAGES = [
    ("/registrations", ORGANISER),
    ("/registrations.csv", ORGANISER),
    ("/registrations/{absent}", ORGANISER),
    ("/registrations/{absent}/cancel", ORGANISER),
    ("/registrations/{absent}/remove", ORGANISER),
    ("/late-requests", ORGANISER),
    ("/check-in", DOOR),
    ("/sign-off", ORGANISER),
    ("/charges", ORGANISER),
]
BUTTONS = [
    ("/registrations/{absent}/cancel", ORGANISER),
    ("/registrations/{absent}/remove", ORGANISER),
    ("/late-requests/{late_request}/admit", ORGANISER),
    ("/late-requests/{late_request}/decline", ORGANISER),
    ("/check-in/{absent}", DOOR),
    ("/check-in/{absent}/undo", DOOR),
    ("/sign-off", ORGANISER),
    ("/charges/{charge_absent}/waive", ORGANISER),
    ("/charges/{charge_absent}/uphold", ORGANISER),
]
DAY = "/finance/study-days/integratiebeleid"
ALL = [
    *(("GET", URL + end, roles) for end, roles in PAGES),
    *(("POST", URL + end, roles) for end, roles in BUTTONS),
    ("GET", DAY, FINANCE),
    ("GET", "/finance/invoices.csv?study_day=integratiebeleid", FINANCE),
    ("POST", f"{DAY}/invoices", FINANCE),
]


NOWHERE = {404, 405}


@pytest.fixture
def ids(app: Flask, clock: Clock) -> dict[str, int]:  # noqa: ARG001 - the application's context
    with transaction() as session:
        found = signed_off(session)
        make_organiser(session, slug="other")
    clock.set(ENDS_AT)
    return found


def ask(client: FlaskClient, method: str, address: str, ids: dict[str, int]) -> int:
    return client.open(address.format(**ids), method=method).status_code


def test_wall_when_anonymous_leads_to_the_sign_in(client: FlaskClient, ids: dict[str, int]) -> None:
    for method, address, _ in ALL:
        answer = client.open(address.format(**ids), method=method)
        assert (address, answer.status_code, answer.location) == (address, 303, "/desk/sign-in")


def test_address_when_no_row_can_have_that_id_is_none(client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, Role.ADMIN)
    huge = dict.fromkeys(ids, 10**20)
    rows = [(method, address) for method, address, _ in ALL if "{" in address]
    rows += [("GET", f"{URL}/mails/{{absent}}"), ("POST", "/admin/roles/{absent}/remove")]

    assert [(method, address) for method, address in rows if ask(client, method, address, huge) not in NOWHERE] == []


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.CHECKIN, Role.FINANCE])
def test_wall_when_the_role_is_another_refuses(client: FlaskClient, ids: dict[str, int], role: Role) -> None:
    sign_in(client, role)

    refused = {(method, address) for method, address, _ in ALL if ask(client, method, address, ids) == 403}

    assert refused == {(method, address) for method, address, roles in ALL if role not in roles}


@pytest.mark.parametrize("role", [Role.ORGANISER, Role.CHECKIN, Role.FINANCE])
def test_wall_when_the_organiser_is_another_finds_nothing(client: FlaskClient, ids: dict[str, int], role: Role) -> None:
    sign_in(client, role, organiser="other")

    found = {ask(client, method, address, ids) for method, address, roles in ALL if role in roles}

    assert found == {404}


def test_wall_when_an_admin_comes_is_open(client: FlaskClient, ids: dict[str, int]) -> None:
    sign_in(client, Role.ADMIN)

    assert {ask(client, method, address, ids) for method, address, _ in ALL} <= {200, 303, 409, 422}

import re

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from service.domain.actors import SYSTEM
from service.domain.roles import Role
from service.extensions import db
from service.models import Message, RateLimit
from service.transaction import transaction
from service.usecases.staff import LINK_LASTS, add_staff
from tests.builders import NOW, TICK, make_organiser
from tests.conftest import Clock

ADDRESS = "els@vub.example"


@pytest.fixture
def link(client: FlaskClient) -> str:
    """The path of a link that was asked for by mail."""
    with transaction() as session:
        add_staff(session, ADDRESS, Role.ORGANISER, make_organiser(session), language="nl", actor=SYSTEM, now=NOW)
    assert client.post("/desk/sign-in", data={"email": "Els@VUB.example"}).status_code == 200
    letter = db.session.execute(sa.select(Message)).scalar_one()
    return f"/desk/sign-in/{letter.facts['token']}"


def test_sign_in_when_the_link_is_only_looked_at_keeps_it_good(client: FlaskClient, link: str) -> None:
    client.head(link)

    assert client.get(link).status_code == 200
    assert client.post(link).status_code == 303


def test_sign_in_when_used_twice_works_once(client: FlaskClient, link: str) -> None:
    first = client.post(link)
    second = client.post(link)

    assert (first.status_code, first.location) == (303, "/desk/")
    assert re.search(r"studiedag_staff=[\w-]{43}; .*HttpOnly; .*SameSite=Lax", first.headers["Set-Cookie"])
    assert second.status_code == 404


def test_sign_in_when_the_half_hour_is_over(client: FlaskClient, clock: Clock, link: str) -> None:
    clock.set(NOW + LINK_LASTS)
    assert client.post(link).status_code == 404

    clock.set(NOW + LINK_LASTS - TICK)
    assert client.post(link).status_code == 303


@pytest.mark.usefixtures("link")
def test_sign_in_when_the_address_is_unknown_says_the_same(client: FlaskClient) -> None:
    known = client.post("/desk/sign-in", data={"email": ADDRESS})
    unknown = client.post("/desk/sign-in", data={"email": "xxx@vub.example"})

    assert known.text.replace(ADDRESS, "") == unknown.text.replace("xxx@vub.example", "")
    assert db.session.execute(sa.select(sa.func.count(Message.id))).scalar_one() == 2


def test_sign_in_when_the_form_is_of_another_site(client: FlaskClient, link: str) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}):
        assert client.post(link, headers=headers).status_code == 400
        assert client.post("/desk/sign-in", data={"email": ADDRESS}, headers=headers).status_code == 400
    assert client.post(link, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


def test_sign_in_when_sprayed_from_many_pretended_addresses_has_one_limit(app: Flask) -> None:
    answers = []
    for number in range(22):
        pretended = {"X-Forwarded-For": f"10.0.0.{number}"}
        form = {"email": f"a{number}@vub.example"}
        answers.append(app.test_client().post("/desk/sign-in", data=form, headers=pretended).status_code)

    assert answers == [200] * 20 + [429] * 2


def test_sign_in_when_the_address_is_as_long_as_can_be_counts_it_without_keeping_it(client: FlaskClient) -> None:
    address = f"{'a' * 64}@{'.'.join(['b' * 61] * 3)}.be"

    answers = [client.post("/desk/sign-in", data={"email": address}).status_code for _ in range(6)]

    assert (len(address), answers) == (253, [200] * 5 + [429])
    keys = db.session.execute(sa.select(RateLimit.key)).scalars().all()
    assert [key for key in keys if address[:10] in key] == []


def test_sign_in_when_no_address_was_typed_gives_the_form_back(client: FlaskClient) -> None:
    answer = client.post("/desk/sign-in", data={"email": "els@"}, headers={"Accept-Language": "fr"})

    assert answer.status_code == 422
    assert 'value="els@"' in answer.text
    assert 'href="#f-email"' in answer.text


def test_sign_out_when_signed_in_ends_the_session_on_the_server(client: FlaskClient, link: str) -> None:
    client.post(link)
    cookie = client.get_cookie("studiedag_staff")
    assert cookie is not None
    assert client.get("/desk/sign-in").status_code == 303

    client.post("/desk/sign-out")
    client.set_cookie("studiedag_staff", cookie.value)

    assert client.get("/desk/sign-in").status_code == 200


@pytest.mark.browser
def test_sign_in_when_a_real_browser_sends_the_forms(page: Page, address: str, link: str) -> None:
    page.goto(f"{address}{link}")
    page.get_by_role("button").click()

    assert page.url == f"{address}/desk/"

    page.get_by_role("button", name="Afmelden").click()

    assert page.url == f"{address}/desk/sign-in"


def test_sign_in_when_the_browser_only_tells_the_origin(client: FlaskClient, link: str) -> None:
    for origin in ("null", "http://[", "http://[::1", "//["):
        assert client.post(link, headers={"Origin": origin}).status_code == 400
    assert client.post(link, headers={"Origin": "http://studiedag.example"}).status_code == 303

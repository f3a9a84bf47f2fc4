"""What must hold for every route and every template, read off the URL map and the files: none can be forgotten."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule

from service.domain.actors import Actor
from service.domain.audience import Audience
from service.domain.roles import Role
from service.models import IncomingMail
from service.transaction import transaction
from service.usecases.write_to_many import Draft, write_to_many
from service.web.api.calls import CALLS
from service.web.security import GUARDED, SIGN_IN
from tests.builders import ENDS_AT, make_organiser
from tests.conftest import Clock
from tests.life import SLUG, signed_off
from tests.staff import sign_in

ROOT: Final = Path(__file__).parent.parent
TEMPLATES: Final = ROOT / "templates"
INCLUDED: Final = re.compile(r"{%-? *(?:extends|include|import|from) +\"([\w./-]+)\"")
STAFF_FOLDERS: Final = ("/desk", "/finance", "/admin")
DOORS: Final = {"sign_in.ask", "sign_in.send", "sign_in.show", "sign_in.use", "sign_in.leave"}
"""Pages of the staff's folders that are there for whoever is not in yet, or wants to leave."""
HERE: Final = "bsog"
Routes = list[tuple[str, str, tuple[Role, ...]]]
"""Method, address with all its arguments filled in, and the roles that may."""


@pytest.fixture
def ids(app: Flask, clock: Clock) -> dict[str, int | str]:
    """One row of everything that a staff address can name, all of one organiser; arguments by name."""
    del app
    clock.set(ENDS_AT)
    with transaction() as session:
        found = signed_off(session)
        mail = IncomingMail(
            identity="1", received_at=ENDS_AT, kind="other", outcome="which_day", organiser_id=found["organiser"]
        )
        session.add(mail)
        session.flush()
        found["mail"] = mail.id
        make_organiser(session, slug="other", name="Other")
        texts = {"nl": "Dag"}
        draft = Draft(audience=Audience.CONFIRMED, subject=texts, text=texts)
        desk, form_key = Actor("staff", "desk"), "a-form-that-was-sent"
        bulk_mail_id = write_to_many(
            session, found["day"], draft, count=3, form_key=form_key, actor=desk, now=ENDS_AT
        ).id
    return {
        "slug": SLUG,
        "bulk_mail_id": bulk_mail_id,
        "letter": "confirmed",
        "message_id": 1,
        "registration_id": found["present"],
        "request_id": found["late_request"],
        "charge_id": found["charge_late"],
        "role_id": 1,
        "mail_id": found["mail"],
    }


def pages_of_staff(app: Flask) -> list[Rule]:
    return [
        rule for rule in app.url_map.iter_rules() if rule.rule.startswith(STAFF_FOLDERS) and rule.endpoint not in DOORS
    ]


def routes(app: Flask, ids: dict[str, int | str], *, naming: bool = False) -> Routes:
    """Every staff page; ``naming``: only those that name a row, so that it can be another organiser's."""
    found = []
    for rule in pages_of_staff(app):
        if naming and not rule.arguments:
            continue
        missing = rule.arguments - set(ids)
        assert not missing, f"{rule.rule}: say in `ids` what {missing} may be"
        address = app.url_map.bind("").build(rule.endpoint, {name: ids[name] for name in rule.arguments})
        roles = GUARDED[app.view_functions[rule.endpoint]]
        found += [(method, address, roles) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def answers(client: FlaskClient, asked: Routes, **headers: str) -> dict[str, int]:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return {f"{method} {url}": client.open(url, method=method, headers=sent).status_code for method, url, _ in asked}


def all_are(status: int, asked: Routes) -> dict[str, int]:
    return {f"{method} {url}": status for method, url, _ in asked}


def test_route_when_listed_is_public_or_guarded(app: Flask) -> None:
    views = app.view_functions

    assert [rule.rule for rule in pages_of_staff(app) if views[rule.endpoint] not in GUARDED] == []
    api = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    assert [rule.rule for rule in api if views[rule.endpoint] not in CALLS] == ["/api/v1/openapi.json"]
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= DOORS


def test_staff_page_when_nobody_is_signed_in_leads_to_the_sign_in(app: Flask, ids: dict[str, int | str]) -> None:
    asked = routes(app, ids)
    client = app.test_client()

    assert answers(client, asked) == all_are(303, asked)
    assert client.get("/desk/").location == SIGN_IN


def test_staff_page_when_the_role_is_wrong_is_not_allowed(app: Flask, ids: dict[str, int | str]) -> None:
    tried = set()
    for role in (Role.ORGANISER, Role.CHECKIN, Role.FINANCE):
        client = app.test_client()
        sign_in(client, role, organiser=HERE)
        asked = [route for route in routes(app, ids) if role not in route[2]]

        assert answers(client, asked) == all_are(403, asked)
        tried |= {url for _, url, _ in asked}

    for_everybody = {url for _, url, roles in routes(app, ids) if set(roles) >= {Role.CHECKIN, Role.FINANCE}}
    assert tried | for_everybody == {url for _, url, _ in routes(app, ids)}


def test_staff_page_when_the_right_role_is_held_elsewhere_is_not_allowed(app: Flask, ids: dict[str, int | str]) -> None:
    for here in (Role.ORGANISER, Role.CHECKIN, Role.FINANCE):
        client = app.test_client()
        for role in (Role.ORGANISER, Role.CHECKIN, Role.FINANCE):
            sign_in(client, role, organiser="other", email=f"{here}@both.example")
        sign_in(client, here, organiser=HERE, email=f"{here}@both.example")
        asked = [route for route in routes(app, ids, naming=True) if here not in route[2]]

        assert answers(client, asked) == all_are(403, asked)


def test_staff_page_when_it_is_another_organisers_does_not_exist(app: Flask, ids: dict[str, int | str]) -> None:
    client = app.test_client()
    for role in (Role.ORGANISER, Role.CHECKIN, Role.FINANCE):
        sign_in(client, role, organiser="other", email="stranger@other.example")
    asked = [route for route in routes(app, ids, naming=True) if route[2] != (Role.ADMIN,)]

    assert asked != []
    assert answers(client, asked) == all_are(404, asked)


def test_form_when_another_site_sends_it_is_refused(app: Flask, ids: dict[str, int | str]) -> None:
    client = app.test_client()
    sign_in(client, Role.ADMIN)
    asked = [route for route in routes(app, ids) if route[0] == "POST"]
    asked += [("POST", "/desk/sign-in", ()), ("POST", "/desk/sign-in/token", ()), ("POST", "/desk/sign-out", ())]

    assert answers(client, asked, Sec_Fetch_Site="cross-site") == all_are(400, asked)
    assert answers(client, asked, Origin="https://evil.example") == all_are(400, asked)


def test_staff_page_when_an_admin_looks_opens(app: Flask, ids: dict[str, int | str]) -> None:
    client = app.test_client()
    sign_in(client, Role.ADMIN)
    seen = answers(client, [route for route in routes(app, ids) if route[0] == "GET"])

    assert {url: status for url, status in seen.items() if status not in {200, 404}} == {}
    assert [url for url, status in seen.items() if status == 404] == [
        f"GET /desk/study-days/{SLUG}/mails/1/html"  # the mail was never written
    ]


def test_template_when_it_lies_in_the_folder_is_used() -> None:
    texts, included = texts_of_code(), set(named_in_templates())
    there = {path.relative_to(TEMPLATES): path for path in TEMPLATES.rglob("*") if path.is_file()}

    assert [str(name) for name in there if str(name) not in included and not is_named(name, texts)] == []
    assert {name for name in included if Path(name) not in there} == set()
    assert {text for text in texts if text.endswith(".html") and "/" in text and Path(text) not in there} == set()


def is_named(name: Path, texts: set[str]) -> bool:
    """By its whole path, by its file name, or by its folder and its stem that code puts together."""
    return bool({str(name), name.name} & texts) or {f"{name.parent}/", name.stem} <= texts


def texts_of_code() -> set[str]:
    return {
        node.value
        for path in (ROOT / "service").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def named_in_templates() -> Iterator[str]:
    for path in TEMPLATES.rglob("*.*"):
        yield from re.findall(
            r"{%-? *(?:extends|include|import|from) +\"([\w./-]+)\"", path.read_text(encoding="utf-8")
        )

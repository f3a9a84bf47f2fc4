"""Who may call what: held for every rule of the URL map, so that no new call can be forgotten."""

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.routing import Rule

from service.extensions import db
from service.models import ApiToken, Charge, LateRequest, Organiser, Registration, StudyDay
from service.transaction import transaction
from service.web.api.calls import CALLS, Call
from service.web.limits import GUESSES_PER_CLIENT
from tests.builders import ENDS_AT, NOW
from tests.conftest import Clock
from tests.life import signed_off
from tests.web.api.conftest import SLUG, Caller, Tokens

OPEN = {"list_study_days", "read_study_day", "sign_up", "ask_late"}


def api_rules(app: Flask) -> dict[str, tuple[Rule, Call | None]]:
    """Every call, by its operation."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")]
    return {
        rule.endpoint.rpartition(".")[2]: (rule, CALLS.get(app.view_functions[rule.endpoint]))
        for rule in rules
        if not rule.rule.endswith("openapi.json")
    }


@pytest.fixture
def ids(tokens: Tokens, clock: Clock) -> dict[str, int]:
    """Of one row of everything that a path can name, all bsog's."""
    del tokens
    clock.set(ENDS_AT)
    with transaction() as session:
        ours = session.execute(sa.select(Organiser).where(Organiser.slug == "bsog")).scalar_one()
        found = signed_off(session, organiser=ours)
    return {
        "registration_id": found["present"],
        "request_id": found["late_request"],
        "charge_id": found["charge_late"],
    }


def paths(app: Flask, ids: dict[str, int]) -> list[tuple[str, str, Call]]:
    """Operation, call with its path filled in, and how it is called."""
    filled = []
    for name, (rule, call) in api_rules(app).items():
        assert call is not None
        (method,) = (rule.methods or set()) & {"GET", "POST", "PATCH"}
        path = rule.rule.removeprefix("/api/v1").replace("<slug:slug>", SLUG)
        for parameter, value in ids.items():
            path = path.replace(f"<id:{parameter}>", str(value))
        filled.append((name, f"{method} {path}", call))
    return filled


def test_every_call_says_who_may_make_it(app: Flask) -> None:
    found = api_rules(app)

    assert {name for name, (_, call) in found.items() if call is None} == set()
    assert {name for name, (_, call) in found.items() if call and not call.roles} == OPEN
    assert len(found) == 22


def test_staff_call_when_nobody_is_known_asks_for_a_token(app: Flask, call: Caller, ids: dict[str, int]) -> None:
    for name, path, how in paths(app, ids):
        if how.roles:
            answer = call(path)
            problem = answer.get_json()
            assert (name, answer.status_code, answer.mimetype) == (name, 401, "application/problem+json")
            assert answer.headers["WWW-Authenticate"] == "Bearer realm=Studiedag"
            assert (problem["type"], problem["status"]) == ("/problems/not-allowed", 401)


def test_staff_call_when_the_role_is_wrong_is_not_allowed(app: Flask, call: Caller, ids: dict[str, int]) -> None:
    for name, path, how in paths(app, ids):
        for role in {"organiser", "checkin", "finance"} - set(how.roles):
            if how.roles:
                answer = call(path, as_=role)
                assert (name, role, answer.status_code) == (name, role, 403)
                assert answer.get_json()["type"] == "/problems/not-allowed"


def test_staff_call_when_it_is_another_organisers_finds_nothing(app: Flask, call: Caller, ids: dict[str, int]) -> None:
    bodies = {
        "close_registration": {"reason": "x"},
        "call_study_day_off": {"reason": "x"},
        "reopen_registration": {"reason": "x", "until": "2023-03-21T00:00:00+01:00"},
        "waive_charge": {"reason": "ill"},
    }
    tried = set()
    for name, path, how in paths(app, ids):
        if how.roles and name not in {"make_study_day", "list_invoices"}:
            who = "their_finance" if "finance" in how.roles else "stranger"
            answer = call(path, bodies.get(name, {}) if path.startswith("P") else None, as_=who)
            assert (name, answer.status_code, answer.get_json()["type"]) == (name, 404, "/problems/not-found")
            tried.add(name)

    assert len(tried) == 16
    assert db.session.execute(sa.select(LateRequest.status)).scalar_one() == "waiting"
    assert set(db.session.execute(sa.select(Charge.status)).scalars()) == {"draft"}
    assert db.session.execute(sa.select(StudyDay.cancelled_at)).scalar_one() is None
    assert db.session.get_one(Registration, ids["registration_id"]).status == "confirmed"


@pytest.mark.usefixtures("ids")
def test_staff_call_when_an_admin_makes_it_is_let_through(call: Caller) -> None:
    for listed in ("registrations", "late-requests", "charges", "history"):
        assert call(f"GET /study-days/{SLUG}/{listed}", as_="admin").status_code == 200


@pytest.mark.usefixtures("day")
def test_token_when_revoked_is_no_token(call: Caller) -> None:
    assert call(f"GET /study-days/{SLUG}/history", as_="organiser").status_code == 200
    with transaction() as session:
        session.execute(sa.update(ApiToken).values(revoked_at=NOW))

    assert call(f"GET /study-days/{SLUG}/history", as_="organiser").status_code == 401
    assert call(f"GET /study-days/{SLUG}", as_="organiser").status_code == 401
    assert call(f"GET /study-days/{SLUG}").status_code == 200


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("header", "status"),
    [("bearer {}", 200), ("BEARER {}", 200), ("Bearer  {} ", 200), ("Basic {}", 401), ("{}", 401), ("Bearer é", 401)],
)
def test_token_when_the_header_is_written_otherwise(call: Caller, tokens: Tokens, header: str, status: int) -> None:
    header = header.format(tokens["organiser"])

    assert call(f"GET /study-days/{SLUG}/history", Authorization=header).status_code == status


@pytest.mark.usefixtures("day")
def test_token_when_guessed_too_often_is_counted_per_client(call: Caller) -> None:
    path = f"GET /study-days/{SLUG}/history"
    tries = [call(path, Authorization="Bearer guess").status_code for _ in range(GUESSES_PER_CLIENT.amount + 2)]

    assert tries == [401] * GUESSES_PER_CLIENT.amount + [429, 429]
    refused = call(f"GET /study-days/{SLUG}", Authorization="Bearer guess")
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "3600")
    assert call(path).status_code == 401
    assert call(path, as_="organiser").status_code == 200


@pytest.mark.usefixtures("day")
def test_cookie_when_sent_to_the_api_opens_nothing(call: Caller, tokens: Tokens) -> None:
    call.client.set_cookie("studiedag_staff", tokens["organiser"])

    assert call(f"GET /study-days/{SLUG}/history").status_code == 401

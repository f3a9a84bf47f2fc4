"""What the tests of the API share: staff with tokens, and one way to call."""

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.domain.actors import SYSTEM
from service.domain.roles import Role
from service.models import Organiser
from service.transaction import transaction
from service.usecases.staff import add_staff, make_api_token
from tests.builders import NOW, make_day, make_organiser
from tests.life import attended

SLUG = "integratiebeleid"
Tokens = dict[str, str]


class Caller:
    """Calls the API as somebody: ``as_`` is the name of a token, empty for anybody."""

    def __init__(self, client: FlaskClient, tokens: Tokens) -> None:
        self.client, self.tokens = client, tokens

    def __call__(
        self, call: str, json: Any = None, *, as_: str = "", key: str | None = None, **headers: str
    ) -> TestResponse:
        method, path = call.split(" ")
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if as_:
            sent["Authorization"] = f"Bearer {self.tokens[as_]}"
        if key is not None:
            sent["Idempotency-Key"] = key
        body = {} if json is None else {"json": json}
        return self.client.open(f"/api/v1{path}", method=method, headers=sent, **body)


@pytest.fixture
def tokens(app: Flask) -> Tokens:
    """Tokens of everybody who may be on the staff: of bsog by role, of another organiser, of all."""
    del app
    with transaction() as session:
        ours = make_organiser(session)
        theirs = make_organiser(session, slug="vvsg", name="VVSG", mailbox="dagen@vvsg.example")
        people: dict[str, tuple[Role, Organiser]] = {
            "organiser": (Role.ORGANISER, ours),
            "checkin": (Role.CHECKIN, ours),
            "finance": (Role.FINANCE, ours),
            "admin": (Role.ADMIN, ours),
            "stranger": (Role.ORGANISER, theirs),
            "their_finance": (Role.FINANCE, theirs),
        }
        made = {}
        for name, (role, organiser) in people.items():
            email = f"{name}@staff.example"
            add_staff(session, email, role, organiser, language="nl", actor=SYSTEM, now=NOW)
            made[name] = make_api_token(session, email, actor=SYSTEM, now=NOW)
    return made


@pytest.fixture
def call(client: FlaskClient, tokens: Tokens) -> Caller:
    return Caller(client, tokens)


@pytest.fixture
def lived(tokens: Tokens) -> dict[str, int]:
    """Ids of a day that took place, as ``life.attended`` says; nothing is signed off."""
    del tokens
    with transaction() as session:
        ours = session.execute(sa.select(Organiser).where(Organiser.slug == "bsog")).scalar_one()
        return attended(session, organiser=ours)


@pytest.fixture
def day(tokens: Tokens) -> None:
    """The model case, open, with three seats."""
    del tokens
    with transaction() as session:
        ours = session.execute(sa.select(Organiser).where(Organiser.slug == "bsog")).scalar_one()
        make_day(session, organiser=ours, capacity=3)

"""No 5xx and no breach of the document, whatever is sent.

SCHEMATHESIS_EXAMPLES=1000 SCHEMATHESIS_SEEDS=1,2,3 makes the long version of it.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from service.app import create_app
from service.domain.actors import SYSTEM
from service.domain.roles import Role
from service.models import Organiser, StudyDay
from service.settings import Settings
from service.transaction import transaction
from service.usecases.admit import request_late
from service.usecases.register import register
from service.usecases.staff import add_staff, make_api_token
from tests.builders import CLOSES_AT, ENDS_AT, make_application, make_day
from tests.conftest import Clock
from tests.life import FORM, signed_off
from tests.web.api.schemathesis_run import configuration, run

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "4"))
SEEDS = [int(seed) for seed in os.environ.get("SCHEMATHESIS_SEEDS", "1").split(",")]

DAYS = 30
BODIES: dict[str, list[Any]] = {
    "body.email": [f"somebody{number}@example.org" for number in range(50)],
    "body.slug": [f"day-{number}" for number in range(50)],
    "body.organiser": ["bsog"],
    "body.time_zone": ["Europe/Brussels"],
    "body.starts_at": ["2023-06-15T10:00:00+02:00", "2023-11-15T10:00:00+01:00"],
    "body.ends_at": ["2023-11-15T17:00:00+01:00", "2023-11-16T12:00:00+01:00"],
    "body.closes_at": ["2023-06-01T00:00:00+02:00", "2023-03-31T15:00:00+02:00"],
    "body.free_cancellation_until": ["2023-05-31T00:00:00+02:00"],
    "body.opens_at": ["2023-01-01T00:00:00+01:00", "2023-05-01T00:00:00+02:00"],
    "body.until": ["2023-03-31T16:00:00+02:00", "2023-06-02T00:00:00+02:00"],
}
"""What random text would not hit upon: times in order with the right offsets, addresses that come back."""


@pytest.fixture
def plain_app(sqlite_template: Path, tmp_path: Path, clock: Clock) -> Flask:
    """An application without a context of the test's own, so that each request has one, on SQLite."""
    path = tmp_path / "test.sqlite3"
    path.write_bytes(sqlite_template.read_bytes())
    settings = Settings(
        secret_keys=("a secret for tests only",),
        database_url=f"sqlite:///{path}",
        base_url="http://studiedag.example",
        organiser_mailbox="events@studiedag.example",
        data_folder=tmp_path / "var",
    )
    return create_app(settings, clock=clock)


def seed(app: Flask, now: datetime) -> tuple[str, dict[str, list[Any]]]:
    """A day signed off, some open and some closed, about to start; a token for all of them.

    There are several of each, since to call one off is among the things that are tried.
    """
    with app.app_context(), transaction() as session:
        signed_off(session)
        session.execute(sa.update(StudyDay).values(slug="lived"))
        ours = session.execute(sa.select(Organiser)).scalar_one()
        for number in range(DAYS):
            for kind, closes_at in (("open", ENDS_AT), ("closed", CLOSES_AT)):
                times = {"starts_at": ENDS_AT, "ends_at": ENDS_AT + timedelta(hours=5), "closes_at": closes_at}
                make_day(session, organiser=ours, slug=f"{kind}-{number}", **times)
            register(session, f"open-{number}", make_application(number), actor=FORM, now=now)
            request_late(session, f"closed-{number}", make_application(number), "", actor=FORM, now=now)
        add_staff(session, "all@staff.example", Role.ADMIN, ours, language="nl", actor=SYSTEM, now=now)
        token = make_api_token(session, "all@staff.example", actor=SYSTEM, now=now)
    ids = list(range(1, DAYS + 6))
    slugs = [f"{kind}-{number}" for kind in ("open", "closed") for number in range(DAYS)]
    return token, {
        "path.slug": ["lived", *slugs],
        "path.registration_id": ids,
        "path.request_id": ids,
        "path.charge_id": [1, 2, 3],
        **BODIES,
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed_", SEEDS)
def test_api_when_anything_is_sent_keeps_to_its_document(plain_app: Flask, clock: Clock, seed_: int) -> None:
    clock.set(ENDS_AT - timedelta(hours=2, minutes=30))
    token, values = seed(plain_app, clock())

    outcome = run(plain_app, configuration(seed=seed_, examples=EXAMPLES, token=token, values=values))

    print(f"seed {seed_}: {outcome.statuses.total()} requests, {outcome.checks} checks, {dict(outcome.statuses)}")
    for what, sample in outcome.samples.items():
        print(f"--- {what} ({outcome.failures[what]})\n{sample}")
    assert dict(outcome.failures) == {}
    assert [status for status in outcome.statuses if status >= 500] == []
    assert {200, 201, 202, 404, 405, 409, 422} - set(outcome.statuses) == set()

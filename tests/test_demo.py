import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from service import demo
from service.app import create_app
from service.demo import ahead, past
from service.domain.actors import Actor
from service.domain.windows import Phase, phase
from service.extensions import db
from service.locale import LANGUAGES
from service.migrations import seed_first_organiser
from service.models import Base, Charge, LateRequest, Message, Organiser, Registration, StudyDay
from service.runtime import runtime
from service.settings import Settings
from service.transaction import transaction
from service.usecases.invoice import issue_invoices
from tests.command import Run
from tests.conftest import Clock

NOW = datetime(2026, 11, 25, 17, 30, tzinfo=UTC)
BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.fixture(scope="class")
def loaded_once(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with the demo in it, for tests that only look."""
    path = tmp_path_factory.mktemp("demo") / "demo.sqlite3"
    shutil.copy(sqlite_template, path)
    app = create_app(Settings(secret_keys=("a secret for tests only",), database_url=f"sqlite:///{path}"))
    with app.app_context():
        load()
        yield app
        db.session.remove()
        db.engine.dispose()


def load(now: datetime = NOW) -> bool:
    settings = runtime().settings
    with transaction() as session:
        seed_first_organiser(session, settings, now=now)
        return demo.load(session, now=now)


def days() -> dict[str, StudyDay]:
    return {day.slug: day for day in db.session.execute(sa.select(StudyDay)).scalars()}


def everything() -> dict[str, list[Any]]:
    """All rows of all tables."""
    db.session.rollback()
    tables = Base.metadata.sorted_tables
    return {table.name: list(db.session.execute(sa.select(table).order_by(*table.primary_key))) for table in tables}


@pytest.mark.usefixtures("loaded_once")
class TestLoaded:
    def test_days_when_loaded_show_every_phase(self) -> None:
        phases = Counter(phase(day.window, full=day.seats.full, now=NOW) for day in days().values())

        assert phases == {
            Phase.DRAFT: 1,
            Phase.ANNOUNCED: 1,
            Phase.OPEN: 1,
            Phase.FULL: 1,
            Phase.CLOSED: 1,
            Phase.OVER: 5,
            Phase.CANCELLED: 1,
        }

    def test_days_when_loaded_show_every_kind(self) -> None:
        kinds = {day.kind for day in days().values()}
        assert kinds == {"study_day", "inspiration_day", "training", "webinar", "study_visit"}

    def test_model_case_has_the_limits_of_the_rules(self) -> None:
        day = days()[past.MODEL_CASE]

        assert (day.starts_at, day.ends_at) == (
            datetime(2023, 3, 31, 10, 15, tzinfo=BRUSSELS),
            datetime(2023, 3, 31, 17, 0, tzinfo=BRUSSELS),
        )
        assert day.closes_at == datetime(2023, 3, 21, tzinfo=BRUSSELS)
        assert day.free_cancellation_until == datetime(2023, 3, 20, tzinfo=BRUSSELS)
        assert (day.fee_cents, day.mailbox) == (1500, "events_bsog@vub.be")

    def test_model_case_has_fees_to_settle_and_one_waived(self) -> None:
        charges = sa.select(
            Registration.first_name, Charge.reason, Charge.amount_cents, Charge.status, Charge.waiver_proposed
        ).join_from(Charge, Registration)

        assert sorted(tuple(row) for row in db.session.execute(charges)) == [
            ("Jamal", "no_show", 1500, "draft", False),
            ("Olena", "no_show", 1500, "waived", False),
            ("Pieter", "no_show", 1500, "draft", True),
            ("Wim", "no_show", 1500, "draft", False),
            ("Zoë", "late_cancellation", 1500, "draft", False),
        ]

    def test_model_case_when_a_fee_is_kept_has_mails_for_evidence(self) -> None:
        charges = sa.select(Charge.waiver_proposed, Charge.evidence)
        reached = {(proposed, facts["mails_sent"] > 0) for proposed, facts in db.session.execute(charges)}

        assert reached == {(True, False), (False, True)}

    def test_twin_when_met_is_open_with_seats(self) -> None:
        day = days()[ahead.TWIN]

        assert tuple(day.languages) == LANGUAGES
        assert (day.capacity, day.taken, day.waiting, day.fee_cents) == (60, 14, 0, 1500)
        assert day.starts_at == datetime(2027, 1, 8, 10, 15, tzinfo=BRUSSELS)
        assert day.closes_at == datetime(2026, 12, 29, tzinfo=BRUSSELS)
        assert day.free_cancellation_until == datetime(2026, 12, 28, tzinfo=BRUSSELS)
        assert not any(question["required"] for question in day.questions)

    def test_counters_when_loaded_are_those_of_the_registrations(self) -> None:
        counted = sa.select(Registration.study_day_id, Registration.status, sa.func.count()).group_by(
            Registration.study_day_id, Registration.status
        )
        places = {(day_id, status): number for day_id, status, number in db.session.execute(counted)}

        for day in days().values():
            seated = places.get((day.id, "confirmed"), 0) + places.get((day.id, "offered"), 0)
            assert (day.taken, day.waiting) == (seated, places.get((day.id, "waiting"), 0)), day.slug

    def test_texts_when_loaded_are_complete_in_each_language(self) -> None:
        for day in days().values():
            for texts in (day.title, day.summary, day.description, day.audience):
                assert sorted(texts) == sorted(day.languages), day.slug
            for session in day.sessions:
                assert sorted(session["title"]) == sorted(day.languages)

    def test_late_requests_when_loaded_wait_on_the_desk(self) -> None:
        asked = sa.select(LateRequest.status, sa.func.count()).join(LateRequest.study_day).group_by(LateRequest.status)
        closed = StudyDay.slug == "over-de-diensten-heen"

        assert dict(db.session.execute(asked.where(closed)).all()) == {
            "admitted": 1,
            "declined": 1,
            "waiting": 2,
        }

    def test_mail_when_the_day_is_over_is_never_sent(self) -> None:
        states = sa.select(StudyDay.ends_at < NOW, Message.state).join_from(Message, StudyDay).distinct()

        assert {tuple(row) for row in db.session.execute(states)} == {
            (True, "sent"),
            (True, "suppressed"),
            (True, "failed"),
            (False, "queued"),
        }

    def test_addresses_when_loaded_lead_nowhere(self) -> None:
        recipients = db.session.execute(sa.select(Message.recipient)).scalars()
        assert {address.rpartition(".")[2] for address in recipients} == {"example"}

    def test_organisers_when_loaded_are_walled_off(self) -> None:
        per_organiser = (
            sa.select(Organiser.slug, sa.func.count()).join_from(StudyDay, Organiser).group_by(Organiser.slug)
        )
        assert dict(db.session.execute(per_organiser).all()) == {"studiedag": 10, "vvsg": 1}

    def test_history_when_loaded_is_in_order_and_in_the_past(self) -> None:
        for day in days().values():
            told = db.session.execute(
                sa.text("SELECT at FROM history WHERE study_day_id = :day ORDER BY id").columns(
                    at=Base.metadata.tables["history"].c.at.type
                ),
                {"day": day.id},
            )
            moments = list(told.scalars())
            assert moments == sorted(moments), day.slug
            assert moments[-1] < NOW


@pytest.mark.usefixtures("app")
def test_demo_when_loaded_again_later_changes_nothing() -> None:
    load()
    before = everything()

    assert load(NOW + timedelta(days=30)) is False
    assert everything() == before


@pytest.mark.usefixtures("app")
def test_model_case_when_loaded_is_ready_for_invoices() -> None:
    load()
    day_id = days()[past.MODEL_CASE].id

    with transaction() as session:
        issued = issue_invoices(session, day_id, actor=Actor("staff", "desk"), now=NOW)
        totals = [(invoice.number, invoice.total_cents) for invoice in issued]

    assert totals == [("NS-2026-0001", 3000), ("NS-2026-0002", 1500)]


def test_demo_command_when_given_twice(
    settings: Settings, run: Run, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.set(NOW)
    with transaction() as session:
        seed_first_organiser(session, settings, now=NOW)

    assert (run("demo"), run("demo")) == (0, 0)
    assert capsys.readouterr().out.splitlines() == [
        "The demo is loaded.",
        "The demo was loaded before; nothing has changed.",
    ]


def test_demo_command_when_a_name_is_taken_loads_nothing(
    settings: Settings, run: Run, clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    clock.set(NOW)
    with transaction() as session:
        seed_first_organiser(session, settings, now=NOW)
    run("organiser", "add", "vvsg", "--name", "VVSG", "--mailbox", "vvsg@example.org")

    assert run("demo") == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert days() == {}

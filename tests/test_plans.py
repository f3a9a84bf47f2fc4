"""Growth: what people wait for finds its rows by an index, however many others there are (issue 2, speed and size)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from service.domain.fees import Channel
from service.extensions import db
from service.models import Organiser
from service.reports.alarms import dead_letters, dead_letters_to_staff, late_mail, mail_in_figures
from service.reports.history import history_of_day
from service.reports.messages import messages_of_day
from service.reports.registrations import Filter, registrations
from service.reports.reminders import days_to_remind
from service.transaction import transaction
from service.usecases.cancel import cancel, lapse_offers
from service.usecases.register import register
from service.usecases.remind import remind
from tests.builders import FREE_UNTIL, NOW, STARTS_AT, make_application, make_day
from tests.usecases.steps import FORM, LINK, SLUG, given_day, joined

DAYS, EACH = 40, 250
GROWING = ("registration", "message", "history")
FEW = "ix_message_unheard_study_day_id"
"""An index of few rows, however many there are in its table."""
NUMBERS = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {DAYS * EACH})"
DAY = f"2 + i - i / {DAYS} * {DAYS}"
CALL = FREE_UNTIL - timedelta(days=4, hours=14)
THEN = "'2023-02-01 00:00:00'"
EMPTY = (
    *("organisation", "function", "town", "phone", "dietary", "access_needs", "remarks", "invoice_name"),
    *("invoice_enterprise_number", "invoice_address", "invoice_reference", "cancelled_reason"),
)
ROWS: dict[str, dict[str, str]] = {
    "registration": {
        **dict.fromkeys(EMPTY, "''"),
        **dict.fromkeys(("created_at", "seated_at", "terms_free_cancellation_until", "terms_accepted_at"), THEN),
        "study_day_id": DAY,
        "status": "'confirmed'",
        "calendar_uid": "'seed-' || i",
        "sequence": "0",
        "first_name": "'Seed'",
        "last_name": "'Last'",
        "email": "'seed' || i || '@x.org'",
        "language": "'nl'",
        "email_folded": "'seed' || i || '@x.org'",
        "organisation_kind": "'other'",
        "answers": "'{}'",
        "terms_fee_cents": "1500",
        "terms_version": "'x'",
        "terms_language": "'nl'",
    },
    "message": {
        "organiser_id": "1",
        "study_day_id": DAY,
        "letter": "'confirmed'",
        "language": "'nl'",
        "facts": "'{}'",
        "recipient": "'seed@x.org'",
        "created_at": THEN,
        "due_at": THEN,
        "state": "'sent'",
        "attempts": "1",
        "error": "''",
    },
    "history": {
        "at": THEN,
        "action": "'registered'",
        "actor": "'attendee'",
        "channel": "'form'",
        "organiser_id": "1",
        "study_day_id": DAY,
        "reason": "''",
        "facts": "'{}'",
    },
}


@pytest.fixture
def crowded(app: Flask) -> Flask:
    """The model case with one seat, two waiting; beside it forty days with all their rows, and statistics of them."""
    given_day(capacity=1)
    with transaction() as session:
        organiser = session.get_one(Organiser, 1)
        for number in range(DAYS):
            make_day(session, organiser=organiser, slug=f"day-{number}")
        for table, row in ROWS.items():
            values = f"{NUMBERS} SELECT {', '.join(row.values())} FROM n"
            session.connection().exec_driver_sql(f"INSERT INTO {table} ({', '.join(row)}) {values}")
    for number in (1, 2, 3):
        joined(number)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")
    return app


@contextmanager
def overheard() -> Iterator[list[tuple[str, Any]]]:
    """The statements that are run meanwhile, with their parameters."""
    heard: list[tuple[str, Any]] = []

    def hear(_c: object, _cursor: object, statement: str, parameters: Any, _context: object, many: bool) -> None:
        verb = statement.split(maxsplit=1)[0]
        if verb in {"SELECT", "UPDATE"} or " SELECT " in statement:
            heard.append((statement, parameters[0] if many else parameters))

    sa.event.listen(db.engine, "before_cursor_execute", hear)
    yield heard
    sa.event.remove(db.engine, "before_cursor_execute", hear)


def read_through(statement: str, parameters: Any) -> list[str]:
    """Where the database would read a table that grows from its beginning to its end."""
    sqlite = db.engine.dialect.name == "sqlite"
    with db.engine.connect() as connection:
        explained = connection.exec_driver_sql(
            f"EXPLAIN {'QUERY PLAN ' if sqlite else ''}{statement}", parameters
        ).all()
    lines = [str(line[-1]) for line in explained]
    if sqlite:
        through = [line for line in lines if line.startswith(tuple(f"SCAN {table}" for table in GROWING))]
        return [line for line in through if not line.endswith(FEW)]
    return [line for line in lines if any(f"Seq Scan on {table} " in f"{line} " for table in GROWING)]


def sign_up(session: Session) -> object:
    return register(session, SLUG, make_application(4), actor=FORM, now=NOW)


def sign_up_again(session: Session) -> object:
    return register(session, SLUG, make_application(1, remarks="again"), actor=FORM, now=NOW + timedelta(hours=2))


def cancel_and_promote(session: Session) -> object:
    first = session.execute(sa.text("SELECT min(id) FROM registration WHERE study_day_id = 1")).scalar_one()
    return cancel(session, first, channel=Channel.LINK, actor=LINK, now=NOW)


def let_offers_lapse(session: Session) -> object:
    return lapse_offers(session, now=FREE_UNTIL)


def ask_what_is_due(session: Session) -> object:
    return days_to_remind(session.connection(), now=CALL)


def call_for_the_last_time(session: Session) -> object:
    return remind(session, 2, now=CALL)


def remind_of_what_is_practical(session: Session) -> object:
    return remind(session, 2, now=STARTS_AT - timedelta(days=2))


def first_page(session: Session) -> object:
    return registrations(session, 2)


def search_within_a_day(session: Session) -> object:
    return registrations(session, 2, Filter(search="seed17"))


def mails(session: Session) -> object:
    return messages_of_day(session, 2)


def alarms(session: Session) -> object:
    return dead_letters(session, [2], now=NOW), dead_letters_to_staff(session, now=NOW), late_mail(session, now=NOW)


def figures(session: Session) -> object:
    return mail_in_figures(session.connection(), now=NOW)


def what_happened(session: Session) -> object:
    return history_of_day(session, 2)


WORKS: tuple[Callable[[Session], object], ...] = (
    *(sign_up, sign_up_again, cancel_and_promote, let_offers_lapse),
    *(ask_what_is_due, call_for_the_last_time, remind_of_what_is_practical),
    *(first_page, search_within_a_day, mails, alarms, figures, what_happened),
)


@pytest.mark.usefixtures("crowded")
def test_statements_when_there_are_many_rows_use_an_index() -> None:
    through: dict[str, list[str]] = {}
    for work in WORKS:
        with overheard() as heard, transaction() as session:
            work(session)
        assert heard
        through[work.__name__] = [line for one in heard for line in read_through(*one)]
    control = read_through("SELECT id FROM registration WHERE remarks = 'x'", ())

    assert through == {work.__name__: [] for work in WORKS}
    assert len(control) == 1, "the same eyes must see a table that is read through"

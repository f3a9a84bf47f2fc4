"""How each database is opened, and what it refuses by itself (house.md; rules.md 7, 9)."""

from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import StatementError

from service.domain.refusals import Conflict
from service.extensions import db, sqlite, wal_is_safe
from service.models import Base, CheckIn, History, IncomingMail, Invoice, InvoiceLine
from service.transaction import glance, transaction
from tests.conftest import only_on_postgresql
from tests.usecases.steps import came, given_day, issued, joined, signed_off

IMMUTABLE = (History, CheckIn, Invoice, InvoiceLine)


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 9), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_write_ahead_log_when_this_sqlite_is_safe(version: tuple[int, int, int], safe: bool) -> None:
    assert wal_is_safe(version) == safe


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_when_opened_is_durable_checks_keys_and_waits() -> None:
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
    with glance() as connection:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names}
    journal = "wal" if wal_is_safe(sqlite.sqlite_version_info) else "truncate"
    assert found == {"journal_mode": journal, "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}


@pytest.mark.usefixtures("app")
@only_on_postgresql
def test_postgresql_when_opened_waits_but_not_for_ever() -> None:
    names = ("lock_timeout", "idle_in_transaction_session_timeout", "synchronous_commit")
    with db.engine.connect() as connection:
        connection.rollback()
        found = {name: connection.exec_driver_sql(f"SHOW {name}").scalar_one() for name in names}
    assert found == {
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": "1min",
        "synchronous_commit": "off",  # of the tests' own database; the service leaves the server's setting alone
    }


@pytest.mark.usefixtures("app")
def test_database_when_it_refuses_a_value_does_not_repeat_the_others_to_the_log() -> None:
    values = {"sender": "an@example.org", "received_at": datetime(2023, 3, 31)}

    with pytest.raises(StatementError) as error, transaction() as session:
        session.execute(sa.update(IncomingMail), values)

    assert "incoming_mail" in str(error.value)
    assert "an@example.org" not in str(error.value)


@pytest.mark.usefixtures("app")
@pytest.mark.parametrize("model", IMMUTABLE)
@pytest.mark.parametrize("verb", [sa.update, sa.delete])
def test_rows_that_tell_what_happened_are_never_changed(model: type[Base], verb: type[sa.Update | sa.Delete]) -> None:
    given_day()
    joined(1)
    came(joined(2))
    signed_off()
    issued()
    before = db.session.execute(sa.select(sa.func.count()).select_from(model)).scalar_one()
    statement = sa.update(model).values(id=99) if verb is sa.update else sa.delete(model)

    with pytest.raises(Conflict), transaction() as session:
        session.execute(statement)

    assert before > 0
    assert db.session.execute(sa.select(sa.func.count()).select_from(model)).scalar_one() == before


@pytest.mark.usefixtures("app")
@only_on_postgresql
@pytest.mark.parametrize("model", IMMUTABLE)
def test_tables_that_tell_what_happened_are_never_emptied(model: type[Base]) -> None:
    with pytest.raises(Conflict), transaction() as session:
        session.execute(sa.text(f"TRUNCATE {model.__tablename__} CASCADE"))

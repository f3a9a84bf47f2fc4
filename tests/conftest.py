"""What all tests share: real databases, built by the migrations, and an application whose clock stands still."""

import os
import shutil
from collections.abc import Iterator
from contextvars import Context
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.engine import make_url
from werkzeug.test import TestResponse

from service.app import create_app
from service.extensions import db
from service.migrations import alembic_config
from service.models import Base
from service.settings import Settings
from tests.builders import NOW

pytest_plugins = [
    "tests.left_out",
    "tests.browser",
    "tests.command",
    "tests.serving",
    "tests.smtp",
    "tests.authority",
    "tests.dovecot",
    "tests.postfix",
]

POSTGRESQL = os.environ.get("TEST_DATABASE_URL", "")


class Clock:
    """A clock that tests set; calling it tells the time."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def set(self, now: datetime) -> None:
        self.now = now

    def advance(self, by: timedelta) -> None:
        self.now += by


class Visitor(FlaskClient):
    """A client whose requests have an application context of their own, as in production: own `g`, own session."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        answer: TestResponse = Context().run(super().open, *args, **kwargs)
        db.session.rollback()  # the test reads afresh what the request wrote
        return answer


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty SQLite database, migrated once."""
    path = tmp_path_factory.mktemp("template") / "empty.sqlite3"
    command.upgrade(alembic_config(f"sqlite:///{path}"), "head")
    return path


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL database of this run's own beside the one that TEST_DATABASE_URL names, migrated once."""
    url = make_url(POSTGRESQL).set(drivername="postgresql+psycopg")
    own = url.set(database=f"{url.database}_{os.getpid()}")
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{own.database}"'))
        # No test takes the power away: commits need not wait for the disk.
        connection.execute(sa.text(f'ALTER DATABASE "{own.database}" SET synchronous_commit = off'))
    address = own.render_as_string(hide_password=False)
    command.upgrade(alembic_config(address), "head")
    yield address
    with admin.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{own.database}" WITH (FORCE)'))
    admin.dispose()


ON_POSTGRESQL = pytest.param(
    "postgresql", marks=pytest.mark.skipif(not POSTGRESQL, reason="TEST_DATABASE_URL names none")
)
only_on_postgresql = pytest.mark.parametrize("database_url", [ON_POSTGRESQL], indirect=True)
"""For a test of what SQLite has not: a server, or locks of rows."""


@pytest.fixture(params=["sqlite", ON_POSTGRESQL])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty, migrated database, of each kind in turn."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        yield f"sqlite:///{path}"
        return
    address: str = request.getfixturevalue("postgresql_url")
    yield address
    engine = sa.create_engine(address)
    with engine.begin() as connection:
        _empty(connection)
    engine.dispose()


def _empty(connection: sa.Connection) -> None:
    """Delete all rows and begin counting anew; thirty times faster than TRUNCATE, which makes every file anew."""
    guarded = connection.scalars(
        sa.text("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
    )
    guards = [f"ALTER TABLE {table} %s TRIGGER USER" for table in guarded]
    used = connection.scalars(sa.text("SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"))
    statements = [
        *(guard % "DISABLE" for guard in guards),
        *(f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables)),
        *(guard % "ENABLE" for guard in guards),
        *(f"ALTER SEQUENCE {sequence} RESTART" for sequence in used),
    ]
    connection.exec_driver_sql("; ".join(statements))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(
        secret_keys=("a secret for tests only",),
        database_url=database_url,
        base_url="http://studiedag.example",
        organiser_mailbox="events@studiedag.example",
        data_folder=tmp_path / "var",
    )


@pytest.fixture
def app(settings: Settings, clock: Clock) -> Iterator[Flask]:
    """An application in its context; ``db.session`` and ``transaction()`` work at once."""
    app = create_app(settings, clock=clock)
    app.testing = True
    app.test_client_class = Visitor
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()

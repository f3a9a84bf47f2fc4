"""The two Flask extensions, and how each database is opened."""

import select
from typing import Any

import sqlalchemy as sa
from flask_mail import Mail
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.engine import Connection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, _ConnectionFairy

from service.models import Base

__all__ = ["BUSY_SECONDS", "db", "engine_options", "mail", "sqlite", "wal_is_safe"]

try:
    import pysqlite3 as sqlite  # ships a SQLite whose write-ahead log is safe; the system's may be older
except ImportError:  # pragma: no cover - other platforms
    import sqlite3 as sqlite

db = SQLAlchemy(metadata=Base.metadata)
mail = Mail()

WAL_FIXED = ((3, 51, 3), (3, 50, 7), (3, 44, 6))
"""First releases of each branch with the WAL-reset fix: before it a log could be lost (house.md)."""
BUSY_SECONDS = 10
"""How long to wait for a lock or a connection: shorter than any request may take."""
IDLE_SECONDS = 60
"""After this PostgreSQL ends a transaction in which nothing happens, so that a hung process holds no study day."""


def engine_options(url: str) -> dict[str, Any]:
    """What ``create_engine`` gets besides the address. Errors are logged, so they name no values."""
    always = {"hide_parameters": True, "pool_timeout": BUSY_SECONDS}
    if url.startswith("sqlite"):
        return {**always, "module": sqlite, "connect_args": {"timeout": BUSY_SECONDS}}
    return {**always, "pool_size": 5, "max_overflow": 10, "connect_args": {"connect_timeout": 5}}


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """Whether this SQLite may keep a write-ahead log."""
    return version >= WAL_FIXED[0] or any(version[:2] == fixed[:2] and version >= fixed for fixed in WAL_FIXED)


@sa.event.listens_for(sa.Engine, "connect")
def _open_sqlite(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    if not isinstance(connection, sqlite.Connection):
        return
    connection.isolation_level = None  # transactions are begun below, by their own statement
    journal = "WAL" if wal_is_safe(sqlite.sqlite_version_info) else "TRUNCATE"
    for pragma in (f"journal_mode={journal}", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_SECONDS}000"):
        connection.execute(f"PRAGMA {pragma}")


@sa.event.listens_for(sa.Engine, "connect")
def _open_postgresql(connection: Any, _entry: ConnectionPoolEntry) -> None:
    if not type(connection).__module__.startswith("psycopg"):  # not imported: SQLite does without it
        return
    waits = {"lock_timeout": f"{BUSY_SECONDS}s", "idle_in_transaction_session_timeout": f"{IDLE_SECONDS}s"}
    for name, longest in waits.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, longest))
    connection.commit()


@sa.event.listens_for(sa.Engine, "begin")
def _begin_sqlite(connection: Connection) -> None:
    """A transaction that will write takes the lock at its start: one that upgrades later fails as "locked"."""
    if (
        connection.dialect.name == "sqlite"
        and connection.get_execution_options().get("isolation_level") != "AUTOCOMMIT"
    ):
        writes = connection.get_execution_options().get("writes")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@sa.event.listens_for(sa.Engine, "checkout")
def _drop_dead(connection: DBAPIConnection, _entry: ConnectionPoolEntry, _fairy: _ConnectionFairy) -> None:
    """A PostgreSQL connection that has something to say while idle was closed by the server: take another.

    Costs one system call where a ping would cost a round trip.
    """
    fileno = getattr(connection, "fileno", None)
    if fileno is None:
        return
    if not connection.closed:
        waiting = select.poll()  # select() would fail for a file descriptor above 1023
        waiting.register(fileno(), select.POLLIN)
        if not waiting.poll(0):
            return
    raise DisconnectionError

"""One transaction per command, committed at the edge: the only commit of web, worker and command line."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm import Session

from service.domain.refusals import AlreadyRegistered, Conflict, Refusal, SlugTaken, Unavailable
from service.extensions import db

AWAY = (OperationalError, InternalError, InterfaceError, PoolTimeoutError)
"""The database is locked, full, read-only (to PostgreSQL an internal error) or away, or all connections are taken."""
CONSTRAINTS: dict[str, type[Refusal]] = {
    "uq_registration_live_email": AlreadyRegistered,
    "registration.study_day_id, registration.email_folded": AlreadyRegistered,
    "uq_study_day_slug": SlugTaken,
    "study_day.slug": SlugTaken,
    "uq_organiser_slug": SlugTaken,
    "organiser.slug": SlugTaken,
}
"""What a race is called, by the constraint's name (PostgreSQL) or its columns (SQLite): the answer of the check."""


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose work is committed at the end of the block, or not at all.

    :raises Refusal: of the block, or the one that a violated constraint stands for.
    :raises Unavailable: the database is locked, full, read-only or away; nothing was written.
    """
    session = db.session()
    if session.in_transaction():
        session.rollback()  # what was read before is read afresh, under the lock
    try:
        session.connection(execution_options={"writes": True})
        yield session
        session.commit()
    except IntegrityError as error:
        session.rollback()
        raise _refusal(error) from error
    except AWAY as error:
        session.rollback()
        raise Unavailable from error
    except BaseException:
        session.rollback()
        raise


@contextmanager
def glance() -> Iterator[Connection]:
    """A connection in autocommit, where each statement needs a single round trip of PostgreSQL.

    For one cheap SELECT, or for statements that are each a transaction of their own, as the worker's are.
    """
    try:
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield connection
    except AWAY as error:
        raise Unavailable from error


def _refusal(error: DBAPIError) -> Refusal:
    text = str(error.orig)
    return next((refusal() for name, refusal in CONSTRAINTS.items() if name in text), Conflict())

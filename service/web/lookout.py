"""The standing connection on which public pages look whether anything has changed: one per thread, in autocommit.

To take one from the pool for each request would cost three times the SELECT itself. It holds no transaction, so it sees
what others commit at once, and keeps nobody waiting.
"""

from collections.abc import Mapping, Sequence
from threading import local
from typing import Any, Final
from weakref import WeakSet

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from service.domain.refusals import Unavailable
from service.extensions import db

KEY: Final = "lookout"


def init_app(app: Flask) -> None:
    """Give the application its lookout, and end it with the engine."""
    with app.app_context():
        lookout = Lookout(db.engine, WeakSet())
    app.extensions[KEY] = lookout
    sa.event.listen(lookout.engine, "engine_disposed", lambda _engine: lookout.close_all())


def look(statement: sa.Select[Any], parameters: Mapping[str, Any] | None = None) -> Sequence[sa.Row[Any]]:
    """The rows of one cheap SELECT, as they are committed now.

    :raises Unavailable: the database does not answer.
    """
    lookout: Lookout = current_app.extensions[KEY]
    return lookout.rows(statement, parameters or {})


class Lookout(local):
    """The connection of this thread, opened at its first use.

    ``opened`` is one set for all threads: whoever ends the engine is seldom the thread that looked.
    """

    def __init__(self, engine: Engine, opened: WeakSet[Connection]) -> None:
        self.engine, self.opened = engine, opened
        self.connection: Connection | None = None

    def rows(self, statement: sa.Select[Any], parameters: Mapping[str, Any]) -> Sequence[sa.Row[Any]]:
        """As ``look``; a connection that the server has closed meanwhile is replaced once."""
        try:
            return self._opened().execute(statement, parameters).all()
        except OperationalError as error:
            self.close()
            if not error.connection_invalidated:
                raise Unavailable from error
        try:
            return self._opened().execute(statement, parameters).all()
        except OperationalError as error:
            self.close()
            raise Unavailable from error

    def close(self) -> None:
        """Give the connection up; the next look opens another."""
        if self.connection is not None:
            _end(self.connection)
            self.connection = None

    def close_all(self) -> None:
        """Those of all threads."""
        self.connection = None
        for connection in list(self.opened):
            _end(connection)

    def _opened(self) -> Connection:
        if self.connection is None or self.connection.closed:
            self.connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            self.opened.add(self.connection)
        return self.connection


def _end(connection: Connection) -> None:
    if not connection.closed:
        connection.invalidate()  # closes it; a pool that was disposed of would keep it open
        connection.close()

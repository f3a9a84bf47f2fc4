"""The standing connection on which public pages look whether anything has changed: one per thread, in autocommit.

To take one from the pool for each request would cost three times the SELECT itself. It holds no transaction, so it sees
what others commit at once, and keeps nobody waiting.
"""

from collections.abc import Mapping, Sequence
from threading import local
from typing import Any, Final

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
        lookout = Lookout(db.engine)
    app.extensions[KEY] = lookout
    sa.event.listen(lookout.engine, "engine_disposed", lambda _engine: lookout.close())


def look(statement: sa.Select[Any], parameters: Mapping[str, Any] | None = None) -> Sequence[sa.Row[Any]]:
    """The rows of one cheap SELECT, as they are committed now.

    :raises Unavailable: the database does not answer.
    """
    lookout: Lookout = current_app.extensions[KEY]
    return lookout.rows(statement, parameters or {})


class Lookout(local):
    """The connection of this thread, opened at its first use."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
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
            self.connection.invalidate()  # closes it; a pool that was disposed of would keep it open
            self.connection.close()
            self.connection = None

    def _opened(self) -> Connection:
        if self.connection is None:
            self.connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        return self.connection

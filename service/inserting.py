"""INSERT … ON CONFLICT: both databases have it, SQLAlchemy only in the words of each."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

INSERTS: Final[Mapping[str, Callable[..., Any]]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}
"""By the name of the dialect, for statements that are made once for each."""


def insert_into(table: Any, bind: Connection | Engine) -> Any:
    """An INSERT in the words of that database, which may be told what to do where a row is there already.

    :param table: a mapped class or a table.
    """
    return INSERTS[bind.dialect.name](table)

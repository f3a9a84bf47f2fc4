"""Backup and restore: one file that holds the whole database, made while the service runs, and never half-done.

A backup appears under its name when it is complete and on disk. A restore is one transaction, and wants to be told
before it replaces anything. ``sqlite`` and ``postgresql`` know how their databases are copied and replaced.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Protocol

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from service.backup import postgresql, sqlite
from service.backup.error import BackupError
from service.extensions import engine_options
from service.files import complete_or_absent
from service.migrations import revisions
from service.models import Base

__all__ = ["BackupError", "backup", "restore"]


class Kind(Protocol):
    """What is known about one kind of database; see the modules."""

    @property
    def MAGIC(self) -> bytes:  # noqa: N802 - a constant of a module
        """What its backups begin with."""

    def copy(self, url: URL, unfinished: Path, /) -> None:
        """Fill the file."""

    def revision_of(self, path: Path, /) -> str:
        """Of a backup, which is checked for damage."""

    def replace(self, url: URL, path: Path, /) -> None:
        """All or nothing."""


KINDS: Final[Mapping[str, Kind]] = {"sqlite": sqlite, "postgresql": postgresql}
REPLACEABLE: Final = frozenset({"alembic_version", "heartbeat", "history", "organiser"})
"""Where ``db upgrade`` and a worker write by themselves: rows in these tables alone are nobody's work."""
LONGEST_MAGIC: Final = 16


def backup(database_url: str, path: Path) -> None:
    """Write all of the database to ``path``, for its owner's eyes only; an older backup there is replaced.

    :raises BackupError: there is no database, or ``path`` is something else than a backup.
    :raises OSError: the place cannot be written to.
    """
    url = make_url(database_url)
    if path.is_dir():
        raise BackupError(f"{path} is a folder: name a file")
    if _is_the_database(path, url):
        raise BackupError(f"{path} is the database itself: choose another name")
    if path.exists() and not _is_backup(path):
        raise BackupError(f"{path} exists and is no backup: choose another name")
    with complete_or_absent(path) as unfinished:
        KINDS[url.get_backend_name()].copy(url, unfinished)


def restore(database_url: str, path: Path, *, overwrite: bool = False) -> bool:
    """Make the database what it was; returns whether a migration has to follow.

    :raises BackupError: no backup, one of another kind or version, or there is work in the database that
        ``overwrite`` does not give up.
    :raises OSError: ``path`` cannot be read.
    """
    url = make_url(database_url)
    kind = KINDS[url.get_backend_name()]
    if not _start(path).startswith(kind.MAGIC):
        raise BackupError(f"{path} is no backup of a {url.get_backend_name()} database")
    if _is_the_database(path, url):
        raise BackupError(f"{path} is the database itself")
    revision = kind.revision_of(path)
    newest, known = revisions()
    if revision not in known:
        raise BackupError(f"{path} is of a newer version of Studiedag")
    tables = _tables_in_use(url)
    if tables and not overwrite:
        raise BackupError(f"the database is not empty ({', '.join(tables)}): say --overwrite to replace all of it")
    kind.replace(url, path)
    return revision != newest


def _start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LONGEST_MAGIC)


def _is_backup(path: Path) -> bool:
    """An empty file may be replaced as well: mktemp makes those."""
    if not path.is_file():
        return False
    start = _start(path)
    return not start or start.startswith(tuple(kind.MAGIC for kind in KINDS.values()))


def _is_the_database(path: Path, url: URL) -> bool:
    database = Path(url.database or "")
    return url.get_backend_name() == "sqlite" and path.exists() and database.exists() and path.samefile(database)


def _tables_in_use(url: URL) -> list[str]:
    """The tables that hold somebody's work; those of other programs count whatever is in them."""
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return []
    engine = sa.create_engine(url, **engine_options(url.drivername))
    try:
        with engine.connect() as connection:
            names = sorted(sa.inspect(connection).get_table_names())
            ours = Base.metadata.tables.keys() | REPLACEABLE
            used = [name for name in names if name not in ours or (name not in REPLACEABLE and _rows(connection, name))]
            return used or (["organiser"] if "organiser" in names and _rows(connection, "organiser") > 1 else [])
    finally:
        engine.dispose()


def _rows(connection: sa.Connection, name: str) -> int:
    """Rows of a table: none, one, or two for more than one."""
    return len(connection.execute(sa.select(sa.literal(1)).select_from(sa.table(name)).limit(2)).all())

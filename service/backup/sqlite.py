"""A SQLite database as one file: by SQLite's own online backup, in both directions."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy.engine import URL

from service.backup.error import BackupError
from service.extensions import BUSY_SECONDS, sqlite

MAGIC: Final = b"SQLite format 3\0"


def copy(url: URL, unfinished: Path) -> None:
    """The database as it is at one instant, while others read and write it.

    :raises BackupError: there is none, or it is locked.
    """
    database = Path(url.database or "")
    if not database.exists():
        raise BackupError(f"there is no database {database}")
    try:
        with _open(database, "mode=ro") as source, _open(unfinished, "mode=rw") as target:
            source.backup(target, progress=_patience())
            target.execute("PRAGMA journal_mode=DELETE")  # one file, complete without a log beside it
    except sqlite.Error as error:
        raise BackupError(f"the database says no: {error}") from error


def revision_of(path: Path) -> str:
    """The migration at which a backup stands.

    :raises BackupError: it is damaged, or not of Studiedag.
    """
    try:
        with _open(path, "immutable=1") as source:
            pages, size = (source.execute(f"PRAGMA page_{what}").fetchone()[0] for what in ("count", "size"))
            found = source.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok" or pages * size != path.stat().st_size:
                raise BackupError(f"{path} is damaged: it is not whole")
            row = source.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite.Error as error:
        raise BackupError(f"{path} is damaged, or no backup of Studiedag: {error}") from error
    if row is None:
        raise BackupError(f"{path} is no backup of Studiedag")
    return str(row[0])


def replace(url: URL, path: Path) -> None:
    """In one transaction of the target, so that a crash leaves what was there.

    :raises BackupError: the database is locked or cannot be written.
    """
    try:
        with _open(path, "immutable=1") as source, _open(Path(url.database or ""), "mode=rwc") as target:
            target.execute("PRAGMA synchronous=FULL")
            source.backup(target, progress=_patience())
    except sqlite.Error as error:
        raise BackupError(f"the database says no: {error}") from error


def _open(path: Path, mode: str) -> "closing[sqlite.Connection]":
    return closing(sqlite.connect(f"file:{quote(str(path.absolute()))}?{mode}", uri=True, timeout=BUSY_SECONDS))


def _patience() -> Callable[[int, int, int], None]:
    """Ends a copy that waits for a lock: by itself it would wait for ever."""
    until = time.monotonic() + BUSY_SECONDS

    def look(status: int, _remaining: int, _total: int) -> None:
        if status in {sqlite.SQLITE_BUSY, sqlite.SQLITE_LOCKED} and time.monotonic() > until:
            raise BackupError("the database is locked by another program")

    return look

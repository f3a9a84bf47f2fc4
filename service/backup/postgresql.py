"""A PostgreSQL database as one file: by pg_dump, and back by pg_restore and psql."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from psycopg.conninfo import make_conninfo
from sqlalchemy.engine import URL

from service.backup.error import BackupError

MAGIC: Final = b"PGDMP"
REVISION: Final = re.compile(r"^COPY \S*alembic_version .*\n(\w+)$", re.MULTILINE)
PSQL_OPTIONS: Final = ("--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1", "--output=/dev/null")
LOCK_ALL: Final = """
SET LOCAL lock_timeout = '10s';
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT quote_ident(relname) FROM pg_class
                 WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace
    LOOP
        EXECUTE 'LOCK TABLE ' || name;
    END LOOP;
END $$
"""
"""Before the script, which would wait for its locks without an end."""


def copy(url: URL, unfinished: Path) -> None:
    """The database as it is at one instant, while others read and write it.

    :raises BackupError: it cannot be reached.
    """
    _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={unfinished}", url=url)


def revision_of(path: Path) -> str:
    """The migration at which a backup stands.

    :raises BackupError: it is damaged, or not of Studiedag.
    """
    found = REVISION.search(_run("pg_restore", "--data-only", "--table=alembic_version", "--file=-", str(path)))
    if found is None:
        raise BackupError(f"{path} is no backup of Studiedag")
    return found[1]


def replace(url: URL, path: Path) -> None:
    """As one script in one transaction: a damaged file fails before the database hears of it.

    :raises BackupError: the file is damaged, or the database is in use or cannot be written.
    """
    with TemporaryDirectory() as folder:
        script = f"--file={Path(folder) / 'script.sql'}"
        _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--no-privileges", script, str(path))
        _run("psql", *PSQL_OPTIONS, f"--command={LOCK_ALL}", script, url=url)


def _run(program: str, *arguments: str, url: URL | None = None) -> str:
    """Run a program of PostgreSQL, the password in its environment; returns what it printed."""
    found = shutil.which(program)
    if found is None:
        raise BackupError(f"{program} is not installed (Debian: postgresql-client)")
    environ = dict(os.environ)
    if url is not None:
        arguments = ("--no-password", f"--dbname={_address(url)}", *arguments)
        environ |= {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - a program by its full path, no shell
        [found, *arguments], env=environ, capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode:
        lines = done.stderr.splitlines()
        raise BackupError(next((line for line in lines if "error" in line.casefold()), f"{program} failed"))
    return done.stdout


def _address(url: URL) -> str:
    parts: dict[str, Any] = {"host": url.host, "port": url.port, "user": url.username, "dbname": url.database}
    return make_conninfo(**{name: value for name, value in (parts | dict(url.query)).items() if value})

import shutil
import signal
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from service.backup import backup, restore
from tests.command import SECRET, started


def size_with_log(database: Path) -> int:
    total = 0
    for path in database.parent.glob(f"{database.name}*"):
        with suppress(FileNotFoundError):  # a log comes and goes
            total += path.stat().st_size
    return total


@pytest.mark.slow
def test_restore_when_killed_half_way_leaves_what_was_there(sqlite_template: Path, tmp_path: Path) -> None:
    database, small = tmp_path / "live.sqlite3", tmp_path / "backup"
    shutil.copy(sqlite_template, database)
    backup(f"sqlite:///{database}", small)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("CREATE TABLE pages AS SELECT randomblob(1000000) AS page")
        connection.executemany("INSERT INTO pages VALUES (randomblob(?))", [(1_000_000,)] * 60)
    large = tmp_path / "large"
    backup(f"sqlite:///{database}", large)
    restore(f"sqlite:///{database}", small, overwrite=True)

    before = size_with_log(database)
    with started("restore", str(large), SECRET_KEY=SECRET, DATABASE_URL=f"sqlite:///{database}") as process:
        while process.poll() is None:
            if size_with_log(database) > before + 2_000_000:
                process.kill()
        assert process.wait() == -signal.SIGKILL

    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'pages'").fetchone() == (0,)
    restore(f"sqlite:///{database}", large, overwrite=True)
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM pages").fetchone() == (61,)

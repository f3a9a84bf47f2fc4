import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from service.backup import BackupError, backup, restore
from service.domain.actors import Actor
from service.domain.refusals import Conflict
from service.extensions import db, engine_options
from service.migrations import revisions
from service.models import History, Registration
from service.transaction import transaction
from service.usecases.register import register
from tests.builders import NOW, make_application, make_day, make_organiser
from tests.command import SECRET, Run, studiedag

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def empty_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """The address of a second database, of the same kind, without a table."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        yield f"sqlite:///{tmp_path / 'second.sqlite3'}"
        return
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(sa.text(f'CREATE DATABASE "{url.database}_second"'))
    yield url.set(database=f"{url.database}_second").render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.execute(sa.text(f'DROP DATABASE "{url.database}_second" WITH (FORCE)'))
    engine.dispose()


def sign_up(*numbers: int) -> None:
    for number in numbers:
        with transaction() as session:
            register(session, "integratiebeleid", make_application(number), actor=Actor("attendee", "form"), now=NOW)


def registrations(url: str) -> list[str]:
    """The addresses in a database, and its other tables can be read as well."""
    engine = sa.create_engine(url, **engine_options(url))
    with engine.connect() as connection:
        emails = list(connection.execute(sa.select(Registration.email).order_by(Registration.id)).scalars())
        assert len(connection.execute(sa.select(History)).all()) == len(emails)
    engine.dispose()
    return emails


@pytest.fixture
def story(database_url: str, tmp_path: Path, run: Run) -> Path:
    """A backup of one registration, after which came another one."""
    del database_url
    with transaction() as session:
        make_day(session)
    sign_up(1)
    assert run("backup", str(tmp_path / "monday")) == 0
    sign_up(2)
    db.session.rollback()
    return tmp_path / "monday"


def test_backup_when_made_is_one_file_for_its_owner(story: Path, database_url: str) -> None:
    assert story.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in story.parent.iterdir() if "monday" in path.name] == ["monday"]
    assert registrations(database_url) == ["an1@example.org", "an2@example.org"]


def test_restore_when_work_would_be_lost_is_refused(story: Path, database_url: str, run: Run, capsys: Capture) -> None:
    assert run("restore", str(story)) == 1

    assert capsys.readouterr().err == (
        "studiedag: the database is not empty (message, registration, study_day):"
        " say --overwrite to replace all of it\n"
    )
    assert registrations(database_url) == ["an1@example.org", "an2@example.org"]


def test_restore_when_told_to_overwrite(story: Path, database_url: str, run: Run) -> None:
    assert run("restore", str(story), "--overwrite") == 0

    assert registrations(database_url) == ["an1@example.org"]
    sign_up(3)
    assert registrations(database_url) == ["an1@example.org", "an3@example.org"]
    with pytest.raises(Conflict), transaction() as session:
        session.execute(sa.delete(History))  # the triggers came back as well


def test_restore_when_the_database_has_no_table(story: Path, empty_url: str) -> None:
    assert restore(empty_url, story) is False
    assert registrations(empty_url) == ["an1@example.org"]


def test_restore_when_the_database_is_as_upgrade_leaves_it(story: Path, empty_url: str) -> None:
    upgraded = studiedag("db", "upgrade", SECRET_KEY=SECRET, DATABASE_URL=empty_url)
    assert upgraded.returncode == 0

    restore(empty_url, story)

    assert registrations(empty_url) == ["an1@example.org"]


def test_restore_when_there_is_a_second_organiser_is_refused(story: Path, empty_url: str) -> None:
    studiedag("db", "upgrade", SECRET_KEY=SECRET, DATABASE_URL=empty_url)
    add = ("organiser", "add", "vvsg", "--name", "VVSG", "--mailbox", "vvsg@example.org")
    assert studiedag(*add, SECRET_KEY=SECRET, DATABASE_URL=empty_url).returncode == 0

    with pytest.raises(BackupError, match=r"^the database is not empty \(organiser\)"):
        restore(empty_url, story)


def test_restore_when_another_program_lives_there_is_refused(story: Path, empty_url: str) -> None:
    engine = sa.create_engine(empty_url, **engine_options(empty_url))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(sa.text("CREATE TABLE somebody_elses (id INTEGER)"))
    engine.dispose()

    with pytest.raises(BackupError, match=r"^the database is not empty \(somebody_elses\)"):
        restore(empty_url, story)


def test_restore_when_the_backup_is_damaged_changes_nothing(story: Path, database_url: str, tmp_path: Path) -> None:
    whole = story.read_bytes()
    damaged = tmp_path / "damaged"
    for length in (100, len(whole) // 2, len(whole) - 100):
        damaged.write_bytes(whole[:length])
        with pytest.raises(BackupError):
            restore(database_url, damaged, overwrite=True)

    assert registrations(database_url) == ["an1@example.org", "an2@example.org"]


@pytest.mark.usefixtures("story")
def test_restore_when_the_backup_is_of_a_newer_version_is_refused(database_url: str, tmp_path: Path) -> None:
    newest, _known = revisions()
    with transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    backup(database_url, tmp_path / "newer")
    with transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = :newest"), {"newest": newest})

    with pytest.raises(BackupError, match=r"is of a newer version of Studiedag$"):
        restore(database_url, tmp_path / "newer", overwrite=True)


@pytest.mark.parametrize("content", [b"", b"a letter", b"SQLite format 3\0", b"PGDMP"])
def test_restore_when_the_file_is_no_backup(database_url: str, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)

    with pytest.raises(BackupError):
        restore(database_url, tmp_path / "file", overwrite=True)


@pytest.mark.usefixtures("story")
def test_backup_when_something_else_has_that_name(run: Run, tmp_path: Path, capsys: Capture) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear reader")
    said = [
        "exists and is no backup: choose another name",
        "is a folder: name a file",
        "No such file or directory",
        "exists and is no backup: choose another name",
    ]

    paths = [letter, tmp_path, tmp_path / "none" / "file", Path("/dev/null")]
    assert [run("backup", str(path)) for path in paths] == [1, 1, 1, 1]

    lines = capsys.readouterr().err.splitlines()
    assert [line.endswith(end) for line, end in zip(lines, said, strict=True)] == [True] * 4
    assert letter.read_text() == "Dear reader"


def test_backup_when_repeated_takes_the_place_of_the_older(story: Path, run: Run, empty_url: str) -> None:
    assert run("backup", str(story)) == 0

    restore(empty_url, story)
    assert registrations(empty_url) == ["an1@example.org", "an2@example.org"]


@pytest.mark.usefixtures("run")
def test_backup_when_the_place_is_not_writable(database_url: str, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"Read-only|Permission|No such file"):
        backup(database_url, Path("/proc/backup"))
    assert not list(tmp_path.glob(".backup*"))


def test_backup_when_the_database_is_missing(tmp_path: Path) -> None:
    done = studiedag("backup", "file", SECRET_KEY=SECRET, PWD=str(tmp_path))

    assert done.returncode == 1
    assert done.stderr == f"studiedag: there is no database {tmp_path}/var/studiedag.sqlite3\n"
    assert not (tmp_path / "file").exists()


def test_backup_when_it_names_the_database_itself(sqlite_template: Path, tmp_path: Path) -> None:
    database = tmp_path / "live.sqlite3"
    shutil.copy(sqlite_template, database)
    (tmp_path / "link").symlink_to(database)

    for path in (database, tmp_path / "link"):
        with pytest.raises(BackupError, match="is the database itself"):
            backup(f"sqlite:///{database}", path)
        with pytest.raises(BackupError, match="is the database itself"):
            restore(f"sqlite:///{database}", path, overwrite=True)


def test_programs_when_not_installed_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BackupError, match=r"^pg_dump is not installed"):
        backup("postgresql+psycopg://nobody@127.0.0.1:1/none", tmp_path / "file")


@pytest.mark.slow
def test_restore_when_somebody_holds_the_database_gives_up(story: Path, database_url: str) -> None:
    with transaction() as session:
        make_organiser(session, slug="other")
        session.flush()
        with pytest.raises(BackupError, match="lock"):
            restore(database_url, story, overwrite=True)

    assert registrations(database_url) == ["an1@example.org", "an2@example.org"]

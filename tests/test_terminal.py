import os
import re
import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from service import terminal
from service.cli import commands
from service.domain.refusals import InvalidInput, Refusal
from service.extensions import db
from service.settings import SettingsError
from service.transaction import transaction
from tests.command import SECRET, Run, studiedag, studiedag_into

Capture = pytest.CaptureFixture[str]
NO_SERVER = "postgresql://nobody:secret@127.0.0.1:1/none"


class TestProcess:
    """What only a process of its own shows: exit status, streams, a database that is not there."""

    def test_life_of_an_installation(self, tmp_path: Path) -> None:
        environ = {
            "SECRET_KEY": SECRET,
            "PWD": str(tmp_path),
            "ORGANISER_NAME": "BSoG",
            "BASE_URL": "https://s.example",
        }

        upgraded = studiedag("db", "upgrade", **environ)
        added = studiedag("staff", "add", "An@Example.org", "--role", "organiser", **environ)
        token = studiedag("staff", "token", "an@example.org", **environ)

        assert [done.returncode for done in (upgraded, added, token)] == [0, 0, 0]
        assert [done.stderr for done in (upgraded, added, token)] == ["", "", ""]
        assert re.fullmatch(r"https://s\.example/desk/sign-in/[\w-]{43}", added.stdout.splitlines()[-1])
        assert re.fullmatch(r"[\w-]{43}\n", token.stdout)
        assert sorted(path.name for path in (tmp_path / "var").iterdir()) == ["studiedag.sqlite3"]

    @pytest.mark.parametrize(
        ("arguments", "said"),
        [
            ((), "Missing command."),
            (("nonsense",), "No such command 'nonsense'."),
            (("staff", "add", "an@example.org", "--role", "boss"), None),
            (("db", "upgrade"), "SECRET_KEY is missing: set it to a long random text (openssl rand -hex 32)"),
        ],
    )
    def test_wrong_use_is_one_line_and_2(self, arguments: tuple[str, ...], said: str | None) -> None:
        done = studiedag(*arguments)

        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert said is None or done.stderr == f"studiedag: {said}\n"

    def test_help_when_nothing_is_set_up(self) -> None:
        done = studiedag("staff", "add", "--help")

        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith("Usage: studiedag staff add [OPTIONS] EMAIL\n")

    def test_database_when_missing_is_named_and_not_made(self, tmp_path: Path) -> None:
        done = studiedag("staff", "token", "an@example.org", SECRET_KEY=SECRET, PWD=str(tmp_path))

        assert done.returncode == 1
        assert done.stderr == "studiedag: the database is not set up yet: run studiedag db upgrade\n"
        assert list(tmp_path.glob("var/*")) == []

    @pytest.mark.parametrize(
        ("url", "arguments", "said"),
        [
            ("sqlite:////proc/none", ("db", "upgrade"), "unable to open database file"),
            (NO_SERVER, ("db", "upgrade"), "connection failed"),
            (NO_SERVER, ("staff", "token", "an@example.org"), "connection failed"),
        ],
    )
    def test_database_when_out_of_reach(self, url: str, arguments: tuple[str, ...], said: str) -> None:
        done = studiedag(*arguments, SECRET_KEY=SECRET, DATABASE_URL=url)

        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert said in done.stderr
        assert "secret" not in done.stderr

    def test_database_when_its_folder_cannot_be_made(self) -> None:
        done = studiedag("db", "upgrade", SECRET_KEY=SECRET, DATABASE_URL="sqlite:////dev/null/none/x.sqlite3")

        said = "DATABASE_URL: the folder /dev/null/none cannot be made: Not a directory"
        assert (done.returncode, done.stderr) == (2, f"studiedag: {said}\n")

    def test_database_when_it_is_another_file(self, tmp_path: Path) -> None:
        letter = tmp_path / "letter.txt"
        letter.write_text("Dear reader, " * 100)

        done = studiedag("db", "upgrade", SECRET_KEY=SECRET, DATABASE_URL=f"sqlite:///{letter}")

        assert (done.returncode, done.stderr) == (1, "studiedag: the database says no: file is not a database\n")
        assert letter.read_text() == "Dear reader, " * 100

    @pytest.mark.slow
    def test_database_when_locked(self, tmp_path: Path, sqlite_template: Path) -> None:
        path = tmp_path / "locked.sqlite3"
        path.write_bytes(sqlite_template.read_bytes())
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("PRAGMA locking_mode=EXCLUSIVE")
        holder.execute("BEGIN EXCLUSIVE")

        done = studiedag("staff", "token", "an@example.org", SECRET_KEY=SECRET, DATABASE_URL=f"sqlite:///{path}")
        holder.close()

        assert done.returncode == 1
        assert done.stderr == "studiedag: The service cannot save anything right now (database is locked)\n"

    def test_output_when_nobody_reads_it_any_longer(self, tmp_path: Path) -> None:
        environ = {"SECRET_KEY": SECRET, "PWD": str(tmp_path)}
        studiedag("db", "upgrade", **environ)
        reader, writer = os.pipe()
        os.close(reader)

        done = studiedag_into(writer, "staff", "add", "an@example.org", "--role", "admin", **environ)
        os.close(writer)

        assert (done.returncode, done.stderr) == (1, "")


def make_other_version(app: Flask, revision: str) -> None:
    with app.app_context(), transaction() as session:
        session.execute(sa.text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


def test_database_when_newer_than_this_version(app: Flask, run: Run, capsys: Capture) -> None:
    with db.engine.connect() as connection:
        before = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one()
    make_other_version(app, "9999")

    assert (run("staff", "token", "an@example.org"), run("db", "upgrade")) == (1, 1)
    make_other_version(app, before)

    assert capsys.readouterr().err.splitlines() == [
        "studiedag: the database is of a newer version than this Studiedag",
        "studiedag: the database cannot be migrated: Can't locate revision identified by '9999'",
    ]


def test_failure_when_nobody_thought_of_it_is_one_line(capsys: Capture) -> None:
    def broken() -> Flask:
        raise KeyError("thing")

    assert terminal.run(commands, ["db", "upgrade"], broken) == 1

    said = capsys.readouterr().err
    assert said.startswith("studiedag: a mistake of Studiedag itself: KeyError('thing') at ")
    assert said.count("\n") == 1


def test_settings_when_wrong_are_wrong_use(capsys: Capture) -> None:
    def wrong() -> Flask:
        raise SettingsError("PORT must be a port number from 1 to 65535")

    assert terminal.run(commands, ["db", "upgrade"], wrong) == 2
    assert capsys.readouterr().err == "studiedag: PORT must be a port number from 1 to 65535\n"


def test_every_refusal_has_words_for_the_terminal(app: Flask, capsys: Capture) -> None:
    del app
    for refusal in Refusal.__subclasses__():
        said = InvalidInput({"field": "required"}) if refusal is InvalidInput else refusal()

        def refuse(said: Refusal = said) -> Flask:
            raise said

        assert terminal.run(commands, ["db", "upgrade"], refuse) == 1
        line = capsys.readouterr().err
        assert line.startswith("studiedag: ")
        assert line.count("\n") == 1

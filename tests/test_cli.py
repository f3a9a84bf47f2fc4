import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from service import terminal
from service.cli import commands
from service.domain.actors import Actor
from service.domain.refusals import InvalidInput, Refusal
from service.extensions import db
from service.models import Charge, History, Invoice, Organiser, Staff, StaffRole, StudyDay
from service.settings import SettingsError
from service.transaction import transaction
from service.usecases import staff
from service.usecases.check_in import check_in
from service.usecases.register import register
from tests.builders import CLOSES_AT, ENDS_AT, NOW, STARTS_AT, TICK, make_application, make_day, make_organiser
from tests.conftest import Clock

ROOT = Path(__file__).parent.parent
SECRET = "a secret for tests only"

Run = Callable[..., int]
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command in this process, on the test's application."""
    return lambda *arguments: terminal.run(commands, arguments, lambda: app)


@pytest.fixture
def day(app: Flask) -> None:  # noqa: ARG001 - in its context
    with transaction() as session:
        make_day(session)


def studiedag(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a process of its own with this environment alone."""
    return subprocess.run(
        [sys.executable, "-c", "from service.app import main; main()", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        cwd=environ.get("PWD", ROOT),
        capture_output=True,
        text=True,
        check=False,
    )


def sign_up(*numbers: int, now: datetime = NOW) -> None:
    for number in numbers:
        with transaction() as session:
            register(session, "integratiebeleid", make_application(number), actor=Actor("attendee", "form"), now=now)


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
        ("url", "said"),
        [
            ("sqlite:////dev/null/none/x.sqlite3", "Not a directory"),
            ("sqlite:////proc", "unable to open database file"),
            ("postgresql://nobody:secret@127.0.0.1:1/none", "connection failed"),
        ],
    )
    @pytest.mark.parametrize("arguments", [("db", "upgrade"), ("staff", "token", "an@example.org")])
    def test_database_when_out_of_reach(self, url: str, said: str, arguments: tuple[str, ...]) -> None:
        done = studiedag(*arguments, SECRET_KEY=SECRET, DATABASE_URL=url)

        assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
        assert said in done.stderr
        assert "secret" not in done.stderr

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


class TestOrganiser:
    def test_organiser_when_added(self, run: Run) -> None:
        assert run("organiser", "add", "vvsg", "--name", "VVSG", "--mailbox", "vvsg@example.org") == 0

        added = db.session.execute(sa.select(Organiser.slug, Organiser.name, Organiser.mailbox)).one()
        assert tuple(added) == ("vvsg", "VVSG", "vvsg@example.org")
        assert tuple(db.session.execute(sa.select(History.action, History.actor, History.channel)).one()) == (
            "organiser_added",
            "staff",
            "command",
        )

    def test_organiser_when_the_name_is_taken(self, run: Run, capsys: Capture) -> None:
        add = ("organiser", "add", "vvsg", "--name", "VVSG", "--mailbox", "vvsg@example.org")

        assert (run(*add), run(*add)) == (0, 1)
        assert capsys.readouterr().err == "studiedag: there is an organiser vvsg already\n"

    @pytest.mark.parametrize(
        ("slug", "name", "mailbox"),
        [
            ("V V", "VVSG", "vvsg@example.org"),
            ("vvsg\udcff", "VVSG", "vvsg@example.org"),
            ("-vvsg", "VVSG", "vvsg@example.org"),
            ("vvsg", " ", "vvsg@example.org"),
            ("vvsg", "VV\nSG", "vvsg@example.org"),
            ("vvsg", "VVSG\udcff", "vvsg@example.org"),
            ("vvsg", "V" * 201, "vvsg@example.org"),
            ("vvsg", "VVSG", "nobody"),
            ("vvsg", "VVSG", "a@b.example, c@d.example"),
        ],
    )
    def test_organiser_when_a_value_is_wrong(
        self, run: Run, capsys: Capture, slug: str, name: str, mailbox: str
    ) -> None:
        assert run("organiser", "add", "--name", name, "--mailbox", mailbox, "--", slug) == 2
        assert capsys.readouterr().err.count("\n") == 1
        assert db.session.execute(sa.select(Organiser.id)).first() is None


class TestStaff:
    @pytest.mark.parametrize(("organiser", "where"), [((), "bsog"), (("--organiser", "vvsg"), "vvsg")])
    def test_staff_when_added_gets_a_role_and_a_link(
        self, run: Run, capsys: Capture, organiser: tuple[str, ...], where: str
    ) -> None:
        with transaction() as session:
            make_organiser(session)
            make_organiser(session, slug="vvsg")

        assert run("staff", "add", "Door@Example.org", "--role", "checkin", *organiser) == 0

        link = urlsplit(capsys.readouterr().out.splitlines()[-1])
        held = (
            sa.select(Staff.email, StaffRole.role, Organiser.slug)
            .select_from(StaffRole)
            .join(Staff, Staff.id == StaffRole.staff_id)
            .join(Organiser, Organiser.id == StaffRole.organiser_id)
        )
        assert [tuple(row) for row in db.session.execute(held)] == [("door@example.org", "checkin", where)]
        with transaction() as session:
            assert staff.sign_in(session, link.path.removeprefix("/desk/sign-in/"), now=NOW)

    def test_staff_when_added_twice_has_one_role_and_two_links(self, run: Run, capsys: Capture) -> None:
        with transaction() as session:
            make_organiser(session)
        add = ("staff", "add", "an@example.org", "--role", "admin")

        assert (run(*add), run(*add)) == (0, 0)

        links = [line for line in capsys.readouterr().out.splitlines() if line.startswith("http")]
        assert len(set(links)) == 2
        assert db.session.execute(sa.select(sa.func.count(StaffRole.id))).scalar_one() == 1

    def test_staff_when_the_organiser_is_unknown(self, run: Run, capsys: Capture) -> None:
        assert run("staff", "add", "an@example.org", "--role", "finance", "--organiser", "none") == 1
        assert run("staff", "add", "an@example.org", "--role", "finance") == 1
        assert capsys.readouterr().err.splitlines() == [
            "studiedag: there is no organiser none",
            "studiedag: there is no organiser yet",
        ]

    def test_token_when_made_for_staff(self, run: Run, capsys: Capture) -> None:
        with transaction() as session:
            make_organiser(session)
        run("staff", "add", "an@example.org", "--role", "organiser")
        capsys.readouterr()

        assert run("staff", "token", "an@example.org") == 0
        assert re.fullmatch(r"[\w-]{43}\n", capsys.readouterr().out)

    def test_token_when_nobody_has_that_address(self, run: Run, capsys: Capture) -> None:
        assert run("staff", "token", "an@example.org") == 1
        assert capsys.readouterr().err == "studiedag: nobody on the staff has the address an@example.org\n"


@pytest.mark.usefixtures("day")
class TestStudyDay:
    def test_close_when_open(self, run: Run) -> None:
        assert run("study-day", "close", "integratiebeleid", "--reason", "The room is full") == 0

        assert db.session.execute(sa.select(StudyDay.closes_at)).scalar_one() == NOW
        assert tuple(db.session.execute(sa.select(History.action, History.reason, History.channel)).one()) == (
            "closed",
            "The room is full",
            "command",
        )

    def test_close_when_closed_already(self, run: Run, clock: Clock, capsys: Capture) -> None:
        clock.set(CLOSES_AT)

        assert run("study-day", "close", "integratiebeleid", "--reason", "Again") == 1
        assert capsys.readouterr().err == (
            "studiedag: Registration is closed (mailbox events_bsog@vub.be, closes at 2023-03-20T23:00:00+00:00)\n"
        )

    def test_close_when_there_is_no_reason(self, run: Run) -> None:
        assert run("study-day", "close", "integratiebeleid", "--reason", " ") == 2
        assert run("study-day", "close", "integratiebeleid") == 2
        assert db.session.execute(sa.select(StudyDay.closes_at)).scalar_one() == CLOSES_AT

    @pytest.mark.parametrize("command", [("close", "--reason", "R"), ("sign-off",)])
    def test_study_day_when_unknown(self, run: Run, capsys: Capture, command: tuple[str, ...]) -> None:
        assert run("study-day", command[0], "other", *command[1:]) == 1
        assert capsys.readouterr().err == "studiedag: there is no study day other\n"

    @pytest.mark.parametrize(
        "until",
        [
            "2023-03-26T12:00",  # naive: Brussels, summer time since that morning
            "2023-03-26 12:00",
            "2023-03-26T12:00+02:00",
            "2023-03-26T10:00Z",
            "2023-03-26T09:00-01:00",
        ],
    )
    def test_reopen_when_closed(self, run: Run, clock: Clock, capsys: Capture, until: str) -> None:
        clock.set(CLOSES_AT + TICK)

        assert run("study-day", "reopen", "integratiebeleid", "--until", until, "--reason", "Places left") == 0

        assert db.session.execute(sa.select(StudyDay.closes_at)).scalar_one() == datetime(2023, 3, 26, 10, tzinfo=UTC)
        assert capsys.readouterr().out == (
            "Registration for integratiebeleid is open before 12:00 on Sunday 26 March 2023 (Brussels time).\n"
        )

    @pytest.mark.parametrize(
        ("until", "status"),
        [
            ("2023-03-25", 2),
            ("tomorrow", 2),
            ("2023-03-25T25:00", 2),
            ("0001-01-01T00:00+14:00", 2),
            ("9999-12-31T23:59", 2),
            ("2023-03-26T02:30", 1),  # the clocks skip it
            ("2023-02-01T10:00", 1),  # now
            ("2023-03-31T10:16", 1),  # after the start
        ],
    )
    def test_reopen_when_the_limit_is_wrong(self, run: Run, capsys: Capture, until: str, status: int) -> None:
        assert run("study-day", "reopen", "integratiebeleid", "--until", until, "--reason", "R") == status
        assert capsys.readouterr().err.count("\n") == 1
        assert db.session.execute(sa.select(StudyDay.closes_at)).scalar_one() == CLOSES_AT

    def test_sign_off_when_the_day_is_over(self, run: Run, clock: Clock, capsys: Capture) -> None:
        attend(present=(1, 2), absent=(3,))
        clock.set(ENDS_AT)

        assert run("study-day", "sign-off", "integratiebeleid") == 0

        assert capsys.readouterr().out == "Attendance of integratiebeleid is signed off; charges: 1.\n"
        assert db.session.execute(sa.select(Charge.reason)).scalars().all() == ["no_show"]

    def test_sign_off_when_many_are_absent_asks_twice(self, run: Run, clock: Clock, capsys: Capture) -> None:
        attend(present=(1,), absent=(2,))
        clock.set(ENDS_AT)

        assert run("study-day", "sign-off", "integratiebeleid") == 1
        assert run("study-day", "sign-off", "integratiebeleid", "--confirm-many-absent") == 0

        assert capsys.readouterr().err == (
            "studiedag: More than 40% were absent. Confirm that the list is right, then sign off."
            " (absent 1, expected 2)\n"
        )

    def test_sign_off_when_too_early(self, run: Run, clock: Clock, capsys: Capture) -> None:
        clock.set(ENDS_AT - TICK)

        assert run("study-day", "sign-off", "integratiebeleid") == 1
        assert capsys.readouterr().err == (
            "studiedag: It is too early for that (from when 2023-03-31T15:00:00+00:00)\n"
        )


@pytest.mark.usefixtures("day")
class TestInvoices:
    def test_issue_when_the_time_to_object_is_over(self, run: Run, clock: Clock, capsys: Capture) -> None:
        attend(present=(1, 2, 3, 4), absent=(5, 6))
        clock.set(ENDS_AT)
        run("study-day", "sign-off", "integratiebeleid")
        clock.set(ENDS_AT + timedelta(days=14) - TICK)
        early = run("invoices", "issue", "integratiebeleid")
        clock.set(ENDS_AT + timedelta(days=14))
        capsys.readouterr()

        in_time = run("invoices", "issue", "integratiebeleid")
        again = run("invoices", "issue", "integratiebeleid")

        assert (early, in_time, again) == (0, 0, 0)
        assert capsys.readouterr().out.splitlines() == [
            "NS-2023-0001",
            "NS-2023-0002",
            "No charge is due for an invoice.",
        ]
        assert db.session.execute(sa.select(sa.func.count(Invoice.id))).scalar_one() == 2

    def test_issue_when_forced_waits_for_nobody(self, run: Run, clock: Clock, capsys: Capture) -> None:
        attend(present=(1, 2), absent=(3,))
        clock.set(ENDS_AT)
        run("study-day", "sign-off", "integratiebeleid")
        capsys.readouterr()

        assert run("invoices", "issue", "integratiebeleid", "--force") == 0
        assert capsys.readouterr().out == "NS-2023-0001\n"


def attend(*, present: tuple[int, ...], absent: tuple[int, ...]) -> None:
    """People who signed up; some of them came."""
    sign_up(*present, *absent)
    for registration_id in present:  # they were numbered from 1, as the rows are
        with transaction() as session:
            check_in(session, registration_id, actor=Actor("staff", "desk"), now=STARTS_AT)


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

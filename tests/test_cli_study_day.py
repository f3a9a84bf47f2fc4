import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from service.domain.actors import Actor
from service.extensions import db
from service.models import Charge, History, Invoice, StudyDay
from service.transaction import transaction
from service.usecases.check_in import check_in
from service.usecases.register import register
from tests.builders import CLOSES_AT, ENDS_AT, NOW, STARTS_AT, TICK, make_application, make_day
from tests.command import Run
from tests.conftest import Clock

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def day(app: Flask) -> None:  # noqa: ARG001 - in its context
    with transaction() as session:
        make_day(session)


def sign_up(*numbers: int, now: datetime = NOW) -> None:
    for number in numbers:
        with transaction() as session:
            register(session, "integratiebeleid", make_application(number), actor=Actor("attendee", "form"), now=now)


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
        ("until", "status", "said"),
        [
            ("2023-03-25", 2, "'2023-03-25' has no time: 2026-03-20T12:00"),
            ("tomorrow", 2, "'tomorrow' is no time like 2026-03-20T12:00 or 2026-03-20T12:00+01:00"),
            ("2023-03-25T25:00", 2, "'2023-03-25T25:00' is no time like 2026-03-20T12:00 or 2026-03-20T12:00+01:00"),
            ("0001-01-01T00:00+14:00", 2, "'0001-01-01T00:00+14:00' is not in the years 2000 to 2199"),
            ("9999-12-31T23:59", 2, "'9999-12-31T23:59' is not in the years 2000 to 2199"),
            ("2023-03-26T02:30", 1, "This time does not exist: the clocks skip it that night."),
            ("2023-02-01T10:00", 1, "until: This must be in the future."),
            ("2023-03-31T10:16", 1, "until: Registration must close before the start, or at the start."),
        ],
    )
    def test_reopen_when_the_limit_is_wrong(
        self, run: Run, capsys: Capture, until: str, status: int, said: str
    ) -> None:
        assert run("study-day", "reopen", "integratiebeleid", "--until", until, "--reason", "R") == status
        usage = "Invalid value for '--until': " if status == 2 else ""
        assert capsys.readouterr().err == f"studiedag: {usage}{said}\n"
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

    def test_export_when_issued_is_one_file(self, run: Run, clock: Clock, tmp_path: Path) -> None:
        issue_one(run, clock)
        sheet = tmp_path / "invoices.csv"

        assert run("invoices", "export", "integratiebeleid", "--format", "csv", "--output", str(sheet)) == 0

        assert sheet.read_bytes().startswith(b"\xef\xbb\xbfNummer;")
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            (row,) = csv.DictReader(file, delimiter=";")
        assert (row["Nummer"], row["Bedrag (EUR)"]) == ("NS-2023-0001", "15,00")

    def test_export_when_repeated_to_standard_output_is_the_same(
        self, run: Run, clock: Clock, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
    ) -> None:
        issue_one(run, clock)
        sheet = tmp_path / "invoices.csv"
        run("invoices", "export", "integratiebeleid", "--output", str(sheet))
        capfdbinary.readouterr()

        assert run("invoices", "export", "integratiebeleid", "--output", "-") == 0
        assert capfdbinary.readouterr().out == sheet.read_bytes()

    @pytest.mark.parametrize("form", ["xlsx", "pdf", "ubl"])
    def test_export_when_the_format_is_not_supported_names_what_is(self, run: Run, capsys: Capture, form: str) -> None:
        assert run("invoices", "export", "integratiebeleid", "--format", form, "--output", "-") == 2
        assert capsys.readouterr().err == f"studiedag: Invalid value for '--format': '{form}' is not 'csv'.\n"

    def test_export_when_the_place_is_impossible(self, run: Run, capsys: Capture, tmp_path: Path) -> None:
        places = [tmp_path, tmp_path / "none" / "file", Path("/dev/full"), Path("/proc/file")]
        assert [run("invoices", "export", "integratiebeleid", "--output", str(place)) for place in places] == [1] * 4
        assert capsys.readouterr().err.count("\n") == 4


def attend(*, present: tuple[int, ...], absent: tuple[int, ...]) -> None:
    """People who signed up; some of them came."""
    sign_up(*present, *absent)
    for registration_id in present:  # they were numbered from 1, as the rows are
        with transaction() as session:
            check_in(session, registration_id, actor=Actor("staff", "desk"), now=STARTS_AT)


def issue_one(run: Run, clock: Clock) -> None:
    attend(present=(1, 2), absent=(3,))
    clock.set(ENDS_AT)
    run("study-day", "sign-off", "integratiebeleid")
    run("invoices", "issue", "integratiebeleid", "--force")

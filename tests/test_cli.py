import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from service.domain.actors import Actor
from service.extensions import db
from service.models import Charge, History, Invoice, Organiser, Staff, StaffRole, StudyDay
from service.transaction import transaction
from service.usecases import staff
from service.usecases.check_in import check_in
from service.usecases.register import register
from tests.builders import CLOSES_AT, ENDS_AT, NOW, STARTS_AT, TICK, make_application, make_day, make_organiser
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

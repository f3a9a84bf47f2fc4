import re
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa

from service.extensions import db
from service.models import History, Organiser, Staff, StaffRole
from service.transaction import transaction
from service.usecases import staff
from tests.builders import NOW, make_organiser
from tests.command import Run

Capture = pytest.CaptureFixture[str]


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

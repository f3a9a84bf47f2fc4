import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.domain.subject import Subject
from service.extensions import db
from service.mail.outbox import put, row
from service.models import History, Message, Organiser, Staff, StaffRole
from service.transaction import transaction
from tests.builders import NOW, make_day, make_organiser
from tests.staff import sign_in

NEWCOMER = {"email": "Els@VUB.example", "role": "checkin", "organiser": "bsog", "language": "fr"}


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """An admin, signed in."""
    with transaction() as session:
        make_organiser(session)
    sign_in(client, Role.ADMIN, language="en")
    return client


def held() -> list[tuple[str, str]]:
    found = sa.select(Staff.email, StaffRole.role).join(StaffRole).order_by(StaffRole.id)
    return [(email, role) for email, role in db.session.execute(found)]


def last_line() -> History:
    return db.session.execute(sa.select(History).order_by(History.id.desc()).limit(1)).scalar_one()


def test_organiser_when_added_is_listed(desk: FlaskClient) -> None:
    form = {"name": "Stad Gent", "slug": "gent", "mailbox": "info@gent.example"}

    answer = desk.post("/admin/organisers", data=form)

    assert (answer.status_code, answer.location) == (303, "/admin/?done=organiser")
    assert "Stad Gent" in desk.get(answer.location).text
    assert desk.post("/admin/organisers", data=form).status_code == 409
    assert db.session.execute(sa.select(sa.func.count(Organiser.id))).scalar_one() == 2


def test_organiser_when_wrongly_filled_in_keeps_what_was_typed(desk: FlaskClient) -> None:
    answer = desk.post("/admin/organisers", data={"name": "Stad <Gent>", "slug": "Stad Gent", "mailbox": "x"})

    assert answer.status_code == 422
    assert 'value="Stad &lt;Gent&gt;"' in answer.text
    assert [f'<a href="#f-{name}">' in answer.text for name in ("name", "slug", "mailbox")] == [False, True, True]


def test_role_when_given_mails_a_link_and_is_written_down(desk: FlaskClient) -> None:
    answer = desk.post("/admin/staff", data=NEWCOMER)

    assert answer.status_code == 303
    assert held()[1:] == [("els@vub.example", "checkin")]
    letter = db.session.execute(sa.select(Message)).scalar_one()
    assert (letter.letter, letter.recipient, letter.language) == ("sign_in", "els@vub.example", "fr")
    added = db.session.execute(sa.select(History).where(History.action == "staff_added").order_by(History.id.desc()))
    assert (line := added.scalars().first()) is not None
    assert (line.channel, line.facts["role"]) == ("desk", "checkin")


@pytest.mark.parametrize(
    ("field", "value"), [("email", "els@"), ("role", "king"), ("organiser", "theirs"), ("language", "xx")]
)
def test_role_when_wrongly_filled_in_says_where(desk: FlaskClient, field: str, value: str) -> None:
    answer = desk.post("/admin/staff", data={**NEWCOMER, field: value})

    assert answer.status_code == 422
    assert f'<a href="#f-{field}">' in answer.text
    assert len(held()) == 1


def test_role_when_taken_back_ends_what_its_holder_can_do_at_once(desk: FlaskClient) -> None:
    door = desk.application.test_client()
    sign_in(door, Role.CHECKIN)
    assert door.get("/desk/").status_code == 200
    role_id = db.session.execute(sa.select(StaffRole.id).where(StaffRole.role == "checkin")).scalar_one()

    answer = desk.post(f"/admin/roles/{role_id}/remove")

    assert (answer.status_code, answer.location) == (303, "/admin/?done=removed")
    assert door.get("/desk/").status_code == 403
    assert (last_line().action, last_line().facts["role"]) == ("staff_removed", "checkin")
    assert desk.post(f"/admin/roles/{role_id}/remove").status_code == 404


def test_role_when_it_is_the_last_admins_stays(desk: FlaskClient) -> None:
    [role_id] = db.session.execute(sa.select(StaffRole.id)).scalars()

    answer = desk.post(f"/admin/roles/{role_id}/remove")

    assert answer.status_code == 409
    assert "This is the last administrator" in answer.text
    assert held() == [("admin@bsog.example", "admin")]


def test_sign_in_link_when_it_failed_is_an_alarm_until_it_is_dismissed(desk: FlaskClient) -> None:
    desk.post("/admin/staff", data=NEWCOMER)
    with transaction() as session:
        session.execute(sa.update(Message).values(state="failed", error="550 5.1.1 no such user"))
    text = desk.get("/admin/").text
    assert "Sign-in links that did not arrive" in text
    assert '<b>Sign-in link</b> <span class="address">els@vub.example</span>' in text

    answer = desk.post("/admin/mails/1/dismiss")

    assert (answer.status_code, answer.location) == (303, "/admin/?done=dismissed")
    assert "Sign-in links that did not arrive" not in desk.get("/admin/").text
    assert last_line().action == "alarm_dismissed"


def test_mail_when_it_is_of_a_study_day_is_dismissed_at_the_desk_only(desk: FlaskClient) -> None:
    with transaction() as session:
        day = make_day(session, organiser=session.get_one(Organiser, 1))
        put(session, row("confirmed", about=Subject(1, day.id), to="x@y.example", language="nl", now=NOW))
        session.execute(sa.update(Message).values(state="failed"))

    assert desk.post("/admin/mails/1/dismiss").status_code == 404
    assert desk.post("/admin/mails/9/dismiss").status_code == 404

"""A study day that was lived through: the same few people in every test of lists, pages and sheets."""

from datetime import timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.fees import Channel
from service.domain.roles import Role
from service.models import Message, Registration, Staff, StudyDay
from service.usecases.admit import request_late
from service.usecases.cancel import cancel
from service.usecases.check_in import check_in
from service.usecases.register import register
from service.usecases.sign_off import sign_off
from service.usecases.staff import add_staff
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, make_application, make_day

FORM: Final = Actor("attendee", "form")
SLUG: Final = "integratiebeleid"
ELS: Final = "els@vub.example"


def join(session: Session, number: int, **overrides: Any) -> int:
    """Somebody signs up; the id of the registration."""
    now = overrides.pop("now", NOW)
    application = make_application(number, **overrides)
    register(session, SLUG, application, actor=FORM, now=now)
    newest = sa.select(sa.func.max(Registration.id)).where(Registration.email == application.email)
    return session.execute(newest).scalar_one()


def organiser(session: Session, day: StudyDay, role: Role = Role.ORGANISER, email: str = ELS) -> Staff:
    """Somebody on the staff of the day's organiser."""
    return add_staff(session, email, role, day.organiser, language="nl", actor=FORM, now=NOW)


def attended(session: Session, **overrides: Any) -> dict[str, int]:
    """Ids by what they are: present, absent, in_time and late (cancelled so), unreachable, waiting, late_request.

    Nothing is signed off yet; the mail of the unreachable one bounced, all others went out.
    """
    day = make_day(session, **{"capacity": 5, **overrides})
    staff = organiser(session, day)
    desk = Actor("staff", "desk", staff.id)
    ids = {
        "present": join(session, 1, last_name="Peeters"),
        "absent": join(session, 2, first_name="Hélène", last_name="Ångström", organisation="Ville d’Exemple"),
        "in_time": join(session, 3, last_name="Janssens"),
        "late": join(session, 4, last_name="Øster", email="o.ster@example.org"),
        "unreachable": join(session, 5, last_name="De Smet"),
    }
    ids["waiting"] = join(session, 6, last_name="Wachter")
    cancel(session, ids["waiting"], channel=Channel.LINK, reason="", actor=FORM, now=NOW)
    cancel(session, ids["in_time"], channel=Channel.LINK, reason="Ziek kind", actor=FORM, now=FREE_UNTIL - timedelta(1))
    cancel(session, ids["late"], channel=Channel.ORGANISER, reason="Belde", actor=desk, now=FREE_UNTIL)
    request = request_late(session, SLUG, make_application(9), "Mag ik nog?", actor=FORM, now=CLOSES_AT)
    assert request is not None
    ids["late_request"] = request.id
    check_in(session, ids["present"], actor=desk, now=STARTS_AT - timedelta(minutes=10))
    session.execute(sa.update(Message).values(state="sent", sent_at=NOW))
    bounced = Message.registration_id == ids["unreachable"]
    session.execute(sa.update(Message).where(bounced).values(state="failed", error="550 no such user"))
    ids.update(day=day.id, staff=staff.id, organiser=day.organiser_id)
    return ids


def signed_off(session: Session, **overrides: Any) -> dict[str, int]:
    """The same day after sign-off: three charges, of which one is proposed as waived."""
    ids = attended(session, **overrides)
    actor = Actor("staff", "desk", ids["staff"])
    charges = sign_off(session, ids["day"], confirm_many_absent=True, actor=actor, now=ENDS_AT)
    names = {ids[name]: name for name in ("absent", "late", "unreachable")}
    ids.update({f"charge_{names[charge.registration_id]}": charge.id for charge in charges})
    return ids

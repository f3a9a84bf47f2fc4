"""The administration of an installation: organisers, and who may do what at which of them."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from flask import Blueprint, request
from marshmallow import EXCLUDE, Schema, validate
from sqlalchemy.orm import Session

from service.domain.quiet import STAFF_ZONE
from service.domain.refusals import InvalidInput, NotFound
from service.domain.roles import Role
from service.extensions import db
from service.locale import LANGUAGES, N_
from service.models import Message, Organiser
from service.reports.staff import organisers, roles
from service.usecases.dismiss import dismiss
from service.usecases.staff import add_organiser, add_staff, mail_sign_in_link, remove_role
from service.web.clock import now
from service.web.desk.alarms import alarms_about_staff, late
from service.web.forms import load
from service.web.schemas import Address, Text
from service.web.security import actor, staff_only
from service.web.staff.acting import Answer, carry_out, done
from service.web.staff.frame import page
from service.web.study_day_schema import SLUG, choice, pattern

ADMIN: Final = "/admin/"
ROLES: Final = {
    Role.ORGANISER: N_("Organiser: study days, registrations, sign-off"),
    Role.CHECKIN: N_("Check-in: at the door"),
    Role.FINANCE: N_("Finance: invoices and payments"),
    Role.ADMIN: N_("Administrator: everything, at every organiser"),
}
DONE: Final = {
    "organiser": N_("The organiser has been added."),
    "staff": N_("The role is given, and a link to sign in is on its way."),
    "dismissed": N_("This mail is not reported any more."),
    "removed": N_("The role has been taken back."),
}

admin_pages = Blueprint("admin", __name__, url_prefix="/admin")


class OrganiserSchema(Schema):
    """One more organiser."""

    class Meta:
        unknown = EXCLUDE

    name = Text(200, required=True)
    slug = pattern(SLUG, 80, "not-a-slug", required=True)
    mailbox = Address(required=True)


class StaffSchema(Schema):
    """A role for somebody; an admin serves every organiser, so none has to be named."""

    class Meta:
        unknown = EXCLUDE

    email = Address(required=True)
    role = choice(tuple(Role), required=True)
    organiser = Text(80, validate=validate.Length(max=80))
    language = choice(LANGUAGES, load_default=LANGUAGES[0])


@admin_pages.get("/")
@staff_only(Role.ADMIN)
def administration() -> str:
    """Organisers, roles, and a form to add one of each."""
    return _page(notice=done(DONE))


@admin_pages.post("/organisers")
@staff_only(Role.ADMIN)
def new_organiser() -> Answer:
    """Add an organiser."""

    def act(session: Session) -> None:
        values = load(OrganiserSchema(), request.form)
        add_organiser(session, **values, actor=actor(), now=now())

    return _act(act, done="organiser")


@admin_pages.post("/staff")
@staff_only(Role.ADMIN)
def new_staff() -> Answer:
    """Give somebody a role, and mail them a link."""

    def act(session: Session) -> None:
        values = load(StaffSchema(), request.form)
        role = Role(values["role"])
        where = _organiser(session, values["organiser"], role)
        add_staff(session, values["email"], role, where, language=values["language"], actor=actor(), now=now())
        mail_sign_in_link(session, values["email"], now=now())

    return _act(act, done="staff")


@admin_pages.post("/roles/<id:role_id>/remove")
@staff_only(Role.ADMIN)
def take_role(role_id: int) -> Answer:
    """Take a role back."""
    return _act(lambda session: remove_role(session, role_id, actor=actor(), now=now()), done="removed")


@admin_pages.post("/mails/<id:message_id>/dismiss")
@staff_only(Role.ADMIN)
def seen(message_id: int) -> Answer:
    """Report a letter to staff that failed no more."""

    def act(session: Session) -> None:
        message = session.get(Message, message_id)
        if message is None or message.study_day_id is not None:
            raise NotFound
        dismiss(session, message_id, actor=actor(), now=now())

    return _act(act, done="dismissed")


def _organiser(session: Session, slug: str, role: Role) -> Organiser:
    """The one that was chosen; for an admin any.

    :raises InvalidInput: there is none of that name.
    """
    wanted = sa.select(Organiser).order_by(Organiser.id).limit(1)
    if role is not Role.ADMIN:
        wanted = wanted.where(Organiser.slug == slug)
    found = session.execute(wanted).scalar_one_or_none()
    if found is None:
        raise InvalidInput({"organiser": "not-a-choice"})
    return found


def _act(act: Callable[[Session], None], *, done: str) -> Answer:
    return carry_out(act, onwards=f"{ADMIN}?done={done}", again=partial(_page, values=request.form))


def _page(values: Mapping[str, str] | None = None, errors: Mapping[str, str] | None = None, **context: Any) -> str:
    session = db.session()
    return page(
        "pages/admin/administration.html",
        **{
            "organisers": organisers(session),
            "held": roles(session),
            "alarms": alarms_about_staff(),
            "late": late(),
            "staff_zone": STAFF_ZONE,
            "roles": ROLES,
            "values": values or {"role": Role.ORGANISER.value, "language": LANGUAGES[0]},
            "errors": errors or {},
            **context,
        },
    )

"""Close and reopen the registration, call the study day off: each asks why, and says first what follows."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, request
from marshmallow import EXCLUDE, Schema
from sqlalchemy.orm import Session

from service.domain.refusals import InvalidInput
from service.domain.roles import Role
from service.domain.windows import on_time
from service.extensions import db
from service.models import StudyDay
from service.reports.glance import at_a_glance
from service.usecases import open_close
from service.web.clock import now
from service.web.desk.local_times import READINGS, limit_fields, read_limit
from service.web.forms import load
from service.web.schemas import Text
from service.web.security import actor, own_day, staff_only
from service.web.staff.acting import Answer, carry_out
from service.web.staff.frame import day_page, day_url

opening_pages = Blueprint("opening", __name__, url_prefix="/desk/study-days/<slug>")


class ReasonSchema(Schema):
    """Why something is done; it goes into the history, and into the mails of a day that is called off."""

    class Meta:
        unknown = EXCLUDE

    reason = Text(2000, lines=True, required=True)


@opening_pages.get("/close")
@staff_only(Role.ORGANISER)
def ask_close(slug: str) -> str:
    """What closing means."""
    return _form("pages/desk/close.html", own_day(slug, Role.ORGANISER), {})


@opening_pages.post("/close")
@staff_only(Role.ORGANISER)
def close(slug: str) -> Answer:
    """Close the registration at this instant."""
    day = own_day(slug, Role.ORGANISER)
    day_id = day.id

    def act(session: Session) -> None:
        reason = load(ReasonSchema(), request.form)["reason"]
        open_close.close(session, day_id, reason=reason, actor=actor(), now=now())

    return _act("pages/desk/close.html", day, act, done="closed")


@opening_pages.get("/reopen")
@staff_only(Role.ORGANISER)
def ask_reopen(slug: str) -> str:
    """Until when? The present limit stands in the form while it is still to come."""
    day = own_day(slug, Role.ORGANISER)
    limit = day.closes_at if on_time(now(), day.closes_at) else None
    return _form("pages/desk/reopen.html", day, limit_fields("until", limit, day.time_zone))


@opening_pages.post("/reopen")
@staff_only(Role.ORGANISER)
def reopen(slug: str) -> Answer:
    """Set a new limit."""
    day = own_day(slug, Role.ORGANISER)
    day_id, zone = day.id, day.time_zone

    def act(session: Session) -> None:
        until = read_limit(request.form, "until", zone)
        if until is None:
            raise InvalidInput({"until": "required"})
        reason = load(ReasonSchema(), request.form)["reason"]
        open_close.reopen(session, day_id, until=until, reason=reason, actor=actor(), now=now())

    return _act("pages/desk/reopen.html", day, act, done="reopened")


@opening_pages.get("/cancel")
@staff_only(Role.ORGANISER)
def ask_call_off(slug: str) -> str:
    """How many people it concerns, and that it cannot be taken back."""
    return _form("pages/desk/call_off.html", own_day(slug, Role.ORGANISER), {})


@opening_pages.post("/cancel")
@staff_only(Role.ORGANISER)
def call_off(slug: str) -> Answer:
    """Call the study day off, if the box was ticked."""
    day = own_day(slug, Role.ORGANISER)
    day_id = day.id

    def act(session: Session) -> None:
        reason = load(ReasonSchema(), request.form)["reason"]
        if not request.form.get("confirm"):
            raise InvalidInput({"confirm": "confirm"})
        open_close.call_off(session, day_id, reason=reason, actor=actor(), now=now())

    return _act("pages/desk/call_off.html", day, act, done="called-off")


def _act(template: str, day: StudyDay, act: Callable[[Session], None], *, done: str) -> Answer:
    """Do it and go to the overview; or the form again, with what was typed and what is wrong with it."""
    return carry_out(act, onwards=f"{day_url(day)}?done={done}", again=partial(_form, template, day, request.form))


def _form(template: str, day: StudyDay, values: Any, **context: Any) -> str:
    people = at_a_glance(db.session(), day.id, now=now())
    form = {"values": values, "errors": {}, "readings": READINGS, "glance": people, **context}
    return day_page(template, day, "overview", **form)

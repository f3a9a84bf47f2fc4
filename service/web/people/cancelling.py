"""End somebody's registration: on request, where the clock judges, or by the organiser's own wish (rules.md 6)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, request
from sqlalchemy.orm import Session

from service.domain.fees import Channel
from service.domain.refusals import NotFound
from service.domain.roles import Role
from service.domain.seats import Status
from service.domain.windows import counts_from, on_time
from service.extensions import db
from service.models import IncomingMail, Registration
from service.reports.paging import LARGEST_ID
from service.usecases.cancel import cancel
from service.web.clock import now
from service.web.forms import load
from service.web.people.registrations import registration_of
from service.web.people.schemas import ReasonSchema
from service.web.security import actor, staff_only
from service.web.staff.acting import Answer, carry_out
from service.web.staff.frame import day_page, day_url

ONE: Final = "/desk/study-days/<slug>/registrations/<id:registration_id>"

cancelling_pages = Blueprint("desk_cancelling", __name__, url_prefix=ONE)


@cancelling_pages.get("/cancel")
@staff_only(Role.ORGANISER)
def ask_cancel(slug: str, registration_id: int) -> str:
    """What cancelling means for this person: now, or with ``mail`` when that mail of theirs arrived."""
    return _form("cancel", registration_of(slug, registration_id))()


@cancelling_pages.post("/cancel")
@staff_only(Role.ORGANISER)
def cancel_on_request(slug: str, registration_id: int) -> Answer:
    """They called in, or wrote: as if they had done it themselves, at this instant or when their mail arrived."""
    return _end("cancel", registration_of(slug, registration_id), Channel.ORGANISER, done="cancelled")


@cancelling_pages.get("/remove")
@staff_only(Role.ORGANISER)
def ask_remove(slug: str, registration_id: int) -> str:
    """That no fee follows, whatever the clock says."""
    return _form("remove", registration_of(slug, registration_id))()


@cancelling_pages.post("/remove")
@staff_only(Role.ORGANISER)
def remove(slug: str, registration_id: int) -> Answer:
    """The organiser does not want them there, or made a mistake."""
    return _end("remove", registration_of(slug, registration_id), Channel.REMOVED, done="removed")


def _end(name: str, row: Registration, channel: Channel, *, done: str) -> Answer:
    registration_id, onwards = row.id, f"{day_url(row.study_day, '/registrations')}/{row.id}?done={done}"

    def act(session: Session) -> None:
        reason = load(ReasonSchema(), request.form)["reason"]
        asked = None if channel is Channel.REMOVED else _asked_at(row)
        cancel(session, registration_id, channel=channel, reason=reason, actor=actor(), now=now(), received_at=asked)

    return carry_out(act, onwards=onwards, again=_form(name, row, values=request.form))


def _asked_at(row: Registration) -> datetime | None:
    """When the mail that asks for it arrived; None where none is named, or where attendance decides by now.

    :raises NotFound: there is no such mail of this person.
    """
    mail_id = request.args.get("mail", type=int)
    if mail_id is None or not on_time(now(), row.study_day.starts_at):
        return None
    mail = db.session.get(IncomingMail, mail_id) if 0 < mail_id <= LARGEST_ID else None
    if mail is None or mail.registration_id != row.id:
        raise NotFound
    return counts_from(mail.received_at, seated_at=row.seated_at, created_at=row.created_at, now=now())


def _form(name: str, row: Registration, **context: Any) -> Callable[..., str]:
    """The page that asks; where nothing can be ended any more it says so instead."""
    registration_id, slug = row.id, row.study_day.slug

    def render(**more: Any) -> str:
        row = registration_of(slug, registration_id)
        terms, day = row.terms, row.study_day
        asked_at = _asked_at(row)
        facts: dict[str, Any] = {
            "person": row,
            "terms": terms,
            "asked_at": asked_at,
            "free": on_time(asked_at or now(), terms.free_until),
            "ended": row.status == Status.CANCELLED,
            "started": not on_time(now(), day.starts_at),
        }
        facts = {"values": {}, "errors": {}, **facts, **context, **more}
        return day_page(f"pages/people/{name}.html", day, "registrations", **facts)

    return render

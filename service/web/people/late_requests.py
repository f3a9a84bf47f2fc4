"""Late requests on the organiser's desk: admit, beyond the capacity only when said so, or decline (rules.md 5)."""

from typing import Any, Final

from flask import Blueprint, request
from sqlalchemy.orm import Session

from service.domain.refusals import NotFound
from service.domain.roles import Role
from service.domain.windows import offer_lapses_at
from service.extensions import db
from service.locale import N_, translate
from service.models import StudyDay
from service.reports.late_requests import late_requests
from service.reports.mailbox import conversations
from service.reports.paging import Slice
from service.usecases.admit import admit, decline
from service.web.clock import now
from service.web.forms import load
from service.web.people.schemas import AnswerSchema
from service.web.security import actor, own_day, own_late_request, signed_in, staff_only
from service.web.staff.acting import Answer, carry_out, done
from service.web.staff.frame import day_page, day_url
from service.web.staff.words import Words

DONE: Final = {
    "admitted": N_("A place is on offer to them; a mail says until when they can accept it."),
    "declined": N_("The request is declined; a mail says so."),
}
SUGGESTED: Final = {
    "admit": N_("Thank you for your message. We are glad that we can still offer you a place."),
    "decline": N_("Thank you for your message. We hope to welcome you another time."),
}
"""What stands in the field for the organiser's words, in the asker's language, until somebody changes it."""
ALL_WAITING: Final = Slice(limit=500)

late_request_pages = Blueprint("desk_late_requests", __name__, url_prefix="/desk/study-days/<slug>/late-requests")


@late_request_pages.get("")
@staff_only(Role.ORGANISER)
def listing(slug: str) -> str:
    """Those who wait, in order; below them those that were decided, the latest first."""
    return _page(slug, notice=done(DONE))


@late_request_pages.post("/<id:request_id>/admit")
@staff_only(Role.ORGANISER)
def let_in(slug: str, request_id: int) -> Answer:
    """Offer a place, with the organiser's own words if there are any."""
    day = _day_of(slug, request_id)
    over_capacity = bool(request.form.get("over_capacity"))

    def act(session: Session) -> None:
        message = load(AnswerSchema(), request.form)["message"]
        admit(session, request_id, message, over_capacity=over_capacity, actor=actor(), now=now())

    return carry_out(
        act, onwards=f"{day_url(day, '/late-requests')}?done=admitted", again=_again(slug, request_id, "admit")
    )


@late_request_pages.post("/<id:request_id>/decline")
@staff_only(Role.ORGANISER)
def say_no(slug: str, request_id: int) -> Answer:
    """Decline, with the organiser's own words if there are any."""
    day = _day_of(slug, request_id)

    def act(session: Session) -> None:
        message = load(AnswerSchema(), request.form)["message"]
        decline(session, request_id, message, actor=actor(), now=now())

    return carry_out(
        act, onwards=f"{day_url(day, '/late-requests')}?done=declined", again=_again(slug, request_id, "decline")
    )


def _day_of(slug: str, request_id: int) -> StudyDay:
    row = own_late_request(request_id, Role.ORGANISER)
    if row.study_day.slug != slug:
        raise NotFound
    return row.study_day


def _again(slug: str, request_id: int, act: str) -> Any:
    def render(**more: Any) -> str:
        return _page(slug, at=(request_id, act), values=request.form, **more)

    return render


def _page(slug: str, **context: Any) -> str:
    day = own_day(slug, Role.ORGANISER)
    part = Slice(cursor=request.args.get("cursor") or None, newest_first=True)
    waiting = late_requests(db.session(), day.id, waiting=True, part=ALL_WAITING).items
    facts = {
        "waiting": waiting,
        "mails": conversations(db.session(), [one.id for one in waiting]),
        "suggested": _suggested,
        "decided": late_requests(db.session(), day.id, waiting=False, part=part),
        "lapses_at": offer_lapses_at(day.starts_at, day.offer_hours, now=now()),
        "full": day.seats.full,
        "free": day.seats.free,
        "say": Words(signed_in().language),
        "at": None,
        "values": {},
        "errors": {},
    }
    return day_page("pages/people/late_requests.html", day, "late-requests", **{**facts, **context})


def _suggested(act: str, language: str) -> str:
    return translate(language, SUGGESTED[act])

"""The mailbox on the desk: what waits for a person, with its text, and what was made of the rest (rules.md 5)."""

from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, request
from sqlalchemy.orm import Session

from service.domain.quiet import STAFF_ZONE
from service.domain.refusals import NotFound
from service.domain.roles import Role
from service.extensions import db
from service.locale import N_
from service.models import IncomingMail, StudyDay
from service.reports.mailbox import (
    IncomingItem,
    candidates,
    days_to_ask_for,
    incoming,
    incoming_mail,
    reading,
    waiting_count,
)
from service.reports.paging import LARGEST_ID, Slice
from service.runtime import runtime
from service.usecases.application import folded
from service.usecases.settle_mail import make_late_request, settle, tie
from service.web.clock import now
from service.web.security import actor, own_day, own_incoming_mail, own_registration, signed_in, staff_only
from service.web.staff.acting import Answer, carry_out, done
from service.web.staff.frame import day_url, page
from service.web.staff.words import Words

HERE: Final = "/desk/mailbox"
LONGEST_ADDRESS: Final = 254
DONE: Final = {
    "settled": N_("The mail is done with."),
    "tied": N_("The mail stands with that registration now."),
}

mailbox_pages = Blueprint("mailbox", __name__, url_prefix=HERE)


@mailbox_pages.get("")
@staff_only(Role.ORGANISER)
def listing() -> str:
    """What waits, the oldest first; with ``state=done`` what is done with, the newest first."""
    scope, finished = signed_in().organisers(Role.ORGANISER), request.args.get("state") == "done"
    part = Slice(cursor=request.args.get("cursor") or None, newest_first=finished)
    return page(
        "pages/desk/mailbox.html",
        mails=incoming(db.session(), scope, waiting=not finished, part=part),
        finished=finished,
        count=waiting_count(db.session(), scope),
        several=scope is None or len(scope) > 1,
        notice=done(DONE),
        is_read=bool(runtime().settings.mailbox_url),
        reading=reading(db.session()),
        **_words(),
    )


@mailbox_pages.get("/<id:mail_id>")
@staff_only(Role.ORGANISER)
def one(mail_id: int) -> str:
    """One mail, and what can be done with it; ``address`` looks for the registrations of that address."""
    return _page(own_incoming_mail(mail_id, Role.ORGANISER))


@mailbox_pages.post("/<id:mail_id>/done")
@staff_only(Role.ORGANISER)
def finish(mail_id: int) -> Answer:
    """Nobody needs to look at it any more."""
    mail = own_incoming_mail(mail_id, Role.ORGANISER)

    def act(session: Session) -> None:
        settle(session, mail_id, actor=actor(), now=now())

    return carry_out(act, onwards=f"{HERE}?done=settled", again=_again(mail))


@mailbox_pages.post("/<id:mail_id>/late-request")
@staff_only(Role.ORGANISER)
def ask_late(mail_id: int) -> Answer:
    """It asks for a place on the chosen study day; its request is answered there."""
    mail = own_incoming_mail(mail_id, Role.ORGANISER)
    chosen = db.session.get(StudyDay, _number("study_day"))
    if chosen is None:
        raise NotFound
    day = own_day(chosen.slug, Role.ORGANISER)

    def act(session: Session) -> None:
        make_late_request(session, mail_id, day.id, actor=actor(), now=now())

    return carry_out(act, onwards=day_url(day, "/late-requests"), again=_again(mail))


@mailbox_pages.post("/<id:mail_id>/registration")
@staff_only(Role.ORGANISER)
def belongs_to(mail_id: int) -> Answer:
    """It is from the chosen person."""
    mail = own_incoming_mail(mail_id, Role.ORGANISER)
    registration = own_registration(_number("registration"), Role.ORGANISER)

    def act(session: Session) -> None:
        tie(session, mail_id, registration.id, actor=actor(), now=now())

    return carry_out(act, onwards=f"{HERE}/{mail_id}?done=tied", again=_again(mail))


def _number(name: str) -> int:
    """:raises NotFound: what was chosen is no id."""
    given = request.form.get(name, 0, int)
    if not 0 < given <= LARGEST_ID:
        raise NotFound
    return given


def _again(mail: IncomingMail) -> Any:
    def render(**more: Any) -> str:
        return _page(mail, **more)

    return render


def _page(mail: IncomingMail, **context: Any) -> str:
    item = incoming_mail(db.session(), mail.id)
    address = request.args.get("address", item.sender)[:LONGEST_ADDRESS]
    days = days_to_ask_for(db.session(), item.organiser_id, now=now()) if "@" in item.sender else ()
    facts = {
        "mail": item,
        "address": address,
        "candidates": candidates(db.session(), folded(address), item.organiser_id) if address else (),
        "days": days,
        "person_url": _person_url(mail, item),
        "answer_url": _answer_url(item),
        "notice": done(DONE),
        "errors": {},
        **_words(),
    }
    return page("pages/desk/mailbox_mail.html", **{**facts, **context})


def _person_url(mail: IncomingMail, item: IncomingItem) -> str:
    """Of whom it is from, where that is known."""
    day = db.session.get(StudyDay, mail.study_day_id) if item.registration_id else None
    return day_url(day, f"/registrations/{item.registration_id}") if day else ""


def _answer_url(item: IncomingItem) -> str:
    """A mail that answers it, in the mail program of whoever reads it (RFC 6068)."""
    if "@" not in item.sender:
        return ""
    headers = {"subject": f"Re: {item.subject}", "in-reply-to": item.message_header_id}
    query = "&".join(f"{name}={quote(value)}" for name, value in headers.items() if value)
    return f"mailto:{quote(item.sender, safe='@')}?{query}"


def _words() -> dict[str, Any]:
    return {"say": Words(signed_in().language), "zone": STAFF_ZONE}

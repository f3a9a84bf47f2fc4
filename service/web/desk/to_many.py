"""A mail to many people of a study day: written, seen as they will get it, counted, confirmed, and looked at later."""

import re
import secrets
from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from flask import Blueprint, Response, request

from service.domain.audience import AT_THE_DOOR, Audience
from service.domain.quiet import departure
from service.domain.refusals import AudienceChanged, Conflict, InvalidInput, Refusal
from service.domain.roles import Role
from service.domain.windows import check_in_from, on_time
from service.extensions import db
from service.locale import LANGUAGES, N_
from service.models import StudyDay
from service.reports.audiences import audiences, bulk_mail
from service.transaction import transaction
from service.usecases.write_to_many import Draft, write_to_many, written_by
from service.web.clock import now
from service.web.desk.draft import read, versions
from service.web.desk.mails import COLOURS
from service.web.headers import POLICY
from service.web.problems import sentence
from service.web.security import actor, own_day, signed_in, staff_only
from service.web.staff.acting import Answer, done, refused
from service.web.staff.frame import day_page, day_url
from service.web.staff.words import Words

DONE: Final = {"sent": N_("The mail goes out to all of them.")}
BUTTONS: Final = frozenset({"send", "back"})
SHOWN: Final = re.compile(r"[\w-]{20,40} [0-9]{1,6}")
"""What a preview adds to the form: a key of its own, and the number of people."""
ADDED: Final = frozenset({"count", "form_key", "at_once"})
FRAMED: Final = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""A letter in a sandboxed frame is part of the page, and brings its own styles."""

to_many_pages = Blueprint("to_many", __name__, url_prefix="/desk/study-days/<slug>/mails")


@to_many_pages.get("/write")
@staff_only(Role.ORGANISER)
def ask(slug: str) -> str:
    """Whom to write to, and what, in the languages that people read."""
    return _form(own_day(slug, Role.ORGANISER), {"audience": request.args.get("audience", Audience.CONFIRMED)})


@to_many_pages.post("/write")
@staff_only(Role.ORGANISER)
def write(slug: str) -> Answer:
    """Show what it will look like and how many get it; with the button pressed there, send it."""
    day = own_day(slug, Role.ORGANISER)
    form = {name: value for name, value in request.form.items() if name not in BUTTONS}
    if "back" in request.form:
        return _form(day, form)
    try:
        draft = read(form, day.languages[0])
        counts = _people(day, draft)
    except InvalidInput as refusal:
        return refused(refusal, partial(_form, day, form))
    if "send" not in request.form or not SHOWN.fullmatch(f"{form.get('form_key')} {form.get('count')}"):
        return _preview(day, form, draft, counts)
    return _send(day, form, draft)


@to_many_pages.get("/to-many/<id:bulk_mail_id>")
@staff_only(Role.ORGANISER)
def one(slug: str, bulk_mail_id: int) -> str:
    """What was written to whom, by whom, and how it went."""
    day = own_day(slug, Role.ORGANISER)
    found = bulk_mail(db.session(), day.id, bulk_mail_id)
    words = {"say": Words(signed_in().language), "colours": COLOURS}
    return day_page("pages/desk/to_many.html", day, "mails", bulk=found, notice=done(DONE), **words)


def _send(day: StudyDay, form: Mapping[str, str], draft: Draft) -> Answer:
    day_id, slug, count, key = day.id, day.slug, int(form["count"]), form["form_key"]
    try:
        with transaction() as session:
            bulk = write_to_many(session, day_id, draft, count=count, form_key=key, actor=actor(), now=now())
            bulk_mail_id = bulk.id
    except AudienceChanged as refusal:
        day, problem = own_day(slug, Role.ORGANISER), sentence(refusal, signed_in().language)
        return _preview(day, form, draft, _people(day, draft), problem=problem, status=409)
    except Conflict as refusal:
        found = written_by(db.session(), day_id, key)  # a double click: the other one was a moment faster
        if found is None:
            return refused(refusal, partial(_form, own_day(slug, Role.ORGANISER), form))
        bulk_mail_id = found.id
    except Refusal as refusal:
        return refused(refusal, partial(_form, own_day(slug, Role.ORGANISER), form))
    there = f"{day_url(own_day(slug, Role.ORGANISER), '/mails/to-many')}/{bulk_mail_id}?done=sent"
    return Response(status=303, headers={"Location": there})


def _people(day: StudyDay, draft: Draft) -> Mapping[str, int]:
    """How many get it, by their language. :raises InvalidInput: nobody does."""
    counts = audiences(db.session(), day.id)[draft.audience]
    if not counts:
        raise InvalidInput({"audience": "nobody"})
    return counts


def _form(day: StudyDay, values: Mapping[str, str], **more: Any) -> str:
    """The form; a language stands in it that the study day has, that somebody of it reads, or that was written in."""
    counts = audiences(db.session(), day.id)
    read_by = {language for by_language in counts.values() for language in by_language}
    written = {name.rpartition(".")[2] for name, value in values.items() if value}
    shown = [*day.languages, *(one for one in LANGUAGES if one in read_by | written and one not in day.languages)]
    door = on_time(now(), check_in_from(day.starts_at))
    facts: dict[str, Any] = {
        "choices": [
            (audience, sum(counts[audience].values()))
            for audience in Audience
            if not (door and audience in AT_THE_DOOR) or audience == values.get("audience")
        ],
        "shown": shown,
        "readers": counts[Audience.EVERYBODY],
        "say": Words(signed_in().language),
        "values": values,
        "errors": {},
    }
    return day_page("pages/desk/write_to_many.html", day, "mails", **{**facts, **more})


def _preview(
    day: StudyDay, form: Mapping[str, str], draft: Draft, counts: Mapping[str, int], *, status: int = 200, **more: Any
) -> Response:
    hidden = {name: value for name, value in form.items() if name not in ADDED}
    page = day_page(
        "pages/desk/preview_to_many.html",
        day,
        "mails",
        draft=draft,
        versions=versions(draft, day, counts, email=signed_in().email, now=now()),
        count=sum(counts.values()),
        leaves=departure("bulk", day, now=now()),
        form={**hidden, "form_key": secrets.token_urlsafe(18)},
        say=Words(signed_in().language),
        **more,
    )
    return Response(page, status=status, headers={"Content-Security-Policy": FRAMED})

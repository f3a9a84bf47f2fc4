"""The registrations of a study day: a list to search and filter, a sheet of it, and each with its whole story."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, Response, request

from service.domain.refusals import NotFound
from service.domain.roles import Role
from service.domain.seats import Status
from service.domain.windows import on_time
from service.extensions import db
from service.locale import N_, in_language, translate
from service.models import Registration, StudyDay
from service.reports.attendance import check_ins
from service.reports.charges import charge_of
from service.reports.history import history_of_registration
from service.reports.mailbox import from_registration
from service.reports.messages import messages_of_registration
from service.reports.paging import Slice
from service.reports.registrations import (
    Filter,
    RegistrationItem,
    all_registrations,
    counts,
    registration,
    registrations,
)
from service.web.clock import now
from service.web.download import download
from service.web.people.export import answer_in_words, registrations_csv
from service.web.security import own_day, own_registration, signed_in, staff_only
from service.web.staff.acting import done
from service.web.staff.frame import Link, day_page, day_url
from service.web.staff.words import Words

COLOURS: Final = {"confirmed": "good", "offered": "warn", "waiting": "", "cancelled": "quiet"}
LONGEST_SEARCH: Final = 200
PAGE: Final = 50
LONG_PAGE: Final = 500
QUEUES: Final = (Status.WAITING, Status.OFFERED)
"""Where the order says who is next, so that they are better seen at once."""
DONE: Final = {
    "cancelled": N_("The registration is cancelled; a mail says so."),
    "removed": N_("The registration is removed; a mail says so, and no fee follows."),
}
WHOLE_STORY: Final = Slice(limit=200)

registration_pages = Blueprint("desk_registrations", __name__, url_prefix="/desk/study-days/<slug>")


@registration_pages.get("/registrations")
@staff_only(Role.ORGANISER)
def listing(slug: str) -> str:
    """In order of sign-up, a page at a time; ``q`` searches, ``status`` filters."""
    day = own_day(slug, Role.ORGANISER)
    wanted = _wanted()
    queue = wanted.status in QUEUES
    part = Slice(limit=LONG_PAGE if queue else PAGE, cursor=request.args.get("cursor") or None)
    found = registrations(db.session(), day.id, wanted, part)
    here = day_url(day, "/registrations")
    return day_page(
        "pages/people/registrations.html",
        day,
        "registrations",
        notice=done(DONE),
        people=sorted(found.items, key=_lapses) if wanted.status is Status.OFFERED else found.items,
        wanted=wanted,
        filters=_filters(day, here, wanted),
        following=_address(here, wanted, cursor=found.next) if found.next else "",
        first=_address(here, wanted) if part.cursor else "",
        sheet=_address(f"{here}.csv", wanted),
        say=Words(signed_in().language),
        colours=COLOURS,
    )


@registration_pages.get("/registrations.csv")
@staff_only(Role.ORGANISER)
def export(slug: str) -> Response:
    """What the list shows, all pages of it, as a file for Excel."""
    day = own_day(slug, Role.ORGANISER)
    found = all_registrations(db.session(), day.id, _wanted())
    return download(registrations_csv(found, day, signed_in().language), f"registrations-{day.slug}.csv")


@registration_pages.get("/registrations/<id:registration_id>")
@staff_only(Role.ORGANISER)
def one(slug: str, registration_id: int) -> str:
    """All there is to know about one registration, and what can be done with it now."""
    row = registration_of(slug, registration_id)
    day, session, language = row.study_day, db.session(), signed_in().language
    person = registration(session, row.id)
    return day_page(
        "pages/people/registration.html",
        day,
        "registrations",
        notice=done(DONE),
        person=person,
        terms=row.terms,
        coming_at=row.coming_at,
        can_end=row.status != Status.CANCELLED and on_time(now(), day.starts_at),
        charge=charge_of(session, row.id),
        mails=messages_of_registration(session, row.id, WHOLE_STORY).items,
        history=history_of_registration(session, row.id, WHOLE_STORY).items,
        door=check_ins(session, row.id),
        received=from_registration(session, row.id),
        answers=_answers(day, person.answers, language),
        say=Words(language),
        colours=COLOURS,
    )


def registration_of(slug: str, registration_id: int, *roles: Role) -> Registration:
    """A registration under the address of its own study day; without roles, an organiser's.

    :raises NotFound, NotAllowed: it is not theirs, or not of that day.
    """
    row = own_registration(registration_id, *(roles or (Role.ORGANISER,)))
    if row.study_day.slug != slug:
        raise NotFound
    return row


def _wanted() -> Filter:
    status = request.args.get("status", "")
    search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    return Filter(status=Status(status) if status in set(Status) else None, search=search)


def _filters(day: StudyDay, here: str, wanted: Filter) -> list[Link]:
    say, found = Words(signed_in().language), counts(db.session(), day.id)
    everybody = Filter(search=wanted.search)
    links = [
        Link(_address(here, everybody), translate(say.language, "All"), wanted.status is None, sum(found.values()))
    ]
    for status, number in found.items():
        url = _address(here, replace(everybody, status=status))
        links.append(Link(url, say("status", status), wanted.status == status, number))
    return links


def _answers(day: StudyDay, answers: Mapping[str, Any], language: str) -> list[tuple[str, str]]:
    return [
        (in_language(question["label"], language), answer_in_words(question, answers.get(question["id"]), language))
        for question in day.questions
    ]


def _lapses(person: RegistrationItem) -> tuple[bool, datetime | None, int]:
    return person.offered_until is None, person.offered_until, person.id


def _address(path: str, wanted: Filter, **more: Any) -> str:
    values = {"status": wanted.status, "q": wanted.search, **more}
    query = urlencode({name: value for name, value in values.items() if value})
    return f"{path}?{query}" if query else path

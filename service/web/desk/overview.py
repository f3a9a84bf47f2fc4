"""The way in: the list of study days, what needs attention first, and one of them at a glance."""

from typing import Final

from flask import Blueprint, request

from service.domain.quiet import STAFF_ZONE
from service.domain.refusals import NotFound
from service.domain.roles import Role
from service.domain.windows import Phase, check_in_from, on_time, phase
from service.extensions import db
from service.locale import N_, translate
from service.models import StudyDay
from service.reports.attention import attention, days_gone_by, days_to_come
from service.reports.glance import at_a_glance
from service.reports.mailbox import waiting_count
from service.reports.reminders import reminders_of
from service.runtime import runtime
from service.web.clock import now
from service.web.desk.alarms import alarms_of, late
from service.web.security import own_day, signed_in, staff_only
from service.web.staff.acting import done
from service.web.staff.frame import day_page, page, phase_in_words
from service.web.staff.words import Words

ALL_ROLES: Final = (Role.ORGANISER, Role.CHECKIN, Role.FINANCE)
FURTHEST_PAGE: Final = 10_000
STILL_OPEN: Final = {Phase.ANNOUNCED, Phase.OPEN, Phase.FULL}
DONE: Final = {
    "created": N_("The study day has been made."),
    "saved": N_("The changes have been saved."),
    "closed": N_("Registration is closed."),
    "reopened": N_("The new limit is set."),
    "called-off": N_("The study day has been called off. Everyone is being told."),
}
"""What the address says has just been done."""

overview_pages = Blueprint("overview", __name__, url_prefix="/desk")


@overview_pages.get("/")
@staff_only(*Role)
def days() -> str:
    """The study days of the organisers where a role is held; what wants something of an organiser comes first."""
    who, session = signed_in(), db.session()
    number = request.args.get("page", 1, int)
    if not 1 <= number <= FURTHEST_PAGE:
        raise NotFound
    scope = who.organisers(*Role)
    wanting = attention(session, who.organisers(Role.ORGANISER), now=now()) if number == 1 else ()
    gone, more = days_gone_by(session, scope, number, now=now())
    return page(
        "pages/desk/days.html",
        wanting=wanting,
        alarms=alarms_of([want.day for want in wanting if want.failed_mails]),
        late=late() if number == 1 else None,
        staff_zone=STAFF_ZONE,
        to_come=days_to_come(session, scope, now=now()) if number == 1 else (),
        gone_by=gone,
        number=number,
        more=more,
        several=scope is None or len(scope) > 1,
        mails_waiting=waiting_count(session, who.organisers(Role.ORGANISER)) if number == 1 else 0,
        may_arrange=_may_arrange_somewhere(),
        phase_of=_phase_of,
    )


@overview_pages.get("/study-days/<slug>")
@staff_only(*ALL_ROLES)
def overview(slug: str) -> str:
    """One study day at a glance: its limits in sentences, its seats, its public pages, and what can be done."""
    day = own_day(slug, *ALL_ROLES)
    arranges = signed_in().may(day.organiser_id, Role.ORGANISER)
    return day_page(
        "pages/desk/overview.html",
        day,
        "overview",
        notice=done(DONE),
        glance=at_a_glance(db.session(), day.id, now=now()),
        reminders=reminders_of(db.session(), day, now=now()),
        say=Words(signed_in().language),
        check_in_from=check_in_from(day.starts_at),
        base_url=runtime().settings.base_url,
        may=_possible(day) if arranges else {},
        alarms=alarms_of([day]).get(day.id, []) if arranges else [],
        late=late() if arranges else None,
    )


def _possible(day: StudyDay) -> dict[str, bool]:
    """What an organiser can do to the study day now."""
    where = phase(day.window, full=False, now=now())
    alive = where is not Phase.CANCELLED
    return {
        "edit": alive,
        "close": where in STILL_OPEN,
        "reopen": alive and where is not Phase.DRAFT and on_time(now(), day.starts_at),
        "call_off": alive and on_time(now(), day.ends_at),
    }


def _may_arrange_somewhere() -> bool:
    organisers = signed_in().organisers(Role.ORGANISER)
    return organisers is None or bool(organisers)


def _phase_of(day: StudyDay) -> tuple[str, str]:
    """Where the study day is in its life; of one that is over, how far its attendance is."""
    language = signed_in().language
    if phase(day.window, full=False, now=now()) is not Phase.OVER:
        return phase_in_words(day, language)
    if day.signed_off_at is not None:
        return translate(language, "Signed off"), "quiet"
    return (translate(language, "To be signed off"), "warn") if day.taken else phase_in_words(day, language)

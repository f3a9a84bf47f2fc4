"""The frame around every staff page: navigation by the roles held; around those of one study day also its tabs."""

from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from flask import request

from service.domain.roles import Principal, Role
from service.domain.windows import Phase, phase
from service.extensions import db
from service.locale import N_, translate
from service.models import LateRequest, StudyDay
from service.web.clock import now
from service.web.rendering import render
from service.web.security import signed_in

SECTIONS: Final = (
    ("desk", N_("Study days"), tuple(Role)),
    ("finance", N_("Finance"), (Role.FINANCE,)),
    ("admin", N_("Administration"), (Role.ADMIN,)),
)
"""First part of the path, name, and the roles that see it in the navigation."""
TABS: Final = (
    ("overview", "", N_("Overview"), (Role.ORGANISER, Role.CHECKIN, Role.FINANCE)),
    ("registrations", "/registrations", N_("Registrations"), (Role.ORGANISER,)),
    ("late-requests", "/late-requests", N_("Late requests"), (Role.ORGANISER,)),
    ("check-in", "/check-in", N_("Check-in"), (Role.ORGANISER, Role.CHECKIN)),
    ("sign-off", "/sign-off", N_("Sign-off and fees"), (Role.ORGANISER,)),
    ("mails", "/mails", N_("Mails"), (Role.ORGANISER,)),
    ("history", "/history", N_("History"), (Role.ORGANISER,)),
)
"""Name, end of the address, label, and the roles whose pages they are."""
PHASES: Final = {
    Phase.DRAFT: (N_("Draft"), "quiet"),
    Phase.ANNOUNCED: (N_("Announced"), ""),
    Phase.OPEN: (N_("Registration open"), "good"),
    Phase.FULL: (N_("Full"), "warn"),
    Phase.CLOSED: (N_("Registration closed"), "warn"),
    Phase.OVER: (N_("Over"), "quiet"),
    Phase.CANCELLED: (N_("Called off"), "bad"),
}
"""What a phase is called on the desk, and the colour of its tag."""


@dataclass(frozen=True, slots=True)
class Link:
    """One entry of a navigation; ``count`` is shown beside it when there is something to count."""

    url: str
    label: str
    current: bool
    count: int = 0


def day_url(day: StudyDay, end: str = "") -> str:
    """The address of a study day's desk page, or of one below it: ``end`` begins with a slash."""
    return f"/desk/study-days/{day.slug}{end}"


def page(template: str, **context: object) -> str:
    """A staff page in the language of whoever is signed in, who is ``who`` in it; the instant is ``now``.

    ``notice`` and ``problem``, sentences of what was done or refused, appear above the content.
    """
    who = signed_in()
    return render(template, who.language, **{"who": who, "now": now(), "sections": _sections(who), **context})


def day_page(template: str, day: StudyDay, tab: str, **context: object) -> str:
    """A page of one study day, under its title, phase and tabs; ``tab`` is the name of the present one."""
    who = signed_in()
    label, colour = phase_in_words(day, who.language)
    frame = {
        "day": day,
        "phase_label": label,
        "phase_colour": colour,
        "tabs": _tabs(who, day, tab),
        "url": day_url(day),
    }
    return page(template, **{**frame, **context})


def phase_in_words(day: StudyDay, language: str) -> tuple[str, str]:
    """What the present phase of a study day is called, and the colour of its tag."""
    label, colour = PHASES[phase(day.window, full=day.seats.full, now=now())]
    return translate(language, label), colour


def _sections(who: Principal) -> list[Link]:
    here = request.path.split("/")[1]
    return [
        Link(f"/{name}/", translate(who.language, label), name == here)
        for name, label, roles in SECTIONS
        if who.organisers(*roles) is None or who.organisers(*roles)
    ]


def _tabs(who: Principal, day: StudyDay, current: str) -> list[Link]:
    waiting = sa.select(sa.func.count()).where(LateRequest.study_day_id == day.id, LateRequest.status == "waiting")
    counts = {"late-requests": db.session.execute(waiting).scalar_one()}
    return [
        Link(day_url(day, end), translate(who.language, label), name == current, counts.get(name, 0))
        for name, end, label, roles in TABS
        if who.may(day.organiser_id, *roles)
    ]

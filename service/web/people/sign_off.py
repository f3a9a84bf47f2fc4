"""Sign the attendance off: who was expected, who came, and what follows from it (rules.md 7, 8)."""

from typing import Any

from flask import Blueprint, request
from sqlalchemy.orm import Session

from service.domain.fees import many_absent
from service.domain.roles import Role
from service.domain.windows import on_time
from service.extensions import db
from service.reports.attendance import attendees
from service.reports.charges import charges_by_day
from service.usecases.sign_off import sign_off
from service.web.clock import now
from service.web.security import actor, own_day, staff_only
from service.web.staff.acting import Answer, carry_out
from service.web.staff.frame import day_page, day_url

sign_off_pages = Blueprint("desk_sign_off", __name__, url_prefix="/desk/study-days/<slug>/sign-off")


@sign_off_pages.get("")
@staff_only(Role.ORGANISER)
def ask(slug: str) -> str:
    """The figures and the names; the button where the time has come."""
    return _page(slug)


@sign_off_pages.post("")
@staff_only(Role.ORGANISER)
def confirm(slug: str) -> Answer:
    """The list is right; with many absent only where that box was ticked."""
    day = own_day(slug, Role.ORGANISER)
    day_id, onwards = day.id, f"{day_url(day, '/charges')}?done=signed-off"
    surely = bool(request.form.get("confirm_many_absent"))

    def act(session: Session) -> None:
        sign_off(session, day_id, confirm_many_absent=surely, actor=actor(), now=now())

    def again(**more: Any) -> str:
        return _page(slug, **more)

    return carry_out(act, onwards=onwards, again=again)


def _page(slug: str, **context: Any) -> str:
    day, session = own_day(slug, Role.ORGANISER), db.session()
    people = attendees(session, day.id)
    absent = [one for one in people if one.checked_in_at is None]
    facts = {
        "expected": people,
        "present": [one for one in people if one.checked_in_at is not None],
        "absent": absent,
        "many": many_absent(expected=len(people), absent=len(absent)),
        "nobody": bool(people) and len(absent) == len(people),
        "too_early": on_time(now(), day.ends_at),
        "charges": next(iter(charges_by_day(session, None, study_day_id=day.id, now=now())), None),
        "errors": {},
    }
    return day_page("pages/people/sign_off.html", day, "sign-off", **{**facts, **context})

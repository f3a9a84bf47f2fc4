"""The charges of a signed-off day, each with what shows that it is owed: let off, or upheld (rules.md 8)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from flask import Blueprint, request
from sqlalchemy.orm import Session

from service.domain.fees import WaiverReason
from service.domain.refusals import NotFound
from service.domain.roles import Role
from service.extensions import db
from service.locale import N_
from service.reports.charges import Sum, all_charges
from service.usecases.invoice import uphold, waive
from service.web.clock import now
from service.web.forms import load
from service.web.people.schemas import WaiveSchema
from service.web.security import actor, own_charge, own_day, signed_in, staff_only
from service.web.staff.acting import Answer, carry_out, done
from service.web.staff.frame import day_page, day_url
from service.web.staff.words import Words

DONE: Final = {
    "signed-off": N_("The attendance is signed off; whoever owes the fee gets a notice."),
    "waived": N_("The fee is waived."),
    "upheld": N_("The fee is upheld; a notice goes out, with the full time to object."),
}

charge_pages = Blueprint("desk_charges", __name__, url_prefix="/desk/study-days/<slug>/charges")


@charge_pages.get("")
@staff_only(Role.ORGANISER)
def listing(slug: str) -> str:
    """Those on which a person has to decide come first."""
    return _page(slug, notice=done(DONE))


@charge_pages.post("/<id:charge_id>/waive")
@staff_only(Role.ORGANISER)
def let_off(slug: str, charge_id: int) -> Answer:
    """Nothing is owed after all, and why."""

    def act(session: Session) -> None:
        given = load(WaiveSchema(), request.form)
        why = WaiverReason(given["reason"])
        waive(session, charge_id, reason=why, note=given["note"], actor=actor(), now=now())

    return _act(slug, charge_id, act, done="waived")


@charge_pages.post("/<id:charge_id>/uphold")
@staff_only(Role.ORGANISER)
def insist(slug: str, charge_id: int) -> Answer:
    """A waiver was proposed, and a person decides that the fee is owed."""

    def act(session: Session) -> None:
        uphold(session, charge_id, actor=actor(), now=now())

    return _act(slug, charge_id, act, done="upheld")


def _act(slug: str, charge_id: int, act: Callable[[Session], object], *, done: str) -> Answer:
    day = own_day(slug, Role.ORGANISER)
    if own_charge(charge_id, Role.ORGANISER).study_day_id != day.id:
        raise NotFound

    def again(**more: Any) -> str:
        return _page(slug, at=charge_id, values=request.form, **more)

    return carry_out(act, onwards=f"{day_url(day, '/charges')}?done={done}#charge-{charge_id}", again=again)


def _page(slug: str, **context: Any) -> str:
    day = own_day(slug, Role.ORGANISER)
    found = all_charges(db.session(), day.id)
    groups = {
        "proposed": [one for one in found if one.status == "draft" and one.waiver_proposed],
        "drafts": [one for one in found if one.status == "draft" and not one.waiver_proposed],
        "settled": [one for one in found if one.status != "draft"],
    }
    facts = {
        "sums": {name: sum((Sum(1, one.amount_cents) for one in ones), Sum()) for name, ones in groups.items()},
        "found": found,
        "reasons": list(WaiverReason),
        "instant": datetime.fromisoformat,
        "say": Words(signed_in().language),
        "at": None,
        "values": {},
        "errors": {},
    }
    return day_page("pages/people/charges.html", day, "sign-off", **{**groups, **facts, **context})

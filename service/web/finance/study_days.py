"""Study days with charges: what is due, what can still be objected to, and the button that issues the invoices."""

from typing import Any, Final

from flask import Blueprint, request
from sqlalchemy.orm import Session

from service.domain.roles import Role
from service.extensions import db
from service.locale import N_
from service.models import Invoice
from service.reports.charges import Sum, all_charges, charges_by_day
from service.reports.invoices import Wanted, all_invoices
from service.usecases.invoice import issue_invoices
from service.web.clock import now
from service.web.security import actor, own_day, signed_in, staff_only
from service.web.staff.acting import Answer, carry_out, done
from service.web.staff.frame import page
from service.web.staff.words import Words

DONE: Final = {
    "issued": N_("The invoices are issued."),
    "nothing": N_("There was nothing to invoice: no fee is past its time to object."),
}
COLUMNS: Final = ("due", "within_objection", "proposed", "waived", "invoiced")

finance_pages = Blueprint("finance", __name__, url_prefix="/finance")


@finance_pages.get("/")
@staff_only(Role.FINANCE)
def listing() -> str:
    """Every study day that has charges, the latest first, with the sums of them all."""
    organisers = signed_in().organisers(Role.FINANCE)
    days = charges_by_day(db.session(), organisers, now=now())
    totals = {name: sum((getattr(day, name) for day in days), Sum()) for name in COLUMNS}
    return page("pages/finance/study_days.html", days=days, totals=totals, columns=COLUMNS, several=_several())


@finance_pages.get("/study-days/<slug>")
@staff_only(Role.FINANCE)
def one(slug: str) -> str:
    """The charges of a study day, and its invoices."""
    return _page(slug, notice=done(DONE))


@finance_pages.post("/study-days/<slug>/invoices")
@staff_only(Role.FINANCE)
def issue(slug: str) -> Answer:
    """Issue for what is due; with ``force`` also where the time to object is not over."""
    day = own_day(slug, Role.FINANCE)
    day_id, force = day.id, bool(request.form.get("force"))
    issued: list[Invoice] = []

    def act(session: Session) -> None:
        issued.extend(issue_invoices(session, day_id, force=force, actor=actor(), now=now()))

    def onwards() -> str:
        return f"/finance/study-days/{slug}?done={'issued' if issued else 'nothing'}#invoices"

    def again(**more: Any) -> str:
        return _page(slug, **more)

    return carry_out(act, onwards=onwards, again=again)


def _page(slug: str, **context: Any) -> str:
    day, session = own_day(slug, Role.FINANCE), db.session()
    facts = {
        "day": day,
        "charges": all_charges(session, day.id),
        "sums": next(iter(charges_by_day(session, None, study_day_id=day.id, now=now())), None),
        "invoices": all_invoices(session, Wanted([day.organiser_id], study_day_id=day.id)),
        "say": Words(signed_in().language),
        "errors": {},
    }
    return page("pages/finance/study_day.html", **{**facts, **context})


def _several() -> bool:
    organisers = signed_in().organisers(Role.FINANCE)
    return organisers is None or len(organisers) > 1

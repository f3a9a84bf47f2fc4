"""Charges and invoices (contract: API; rules.md 8, 9)."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from service.domain.fees import WaiverReason
from service.domain.roles import Role
from service.finance.sheets import invoices_csv
from service.reports.charges import charge, charges
from service.reports.invoices import Wanted, all_invoices, invoices, invoices_of
from service.reports.paging import Slice
from service.usecases.invoice import issue_invoices, waive
from service.web.api.bodies import InvoicesQuerySchema, IssueSchema, SliceSchema, WaiveSchema
from service.web.api.calls import Call, Room
from service.web.api.fee_shapes import ChargeSchema, InvoiceSchema
from service.web.api.shapes import page_of
from service.web.clock import now
from service.web.download import download
from service.web.security import actor, own_charge, own_day, signed_in

room: Final = Room("fees", "What is due, and the invoices that are made of it.")
OURS: Final = (Role.ORGANISER,)
OF_CHARGE: Final = {"parameters": {"charge_id": "$response.body#/items/0/id"}}


@room.get(
    "/study-days/<slug:slug>/charges",
    Call(
        roles=OURS,
        query=SliceSchema(),
        answer=page_of(ChargeSchema),
        links={"waive_charge": {"operationId": "waive_charge", **OF_CHARGE}},
    ),
)
def list_charges(session: Session, part: Mapping[str, Any], slug: str) -> Any:
    """List the charges of a study day; there are none before its attendance is signed off."""
    return charges(session, own_day(slug, *OURS).id, part=Slice(part["limit"], part["cursor"] or None))


@room.post(
    "/charges/<id:charge_id>/waive",
    Call(roles=OURS, body=WaiveSchema(), answer=ChargeSchema, problems=("conflict", "already-invoiced")),
)
def waive_charge(session: Session, said: Mapping[str, Any], charge_id: int) -> Any:
    """Let somebody off; `other` needs a note."""
    own_charge(charge_id, *OURS)
    reason = WaiverReason(said["reason"])
    waive(session, charge_id, reason=reason, note=said["note"], actor=actor(), now=now())
    return charge(session, charge_id)


@room.post(
    "/study-days/<slug:slug>/invoices",
    Call(roles=(Role.FINANCE,), body=IssueSchema(), body_required=False, status=201, answer=page_of(InvoiceSchema)),
)
def issue(session: Session, said: Mapping[str, Any], slug: str) -> Any:
    """Issue invoices for the draft charges whose time to object is over; `force`: for all of them now."""
    day = own_day(slug, Role.FINANCE)
    issued = issue_invoices(session, day.id, force=said["force"], actor=actor(), now=now())
    return {"items": invoices_of(session, [invoice.id for invoice in issued]), "next": None}


@room.get(
    "/invoices",
    Call(roles=(Role.FINANCE,), query=InvoicesQuerySchema(), answer=page_of(InvoiceSchema), files=("text/csv",)),
)
def list_invoices(session: Session, asked: Mapping[str, Any]) -> Any:
    """List what was issued, in that order, at every organiser where one is finance.

    As CSV: all of it at once, for Excel in a Belgian locale, in one's own language.
    """
    day_id = own_day(asked["study_day"], Role.FINANCE).id if asked["study_day"] else None
    who = signed_in()
    wanted = Wanted(who.organisers(Role.FINANCE), day_id)
    if asked["format"] == "csv":
        return download(invoices_csv(all_invoices(session, wanted), who.language), "invoices.csv")
    return invoices(session, wanted, Slice(asked["limit"], asked["cursor"] or None))

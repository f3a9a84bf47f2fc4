"""Waive a charge, and issue invoices of the rest: no gap, no double (rules.md 8, 9)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from service.domain.actors import Actor
from service.domain.fees import WaiverReason
from service.domain.payment import Kind, document_number, enterprise_number, structured_communication
from service.domain.refusals import AlreadyDecided, AlreadyInvoiced, InvalidInput, NotFound
from service.domain.windows import on_time
from service.inserting import INSERTS
from service.mail import outbox
from service.models import Charge, Invoice, InvoiceLine, InvoiceSeries, Registration, StudyDay
from service.usecases.record import line, of_day, record
from service.usecases.seating import lock_day

SERIES = {name: insert(InvoiceSeries).on_conflict_do_nothing() for name, insert in INSERTS.items()}


def waive(session: Session, charge_id: int, *, reason: WaiverReason, note: str, actor: Actor, now: datetime) -> Charge:
    """Let somebody off, with a reason; ``other`` needs a note.

    :raises NotFound: there is no such charge.
    :raises AlreadyInvoiced: a credit note has to correct it.
    :raises AlreadyDecided: waived already.
    :raises InvalidInput: ``other`` without a note.
    """
    charge = _lock_draft(session, charge_id)
    if reason is WaiverReason.OTHER and not note.strip():
        raise InvalidInput({"note": "required"})
    charge.status, charge.waived_at, charge.waived_by_id = "waived", now, actor.staff_id
    charge.waiver_reason, charge.waiver_note = reason, note
    about = outbox.about(charge.registration)
    record(session, line("waived", about, actor=actor, now=now, charge=charge.id, why=reason))
    return charge


def uphold(session: Session, charge_id: int, *, actor: Actor, now: datetime) -> Charge:
    """A waiver was proposed and a person decides otherwise: the notice goes out, with its full time to object.

    :raises NotFound, AlreadyInvoiced, AlreadyDecided: nothing to decide.
    """
    charge = _lock_draft(session, charge_id)
    if not charge.waiver_proposed:
        raise AlreadyDecided
    day = charge.registration.study_day
    charge.waiver_proposed = False
    charge.objection_until = now + timedelta(days=day.organiser.objection_days)
    outbox.put(session, outbox.to_registrant("fee_notice", charge.registration, now=now, charge=charge.id))
    about = outbox.about(charge.registration)
    record(session, line("upheld", about, actor=actor, now=now, charge=charge.id))
    return charge


def _lock_draft(session: Session, charge_id: int) -> Charge:
    found = session.get(Charge, charge_id)
    if found is None:
        raise NotFound
    lock_day(session, found.study_day_id)
    charge = session.get_one(Charge, charge_id, populate_existing=True)
    if charge.status == "invoiced":
        raise AlreadyInvoiced
    if charge.status == "waived":
        raise AlreadyDecided
    return charge


def issue_invoices(
    session: Session, day_id: int, *, force: bool = False, actor: Actor, now: datetime
) -> Sequence[Invoice]:
    """Issue one invoice per debtor for the draft charges whose time to object is over; ``force``: without waiting.

    A charge that is proposed as waived stays back until a person has decided (``waive`` or ``uphold``).
    The row of the series is what two issuers wait for; a crash before the commit takes the numbers back with it.

    :raises NotFound: there is no such study day.
    """
    day = lock_day(session, day_id)
    groups = _due(session, day.id, force=force, now=now)
    if not groups:
        return []
    today = now.astimezone(ZoneInfo(day.time_zone)).date()
    first = _numbers(session, day.organiser_id, today.year, len(groups))
    issued = []
    for sequence, charges in enumerate(groups, start=first):
        invoice = Invoice(
            organiser_id=day.organiser_id,
            study_day_id=day.id,
            kind=Kind.INVOICE,
            year=today.year,
            sequence=sequence,
            number=document_number(Kind.INVOICE, today.year, sequence),
            structured_communication=structured_communication(today.year, sequence),
            issued_on=today,
            due_on=today + timedelta(days=day.organiser.payment_days),
            issued_at=now,
            total_cents=sum(charge.amount_cents for charge in charges),
            debtor=_debtor(charges[0].registration),
            lines=[_line(position, charge) for position, charge in enumerate(charges, start=1)],
        )
        for charge in charges:
            charge.status = "invoiced"
        session.add(invoice)
        issued.append(invoice)
    session.flush()
    record(session, *(_issued(day, invoice, actor=actor, now=now) for invoice in issued))
    return issued


def _due(session: Session, day_id: int, *, force: bool, now: datetime) -> list[list[Charge]]:
    """The draft charges to invoice now, one list per debtor.

    Colleagues share an invoice, so without ``force`` all of them wait for the last who may still object, or of whom
    a person has still to decide.
    """
    groups: dict[str, list[Charge]] = {}
    drafts = sa.select(Charge).where(Charge.study_day_id == day_id, Charge.status == "draft").order_by(Charge.id)
    for charge in session.execute(drafts.options(joinedload(Charge.registration))).scalars():
        groups.setdefault(_debtor_key(charge.registration), []).append(charge)
    if force:
        return [decided for group in groups.values() if (decided := [one for one in group if not one.waiver_proposed])]
    return [group for group in groups.values() if all(_may_go(charge, now=now) for charge in group)]


def _may_go(charge: Charge, *, now: datetime) -> bool:
    return not charge.waiver_proposed and not on_time(now, charge.objection_until)


def _numbers(session: Session, organiser_id: int, year: int, count: int) -> int:
    """The first of ``count`` consecutive numbers; holds the series until the commit."""
    session.execute(
        SERIES[session.get_bind().dialect.name],
        {"organiser_id": organiser_id, "kind": Kind.INVOICE, "year": year, "last": 0},
    )
    key = (organiser_id, Kind.INVOICE.value, year)
    series = session.get_one(InvoiceSeries, key, with_for_update=True, populate_existing=True)
    first = series.last + 1
    series.last += count
    return first


def _debtor_key(registration: Registration) -> str:
    """Colleagues with the same enterprise number share an invoice; everybody else has their own (rules.md 9)."""
    number = enterprise_number(registration.invoice_enterprise_number)
    return f"enterprise {number}" if number else f"registration {registration.id}"


def _debtor(registration: Registration) -> dict[str, Any]:
    return {
        "name": registration.invoice_name or registration.organisation or registration.full_name,
        "enterprise_number": registration.invoice_enterprise_number,
        "address": registration.invoice_address,
        "reference": registration.invoice_reference,
        "email": registration.email,
        "language": registration.language,
    }


def _line(position: int, charge: Charge) -> InvoiceLine:
    return InvoiceLine(
        charge_id=charge.id,
        position=position,
        person=charge.registration.full_name,
        reason=charge.reason,
        amount_cents=charge.amount_cents,
    )


def _issued(day: StudyDay, invoice: Invoice, *, actor: Actor, now: datetime) -> dict[str, Any]:
    return line("invoiced", of_day(day), actor=actor, now=now, number=invoice.number, total_cents=invoice.total_cents)

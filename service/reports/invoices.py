"""Issued documents with their lines, within what somebody may see (rules.md 9)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Invoice, InvoiceLine, Organiser, StudyDay
from service.reports.paging import FIRST, Page, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One person's fee on an invoice."""

    position: int
    person: str
    reason: str
    amount_cents: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceItem:
    """One document; ``debtor`` has name, enterprise_number, address, reference, email and language, as issued.

    ``status`` is open, paid or credited.
    """

    id: int
    number: str
    kind: str
    organiser: str
    study_day: str
    title: Mapping[str, str]
    starts_at: datetime
    time_zone: str
    debtor: Mapping[str, Any]
    lines: Sequence[Line]
    total_cents: int
    structured_communication: str
    issued_on: date
    due_on: date
    status: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which documents: of these organisers (None: of every one), of one study day, of one year of issue."""

    organiser_ids: Collection[int] | None
    study_day_id: int | None = None
    year: int | None = None


OPEN: Final = "open"
_OWN: Final = (
    "id",
    "number",
    "kind",
    "debtor",
    "total_cents",
    "structured_communication",
    "issued_on",
    "due_on",
)


def invoices(session: Session, wanted: Wanted, part: Slice = FIRST) -> Page[InvoiceItem]:
    """A page of documents in order of issue, in two statements.

    :raises InvalidInput: the cursor is none.
    """
    rows = session.execute(part.of(_select(wanted), Invoice.id)).all()
    return part.page(_items(session, rows), lambda item: item.id)


def all_invoices(session: Session, wanted: Wanted) -> Sequence[InvoiceItem]:
    """Every document that is wanted, by organiser and number: for a sheet or an export. Two statements."""
    order = (Organiser.slug, Invoice.year, Invoice.kind, Invoice.sequence)
    return _items(session, session.execute(_select(wanted).order_by(*order)).all())


def invoices_of(session: Session, invoice_ids: Sequence[int]) -> Sequence[InvoiceItem]:
    """These documents, in order of issue, in two statements."""
    wanted = _select(Wanted(None)).where(Invoice.id.in_(invoice_ids)).order_by(Invoice.id)
    return _items(session, session.execute(wanted).all())


def years(session: Session, organiser_ids: Collection[int] | None) -> Sequence[int]:
    """The years in which anything was issued, the latest first."""
    wanted = sa.select(Invoice.year).distinct().order_by(Invoice.year.desc())
    if organiser_ids is not None:
        wanted = wanted.where(Invoice.organiser_id.in_(organiser_ids))
    return session.execute(wanted).scalars().all()


def _select(wanted: Wanted) -> sa.Select[Any]:
    statement = (
        sa.select(
            *(getattr(Invoice, name) for name in _OWN),
            Organiser.slug.label("organiser"),
            StudyDay.slug.label("study_day"),
            StudyDay.title,
            StudyDay.starts_at,
            StudyDay.time_zone,
        )
        .join(StudyDay, StudyDay.id == Invoice.study_day_id)
        .join(Organiser, Organiser.id == Invoice.organiser_id)
    )
    if wanted.organiser_ids is not None:
        statement = statement.where(Invoice.organiser_id.in_(wanted.organiser_ids))
    if wanted.study_day_id is not None:
        statement = statement.where(Invoice.study_day_id == wanted.study_day_id)
    if wanted.year is not None:
        statement = statement.where(Invoice.year == wanted.year)
    return statement


def _items(session: Session, rows: Sequence[Any]) -> list[InvoiceItem]:
    lines = _lines(session, [row.id for row in rows])
    return [InvoiceItem(**row._asdict(), lines=lines.get(row.id, []), status=OPEN) for row in rows]


def _lines(session: Session, invoice_ids: Sequence[int]) -> dict[int, list[Line]]:
    found: dict[int, list[Line]] = {}
    wanted = (
        sa.select(InvoiceLine.invoice_id, *(getattr(InvoiceLine, name) for name in Line.__dataclass_fields__))
        .where(InvoiceLine.invoice_id.in_(invoice_ids))
        .order_by(InvoiceLine.invoice_id, InvoiceLine.position)
    )
    for owner, *values in session.execute(wanted):
        found.setdefault(owner, []).append(Line(**dict(zip(Line.__dataclass_fields__, values, strict=True))))
    return found

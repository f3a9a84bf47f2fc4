"""Charges, and the invoices that are made of them; issued rows are immutable (rules.md 8, 9)."""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base
from service.models.registration import Registration


class Charge(Base):
    """A fee that is due for one registration, with the evidence beside it."""

    __tablename__ = "charge"
    __table_args__ = (sa.Index("ix_charge_study_day_id_status", "study_day_id", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id"), unique=True)
    study_day_id: Mapped[int] = mapped_column(sa.ForeignKey("study_day.id"))
    reason: Mapped[str] = mapped_column(sa.String(20))
    amount_cents: Mapped[int]
    status: Mapped[str] = mapped_column(sa.String(10), default="draft")  # draft, waived, invoiced
    waiver_proposed: Mapped[bool] = mapped_column(default=False)
    evidence: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    objection_until: Mapped[datetime]
    waived_at: Mapped[datetime | None]
    waived_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    waiver_reason: Mapped[str | None] = mapped_column(sa.String(20))
    waiver_note: Mapped[str] = mapped_column(sa.Text, default="")

    registration: Mapped[Registration] = relationship()


class InvoiceSeries(Base):
    """The last number of a series: the one row that two issuers wait for, so that there is no gap and no double."""

    __tablename__ = "invoice_series"

    organiser_id: Mapped[int] = mapped_column(sa.ForeignKey("organiser.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(15), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int] = mapped_column(default=0)


class Invoice(Base):
    """An issued document; triggers refuse UPDATE and DELETE."""

    __tablename__ = "invoice"
    __table_args__ = (
        sa.UniqueConstraint("organiser_id", "number"),
        sa.UniqueConstraint("organiser_id", "kind", "year", "sequence"),
        sa.Index("ix_invoice_study_day_id", "study_day_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(sa.ForeignKey("organiser.id"))
    study_day_id: Mapped[int] = mapped_column(sa.ForeignKey("study_day.id"))
    kind: Mapped[str] = mapped_column(sa.String(15), default="invoice")
    year: Mapped[int]
    sequence: Mapped[int]
    number: Mapped[str] = mapped_column(sa.String(20))
    structured_communication: Mapped[str] = mapped_column(sa.String(20))
    issued_on: Mapped[date]
    due_on: Mapped[date]
    issued_at: Mapped[datetime]
    total_cents: Mapped[int]
    debtor: Mapped[dict[str, Any]]  # name, enterprise_number, address, reference, email, language; frozen

    lines: Mapped[list["InvoiceLine"]] = relationship(order_by="InvoiceLine.position", lazy="selectin")


class InvoiceLine(Base):
    """One person and study day on an invoice."""

    __tablename__ = "invoice_line"

    id: Mapped[int] = mapped_column(primary_key=True)
    invoice_id: Mapped[int] = mapped_column(sa.ForeignKey("invoice.id"), index=True)
    charge_id: Mapped[int] = mapped_column(sa.ForeignKey("charge.id"), unique=True)
    position: Mapped[int]
    person: Mapped[str] = mapped_column(sa.String(201))
    reason: Mapped[str] = mapped_column(sa.String(20))
    amount_cents: Mapped[int]

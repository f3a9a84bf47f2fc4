"""A registration: who, what they accepted, where they stand, how it ended; and what hangs on it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.domain.terms import Terms, binding
from service.models.base import Base
from service.models.study_day import StudyDay

LIVE = sa.text("status <> 'cancelled'")
UNDELIVERABLE = sa.text("undeliverable_at IS NOT NULL")


def _language(context: DefaultExecutionContext) -> str:
    """The terms are accepted in the language of contact, which may be corrected later."""
    language: str = context.get_current_parameters()["language"]  # type: ignore[no-untyped-call]  # SQLAlchemy's gap
    return language


class Registration(Base):
    """One sign-up. Signing up again after a cancellation is a new row with a new calendar UID (rules.md 6)."""

    __tablename__ = "registration"
    __table_args__ = (
        sa.Index(
            "uq_registration_live_email",
            "study_day_id",
            "email_folded",
            unique=True,
            sqlite_where=LIVE,
            postgresql_where=LIVE,
        ),
        sa.Index("ix_registration_study_day_id_id", "study_day_id", "id"),
        sa.Index("ix_registration_study_day_id_status_id", "study_day_id", "status", "id"),
        sa.Index(
            "ix_registration_offered_until",
            "offered_until",
            sqlite_where=sa.text("status = 'offered'"),
            postgresql_where=sa.text("status = 'offered'"),
        ),
        sa.Index(
            "ix_registration_undeliverable_study_day_id",
            "study_day_id",
            sqlite_where=UNDELIVERABLE,
            postgresql_where=UNDELIVERABLE,
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_day_id: Mapped[int] = mapped_column(sa.ForeignKey("study_day.id"))
    status: Mapped[str] = mapped_column(sa.String(10))
    calendar_uid: Mapped[str] = mapped_column(sa.String(40), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    seated_at: Mapped[datetime | None]  # first confirmed at
    offered_until: Mapped[datetime | None]

    first_name: Mapped[str] = mapped_column(sa.String(100))
    last_name: Mapped[str] = mapped_column(sa.String(100))
    email: Mapped[str] = mapped_column(sa.String(254))
    email_folded: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(2))
    organisation: Mapped[str] = mapped_column(sa.String(200), default="")
    function: Mapped[str] = mapped_column(sa.String(200), default="")
    town: Mapped[str] = mapped_column(sa.String(100), default="")
    organisation_kind: Mapped[str] = mapped_column(sa.String(20), default="other")
    phone: Mapped[str] = mapped_column(sa.String(50), default="")
    dietary: Mapped[str] = mapped_column(sa.Text, default="")
    access_needs: Mapped[str] = mapped_column(sa.Text, default="")
    remarks: Mapped[str] = mapped_column(sa.Text, default="")
    invoice_name: Mapped[str] = mapped_column(sa.String(200), default="")
    invoice_enterprise_number: Mapped[str] = mapped_column(sa.String(40), default="")
    invoice_address: Mapped[str] = mapped_column(sa.Text, default="")
    invoice_reference: Mapped[str] = mapped_column(sa.String(100), default="")
    answers: Mapped[dict[str, Any]] = mapped_column(default=dict)

    # What was accepted; kept and never recomputed (rules.md 3).
    terms_fee_cents: Mapped[int]
    terms_free_cancellation_until: Mapped[datetime]
    terms_version: Mapped[str] = mapped_column(sa.String(20))
    terms_language: Mapped[str] = mapped_column(sa.String(2), default=_language)
    terms_accepted_at: Mapped[datetime]

    # What was granted since, where it is kinder than what was accepted and than what the day says now (rules.md 4, 6).
    granted_fee_cents: Mapped[int | None]
    granted_free_until: Mapped[datetime | None]

    cancelled_at: Mapped[datetime | None]
    cancelled_from: Mapped[str | None] = mapped_column(sa.String(10))  # the status it had
    cancelled_by: Mapped[str | None] = mapped_column(sa.String(20))  # attendee, staff, system
    cancelled_channel: Mapped[str | None] = mapped_column(sa.String(20))
    cancelled_verdict: Mapped[str | None] = mapped_column(sa.String(10))
    cancelled_reason: Mapped[str] = mapped_column(sa.Text, default="")

    checked_in_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # the personal link was acted on, a calendar reply came (rules.md 8)
    coming_at: Mapped[datetime | None]  # said so when asked
    undeliverable_at: Mapped[datetime | None]  # a mail to this address came back

    # The newest answer of their calendar, and what tells it from older ones (RFC 5546, 2.1.5).
    calendar_answer: Mapped[str | None] = mapped_column(sa.String(12))  # accepted, tentative, declined
    calendar_answer_sequence: Mapped[int | None]
    calendar_answer_at: Mapped[datetime | None]  # its DTSTAMP

    study_day: Mapped[StudyDay] = relationship()

    @property
    def full_name(self) -> str:
        """First and last name as one."""
        return f"{self.first_name} {self.last_name}".strip()

    def seen(self, now: datetime) -> None:
        """Its person was heard of in a way that only a mail can have led to: mail does arrive there (rules.md 8)."""
        self.seen_at, self.undeliverable_at = now, None

    @property
    def terms(self) -> Terms:
        """What binds this person: what they accepted, or what is kinder since (rules.md 4, 6)."""
        return binding(self, self.study_day)


class Transfer(Base):
    """A colleague asked to take over a place; it moves when they accept (rules.md 6)."""

    __tablename__ = "transfer"
    __table_args__ = (sa.Index("ix_transfer_registration_id", "registration_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id"))
    email: Mapped[str] = mapped_column(sa.String(254))
    language: Mapped[str] = mapped_column(sa.String(2))
    created_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    successor_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registration.id"))


class CheckIn(Base):
    """Who was checked in by whom and when, and taken back; append-only (rules.md 7)."""

    __tablename__ = "check_in"
    __table_args__ = (sa.Index("ix_check_in_registration_id", "registration_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(sa.ForeignKey("registration.id"))
    at: Mapped[datetime]
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    undone: Mapped[bool] = mapped_column(default=False)


class LateRequest(Base):
    """Somebody who asks for a place after closing; it waits on the organiser's desk (rules.md 5)."""

    __tablename__ = "late_request"
    __table_args__ = (
        sa.Index("ix_late_request_study_day_id_status", "study_day_id", "status"),
        sa.Index(
            "uq_late_request_waiting_email",
            "study_day_id",
            "email_folded",
            unique=True,
            sqlite_where=sa.text("status = 'waiting'"),
            postgresql_where=sa.text("status = 'waiting'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    study_day_id: Mapped[int] = mapped_column(sa.ForeignKey("study_day.id"))
    status: Mapped[str] = mapped_column(sa.String(10), default="waiting")  # waiting, admitted, declined
    channel: Mapped[str] = mapped_column(sa.String(10), default="form")
    created_at: Mapped[datetime]
    email: Mapped[str] = mapped_column(sa.String(254))
    email_folded: Mapped[str] = mapped_column(sa.String(254))
    first_name: Mapped[str] = mapped_column(sa.String(100))
    last_name: Mapped[str] = mapped_column(sa.String(100))
    language: Mapped[str] = mapped_column(sa.String(2))
    details: Mapped[dict[str, Any]]  # the other fields of the form, as a registration has them
    message: Mapped[str] = mapped_column(sa.Text, default="")
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    answer: Mapped[str] = mapped_column(sa.Text, default="")
    registration_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registration.id"))

    study_day: Mapped[StudyDay] = relationship()

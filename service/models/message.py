"""The outbox: one row per mail, committed with what it reports; what was sent is kept as sent."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base

DUE = sa.text("state = 'queued'")
UNHEARD = sa.text("state IN ('failed', 'bounced') AND dismissed_at IS NULL")
DEAD = frozenset({"failed", "bounced"})
"""States of a mail that did not reach its receiver: an alarm until somebody dismisses it."""
SECRET = frozenset({"sign_in"})
"""Letters that let whoever reads them in: their text is never stored, and their token leaves the facts at the end."""


class Message(Base):
    """A mail that is to go, is going or went: which letter, to whom, and the facts decided when it was written.

    ``state``: queued, sending (claimed), sent, bounced (taken, and reported undeliverable later), failed (given up or
    refused), suppressed (never to be sent: history that was loaded, or what it would say has ended). ``due_at`` is when
    it may go next; ``claimed_at`` lets a claim be taken back. ``quiet_zone`` is whose nights it keeps to (None: it goes
    at any hour). ``occasion`` names what may be written about once and no more; ``dismissed_at`` is when somebody has
    seen that it failed and wants to hear no more of it.
    """

    __tablename__ = "message"
    __table_args__ = (
        sa.Index("ix_message_due_at", "due_at", sqlite_where=DUE, postgresql_where=DUE),
        sa.Index(
            "ix_message_claimed_at",
            "claimed_at",
            sqlite_where=sa.text("state = 'sending'"),
            postgresql_where=sa.text("state = 'sending'"),
        ),
        sa.Index("ix_message_unheard_study_day_id", "study_day_id", sqlite_where=UNHEARD, postgresql_where=UNHEARD),
        sa.Index(
            "uq_message_occasion",
            "occasion",
            unique=True,
            sqlite_where=sa.text("occasion IS NOT NULL"),
            postgresql_where=sa.text("occasion IS NOT NULL"),
        ),
        sa.Index("ix_message_registration_id", "registration_id"),
        sa.Index(
            "ix_message_bulk_mail_id",
            "bulk_mail_id",
            sqlite_where=sa.text("bulk_mail_id IS NOT NULL"),
            postgresql_where=sa.text("bulk_mail_id IS NOT NULL"),
        ),
        sa.Index("ix_message_study_day_id_id", "study_day_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organiser.id"))  # None: to staff of several
    study_day_id: Mapped[int | None] = mapped_column(sa.ForeignKey("study_day.id"))
    registration_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registration.id"))
    letter: Mapped[str] = mapped_column(sa.String(30))
    language: Mapped[str] = mapped_column(sa.String(2))
    recipient: Mapped[str] = mapped_column(sa.String(254))
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(sa.String(10), default="queued")
    attempts: Mapped[int] = mapped_column(default=0)
    claimed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(sa.Text, default="")
    quiet_zone: Mapped[str | None] = mapped_column(sa.String(64))
    occasion: Mapped[str | None] = mapped_column(sa.String(120))
    bulk_mail_id: Mapped[int | None] = mapped_column(sa.ForeignKey("bulk_mail.id"))
    dismissed_at: Mapped[datetime | None]


class MessageSource(Base):
    """The mail as it was sent: rendered once, before the first attempt, so that every attempt is byte-identical.

    ``source`` is empty where the letter is ``SECRET``: nobody may read a mail that lets another person in.
    """

    __tablename__ = "message_source"
    __table_args__ = (sa.Index("ix_message_source_message_header_id", "message_header_id"),)

    message_id: Mapped[int] = mapped_column(sa.ForeignKey("message.id", ondelete="CASCADE"), primary_key=True)
    message_header_id: Mapped[str] = mapped_column(sa.String(200))  # Message-ID
    subject: Mapped[str] = mapped_column(sa.Text)
    source: Mapped[bytes] = mapped_column(sa.LargeBinary)


class BulkMail(Base):
    """A mail that staff wrote to many: to whom, in their words (``{language: text}``), kept for the history."""

    __tablename__ = "bulk_mail"
    __table_args__ = (sa.Index("ix_bulk_mail_study_day_id", "study_day_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    study_day_id: Mapped[int] = mapped_column(sa.ForeignKey("study_day.id"))
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    created_at: Mapped[datetime]
    selection: Mapped[str] = mapped_column(sa.String(30))
    subject: Mapped[dict[str, str]]
    text: Mapped[dict[str, str]]
    recipients: Mapped[int]
    form_key: Mapped[str] = mapped_column(sa.String(40), unique=True)  # a form that is sent twice is one mail

"""What happened, append-only; and the small tables that keep requests and the worker honest."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class History(Base):
    """Who did what, when and why. Triggers refuse UPDATE and DELETE, so nothing personal belongs in here."""

    __tablename__ = "history"
    __table_args__ = (
        sa.Index("ix_history_study_day_id_id", "study_day_id", "id"),
        sa.Index("ix_history_registration_id", "registration_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    action: Mapped[str] = mapped_column(sa.String(40))
    actor: Mapped[str] = mapped_column(sa.String(10))  # attendee, staff, system
    channel: Mapped[str] = mapped_column(sa.String(10))  # form, link, desk, api, command, worker, calendar
    staff_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))
    organiser_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organiser.id"))
    study_day_id: Mapped[int | None] = mapped_column(sa.ForeignKey("study_day.id"))
    registration_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registration.id"))
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    facts: Mapped[dict[str, Any]] = mapped_column(default=dict)


class IdempotencyKey(Base):
    """The answer to a POST that named itself, so that the same question gets the same answer."""

    __tablename__ = "idempotency_key"
    __table_args__ = (sa.Index("ix_idempotency_key_created_at", "created_at"),)

    key_hash: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # caller, method, path and key
    body_hash: Mapped[str] = mapped_column(sa.String(64))
    status: Mapped[int]
    headers: Mapped[dict[str, str]]
    body: Mapped[str] = mapped_column(sa.Text)
    created_at: Mapped[datetime]


class Heartbeat(Base):
    """When a process was last seen; ``readyz`` reads it."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    at: Mapped[datetime]


class RateLimit(Base):
    """How often something rare was tried in the present window: sign-in links asked for, tokens guessed."""

    __tablename__ = "rate_limit"
    __table_args__ = (sa.Index("ix_rate_limit_expires_at", "expires_at"),)

    key: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    hits: Mapped[int]
    expires_at: Mapped[datetime]


class Reminded(Base):
    """A reminder that has gone: of which kind, about what (``domain.reminders``), when, and to how many people.

    The row is inserted in the transaction that queues its letters, and before them: of two workers one gets it.
    """

    __tablename__ = "reminded"

    study_day_id: Mapped[int] = mapped_column(sa.ForeignKey("study_day.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    about: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    at: Mapped[datetime]
    people: Mapped[int] = mapped_column(default=0)

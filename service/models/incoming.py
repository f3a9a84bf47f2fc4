"""What reached the mailbox, and how far it has been read; nothing that arrives is dropped (rules.md 5)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base

WAITING = sa.text("state = 'waiting'")


class IncomingMail(Base):
    """One mail that was read, once: ``identity`` is the hash of its Message-ID, or of its content where it has none.

    ``kind``: reply (to an invitation), late_request, bounce, automatic, other, unreadable. ``outcome``: what was made
    of it, one word. ``state``: done, or waiting for a person on the desk. What hangs on it is named by its rows.
    """

    __tablename__ = "incoming_mail"
    __table_args__ = (
        sa.Index(
            "ix_incoming_mail_waiting_organiser_id", "organiser_id", sqlite_where=WAITING, postgresql_where=WAITING
        ),
        sa.Index("ix_incoming_mail_registration_id", "registration_id"),
        sa.Index("ix_incoming_mail_study_day_id", "study_day_id"),
        sa.Index("ix_incoming_mail_late_request_id", "late_request_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    identity: Mapped[str] = mapped_column(sa.String(64), unique=True)
    received_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(sa.String(20))
    outcome: Mapped[str] = mapped_column(sa.String(40))
    state: Mapped[str] = mapped_column(sa.String(10), default="done")
    folder: Mapped[str] = mapped_column(sa.String(100), default="")  # where in the mailbox it lies now
    organiser_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organiser.id"))
    study_day_id: Mapped[int | None] = mapped_column(sa.ForeignKey("study_day.id"))
    registration_id: Mapped[int | None] = mapped_column(sa.ForeignKey("registration.id"))
    late_request_id: Mapped[int | None] = mapped_column(sa.ForeignKey("late_request.id"))  # whose conversation it is in
    message_id: Mapped[int | None] = mapped_column(sa.ForeignKey("message.id"))  # ours, which bounced
    message_header_id: Mapped[str] = mapped_column(sa.String(300), default="")  # its own Message-ID, to thread under
    sender: Mapped[str] = mapped_column(sa.String(254), default="")
    sender_name: Mapped[str] = mapped_column(sa.String(200), default="")
    subject: Mapped[str] = mapped_column(sa.String(300), default="")
    text: Mapped[str] = mapped_column(sa.Text, default="")  # plain, made from HTML where there was nothing else
    decided_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(sa.ForeignKey("staff.id"))


class MailboxState(Base):
    """How far a folder has been read: mails up to ``last_uid`` are known, as long as UIDVALIDITY stays (RFC 9051)."""

    __tablename__ = "mailbox_state"

    name: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    uid_validity: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    last_uid: Mapped[int] = mapped_column(sa.BigInteger, default=0)
    polled_at: Mapped[datetime | None]
    claimed_at: Mapped[datetime | None]  # by the worker that reads it now
    error: Mapped[str] = mapped_column(sa.Text, default="")
    failing_since: Mapped[datetime | None]

"""What is wrong with mail: dead letters that nobody has dismissed yet, and mail that leaves late.

Each statement finds its rows by a partial index, which both databases only use for literals.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from service.models import MailboxState, Message

STALE: Final = timedelta(days=30)
"""A letter that is older is not reported any more, dismissed or not."""
LATE: Final = timedelta(minutes=15)
MOST: Final = 100

UNHEARD: Final = (
    Message.state.in_([sa.literal_column("'failed'"), sa.literal_column("'bounced'")]),
    Message.dismissed_at.is_(None),
)
"""Dead letters: given up, refused, or reported undeliverable later; and nobody has said that they have seen it."""
_QUEUED: Final = Message.state == sa.literal_column("'queued'")
_SENDING: Final = Message.state == sa.literal_column("'sending'")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A mail that did not reach its receiver; ``error`` holds the server's words, or why it could not be written."""

    id: int
    study_day_id: int | None
    registration_id: int | None
    letter: str
    recipient: str
    state: str
    error: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LateMail:
    """How many mails should have left a quarter of an hour ago; the first was due at ``since``.

    ``words``: what stands in their way, where the worker has said so.
    """

    count: int
    since: datetime
    words: str


_DEAD: Final = sa.select(*(getattr(Message, name) for name in DeadLetter.__dataclass_fields__)).where(*UNHEARD)


def dead_letters(session: Session, study_day_ids: Collection[int], *, now: datetime) -> Sequence[DeadLetter]:
    """Those of some study days, the newest first, ``MOST`` at most."""
    return _dead(session, Message.study_day_id.in_(study_day_ids), now=now)


def dead_letters_to_staff(session: Session, *, now: datetime) -> Sequence[DeadLetter]:
    """Those that are about no study day: links to sign in."""
    return _dead(session, Message.study_day_id.is_(None), now=now)


def late_mail(session: Session, *, now: datetime) -> LateMail | None:
    """What should have left ``LATE`` ago: a mail server is away or slow, or no worker runs. None where all is well."""
    limit = now - LATE
    parts = [
        sa.select(sa.func.count().label("mails"), sa.func.min(at).label("since")).where(state, at <= limit)
        for state, at in ((_QUEUED, Message.due_at), (_SENDING, Message.claimed_at))
    ]
    found = [row for row in session.execute(sa.union_all(*parts)) if row.mails]
    if not found:
        return None
    said = sa.select(Message.error).where(_QUEUED, Message.due_at <= limit, Message.error != "")
    words = session.execute(said.order_by(Message.due_at).limit(1)).scalar_one_or_none() or ""
    return LateMail(count=sum(row.mails for row in found), since=min(row.since for row in found), words=words)


def mail_in_figures(connection: Connection, *, now: datetime) -> dict[str, int]:
    """For whoever watches the service: dead letters, and how many seconds ago the first waiting mail was due."""
    failed = sa.select(sa.func.count()).where(*UNHEARD, Message.created_at > now - STALE)
    oldest = sa.select(sa.func.min(Message.due_at)).where(_QUEUED, Message.due_at <= now)
    first: datetime | None = connection.execute(oldest).scalar_one()
    age = int((now - first).total_seconds()) if first is not None else 0
    return {"failed": connection.execute(failed).scalar_one(), "oldest_due_seconds": age}


def mailbox_in_figures(connection: Connection, *, now: datetime) -> dict[str, int]:
    """For whoever watches the service: for how many seconds the mailbox could not be read; 0 where it can."""
    since: datetime | None = connection.execute(sa.select(sa.func.min(MailboxState.failing_since))).scalar_one()
    return {"mailbox_unread_seconds": int((now - since).total_seconds()) if since is not None else 0}


def _dead(session: Session, which: sa.ColumnElement[bool], *, now: datetime) -> Sequence[DeadLetter]:
    wanted = _DEAD.where(which, Message.created_at > now - STALE).order_by(Message.id.desc()).limit(MOST)
    return [DeadLetter(**row._asdict()) for row in session.execute(wanted)]

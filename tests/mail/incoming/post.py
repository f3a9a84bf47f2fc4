"""Mails as they reach the mailbox, and what became of them."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from service.extensions import db
from service.mail.incoming.polling import Tally
from service.models import IncomingMail, MailboxState

Look = Callable[..., Tally | None]


def mail(number: int = 1, *more: str, body: str = "Graag nog een plaats.", sender: str = "an@example.org") -> bytes:
    """A plain one; ``more`` are further lines of its header."""
    head = (f"From: An <{sender}>", "To: events@studiedag.example", f"Message-ID: <{number}@example.org>")
    return "\n".join((*head, f"Subject: Vraag {number}", *more, "", body, "")).encode()


def rows(*columns: str) -> list[Any]:
    """Those columns of all mails that were filed, in their order; single values where there is one column."""
    db.session.rollback()
    wanted = sa.select(*(getattr(IncomingMail, name) for name in columns)).order_by(IncomingMail.id)
    found = db.session.execute(wanted).all()
    return [row[0] if len(columns) == 1 else tuple(row) for row in found]


def state(*columns: str) -> tuple[Any, ...]:
    """Those columns of the one mailbox; nothing where it was never looked into."""
    db.session.rollback()
    row = db.session.execute(sa.select(*(getattr(MailboxState, name) for name in columns))).one_or_none()
    return tuple(row or ())

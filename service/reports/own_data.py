"""All that is kept about one registration, for its own person to take along (rules.md 10)."""

from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Charge, CheckIn, History, IncomingMail, LateRequest, Message, Registration, Transfer

INTERNAL: Final = frozenset({"id", "study_day_id", "email_folded", "calendar_uid", "sequence"})
"""Columns that say nothing about a person: our own numbers, and what is kept twice."""


def own_data(session: Session, registration: Registration) -> dict[str, Any]:
    """Ready for JSON: what was typed, accepted and decided, which mails went out, who was told what and when.

    Of the mails that are filed with them only those from their own address: others are somebody else's words.
    """
    day = registration.study_day
    mails = _rows(session, IncomingMail, registration.id, "received_at", "sender", "subject", "text")
    columns = sa.inspect(Registration).column_attrs
    return {
        "study_day": {"slug": day.slug, "title": dict(day.title), "starts_at": _plain(day.starts_at)},
        "registration": {
            column.key: _plain(getattr(registration, column.key)) for column in columns if column.key not in INTERNAL
        },
        "mails_received": [mail for mail in mails if mail["sender"] == registration.email_folded],
        "mails": _rows(session, Message, registration.id, "letter", "recipient", "created_at", "sent_at", "state"),
        "attendance": _rows(session, CheckIn, registration.id, "at", "undone"),
        "colleagues_asked": _rows(
            session, Transfer, registration.id, "email", "created_at", "accepted_at", "withdrawn_at"
        ),
        "late_requests": _rows(session, LateRequest, registration.id, "created_at", "message", "status", "answer"),
        "fees": _rows(session, Charge, registration.id, "reason", "amount_cents", "status", "created_at", "evidence"),
        "history": _rows(session, History, registration.id, "at", "action", "actor", "channel", "reason"),
    }


def _rows(session: Session, model: Any, registration_id: int, *names: str) -> list[dict[str, Any]]:
    wanted = sa.select(*(getattr(model, name) for name in names)).where(model.registration_id == registration_id)
    rows = session.execute(wanted.order_by(model.id)).all()
    return [{name: _plain(value) for name, value in zip(names, row, strict=True)} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value

"""The only door for mail: a row that commits together with what it reports (house rule: outbox).

The row says which letter, to whom, and the facts that were decided at that moment (a SEQUENCE, a reason, an old
time); names, titles and times are read when the worker renders it. Nothing is rendered or sent in here.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.subject import Subject
from service.models import Message, Registration

INSERT = sa.insert(Message.__table__)  # type: ignore[arg-type]  # a mapped class's table is typed as FromClause


def row(
    letter: str,
    *,
    about: Subject,
    to: str,
    language: str,
    now: datetime,
    **facts: object,
) -> dict[str, Any]:
    """One message as the values of its row; ``facts`` are ready for JSON."""
    return {
        "letter": letter,
        "recipient": to,
        "language": language,
        "organiser_id": about.organiser_id,
        "study_day_id": about.study_day_id,
        "registration_id": about.registration_id,
        "facts": facts,
        "created_at": now,
        "due_at": now,
        "state": "queued",
        "attempts": 0,
        "error": "",
    }


def put(session: Session, *rows: dict[str, Any]) -> None:
    """Queue messages in the caller's transaction, in one statement."""
    if rows:
        session.execute(INSERT, list(rows))


def about(registration: Registration) -> Subject:
    """The subject of whatever happens to one registration."""
    return Subject(registration.study_day.organiser_id, registration.study_day_id, registration.id)


def answering(message_header_id: str, subject: str) -> dict[str, object]:
    """The facts that let a letter stand under the mail that it answers, in the mail program of whoever wrote it."""
    return {"answers": {"message_id": message_header_id, "subject": subject}}


def to_registrant(letter: str, registration: Registration, *, now: datetime, **facts: object) -> dict[str, Any]:
    """A message to the one who registered, in their language, with the SEQUENCE of their calendar entry."""
    return row(
        letter,
        about=about(registration),
        to=registration.email,
        language=registration.language,
        now=now,
        sequence=registration.sequence,
        **facts,
    )

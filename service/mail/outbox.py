"""The only door for mail: a row that commits together with what it reports (house rule: outbox).

The row says which letter, to whom, and the facts that were decided at that moment (a SEQUENCE, a reason, an old
time); names, titles and times are read when the worker renders it. Nothing is rendered or sent in here. When it may
leave, and whose nights it keeps to, is decided in here as well (``domain.quiet``).
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.quiet import Day, departure
from service.domain.subject import Subject
from service.models import Message, Registration

INSERT = sa.insert(Message.__table__)  # type: ignore[arg-type]  # a mapped class's table is typed as FromClause


def row(
    letter: str,
    *,
    about: Subject,
    to: str,
    language: str,
    day: Day | None = None,
    unasked: bool = False,
    now: datetime,
    **facts: object,
) -> dict[str, Any]:
    """One message as the values of its row; ``facts`` are ready for JSON.

    :param day: the study day, needed where the letter may have to wait for the morning.
    :param unasked: a letter that else answers its reader, who did nothing for it this time.
    """
    leaves = departure(letter, day, unasked=unasked, now=now)
    return {
        "letter": letter,
        "recipient": to,
        "language": language,
        "organiser_id": about.organiser_id,
        "study_day_id": about.study_day_id,
        "registration_id": about.registration_id,
        "facts": facts,
        "created_at": now,
        "due_at": leaves.at,
        "quiet_zone": leaves.zone,
        "state": "queued",
        "attempts": 0,
        "error": "",
    }


def at_once(message: dict[str, Any]) -> dict[str, Any]:
    """The same message, at any hour: whoever sends it says that it cannot wait for the morning."""
    return {**message, "due_at": message["created_at"], "quiet_zone": None}


def put(session: Session, *rows: dict[str, Any]) -> None:
    """Queue messages in the caller's transaction, in one statement."""
    if rows:
        session.execute(INSERT, list(rows))


def about(registration: Registration) -> Subject:
    """The subject of whatever happens to one registration."""
    return Subject(registration.study_day.organiser_id, registration.study_day_id, registration.id)


def answering(message_header_id: str, subject: str) -> dict[str, Any]:
    """The facts that let a letter stand under the mail that it answers, in the mail program of whoever wrote it."""
    return {"answers": {"message_id": message_header_id, "subject": subject}}


def to_registrant(
    letter: str, registration: Registration, *, unasked: bool = False, now: datetime, **facts: object
) -> dict[str, Any]:
    """A message to the one who registered, in their language, with the SEQUENCE of their calendar entry."""
    return row(
        letter,
        about=about(registration),
        to=registration.email,
        language=registration.language,
        day=registration.study_day,
        unasked=unasked,
        now=now,
        sequence=registration.sequence,
        **facts,
    )

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
from service.inserting import insert_into
from service.models import Message, Registration, StudyDay

_TABLE: sa.Table = Message.__table__  # type: ignore[assignment]  # declarative mapping makes tables
INSERT = sa.insert(_TABLE)


def row(
    letter: str,
    *,
    about: Subject,
    to: str,
    language: str,
    day: Day | None = None,
    by_clock: bool = False,
    now: datetime,
    **facts: object,
) -> dict[str, Any]:
    """One message as the values of its row; ``facts`` are ready for JSON.

    :param day: the study day, needed where the letter may have to wait for the morning.
    :param by_clock: a letter that else answers somebody, and this time follows from nothing but the time.
    """
    leaves = departure(letter, day, by_clock=by_clock, now=now)
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


def put_to_each(
    session: Session,
    letter: str,
    recipients: sa.Select[int, str, str],
    *,
    day: StudyDay,
    registrants: bool,
    occasion: str,
    now: datetime,
    **facts: object,
) -> int:
    """Queue one letter to each of many, in one statement; returns to how many.

    :param recipients: ids, addresses and languages of registrants, or of staff.
    :param occasion: with the id it names what is written about once and no more; who was written to is left out.
    """
    about = Subject(day.organiser_id, day.id)
    one = row(letter, about=about, to="", language="", day=day, by_clock=True, now=now, **facts)
    id, email, language = recipients.subquery().columns
    values: dict[str, Any] = {
        **{name: sa.literal(value, _TABLE.c[name].type) for name, value in one.items()},
        "recipient": email,
        "language": language,
        "registration_id": id if registrants else sa.null(),
        "occasion": sa.literal(f"{occasion}:") + sa.cast(id, sa.String(20)),
    }
    insert = insert_into(_TABLE, session.get_bind())
    each = sa.select(*values.values()).order_by(id)
    statement = insert.from_select(list(values), each).on_conflict_do_nothing(
        index_elements=["occasion"], index_where=sa.text("occasion IS NOT NULL")
    )
    return len(session.execute(statement.returning(_TABLE.c.id)).all())


def about(registration: Registration) -> Subject:
    """The subject of whatever happens to one registration."""
    return Subject(registration.study_day.organiser_id, registration.study_day_id, registration.id)


def answering(message_header_id: str, subject: str) -> dict[str, Any]:
    """The facts that let a letter stand under the mail that it answers, in the mail program of whoever wrote it."""
    return {"answers": {"message_id": message_header_id, "subject": subject}}


def to_registrant(
    letter: str, registration: Registration, *, by_clock: bool = False, now: datetime, **facts: object
) -> dict[str, Any]:
    """A message to the one who registered, in their language, with the SEQUENCE of their calendar entry."""
    return row(
        letter,
        about=about(registration),
        to=registration.email,
        language=registration.language,
        day=registration.study_day,
        by_clock=by_clock,
        now=now,
        sequence=registration.sequence,
        **facts,
    )

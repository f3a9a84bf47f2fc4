"""Writing the history: the one place that inserts into it."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actions import Action
from service.domain.actors import Actor
from service.domain.subject import Subject
from service.models import History, StudyDay

INSERT = sa.insert(History.__table__)  # type: ignore[arg-type]  # a mapped class's table is typed as FromClause


def line(
    action: Action, about: Subject, *, actor: Actor, now: datetime, reason: str = "", **facts: object
) -> dict[str, Any]:
    """One line as the values of its row; ``facts`` hold nothing personal, for the line is never deleted."""
    return {
        "at": now,
        "action": action,
        "actor": actor.kind,
        "channel": actor.channel,
        "staff_id": actor.staff_id,
        "organiser_id": about.organiser_id,
        "study_day_id": about.study_day_id,
        "registration_id": about.registration_id,
        "reason": reason,
        "facts": facts,
    }


def record(session: Session, *lines: dict[str, Any]) -> None:
    """Append to the history in the caller's transaction, in one statement."""
    if lines:
        session.execute(INSERT, list(lines))


def of_day(day: StudyDay) -> Subject:
    """The subject of whatever happens to a study day as a whole."""
    return Subject(day.organiser_id, day.id)

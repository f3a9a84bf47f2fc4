"""Let a member of staff see in their own mail program what others would get."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.refusals import NotFound
from service.letters.writing import ABOUT
from service.mail import outbox
from service.models import Staff, StudyDay
from service.usecases.record import line, of_day, record


def try_letter(session: Session, study_day_id: int, letter: str, language: str, *, actor: Actor, now: datetime) -> None:
    """Queue a sample to the one who asks, and to nobody else; its links do nothing, and it has no calendar entry.

    :raises NotFound: there is no such study day, no letter of that name, or nobody on the staff who asks.
    """
    day = session.get(StudyDay, study_day_id)
    address = session.execute(sa.select(Staff.email).where(Staff.id == actor.staff_id)).scalar_one_or_none()
    if day is None or address is None or letter not in ABOUT:
        raise NotFound
    sample = outbox.row("test", about=of_day(day), to=address, language=language, now=now, sample=letter)
    outbox.put(session, sample)
    record(session, line("letter_tried", of_day(day), actor=actor, now=now, letter=letter))

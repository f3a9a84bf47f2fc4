"""Take a dead letter off the alarm: somebody has seen it and done what there was to do."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.refusals import Conflict, NotFound
from service.domain.subject import Subject
from service.models import Message
from service.models.message import DEAD
from service.usecases.record import line, record


def dismiss(session: Session, message_id: int, *, actor: Actor, now: datetime) -> Message:
    """Report it no more; it stays among the mails as what it is. A second time changes nothing.

    :raises NotFound: there is no such message.
    :raises Conflict: it has not failed.
    """
    message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None:
        raise NotFound
    if message.state not in DEAD:
        raise Conflict
    if message.dismissed_at is None:
        message.dismissed_at = now
        about = Subject(message.organiser_id, message.study_day_id, message.registration_id)
        record(session, line("alarm_dismissed", about, actor=actor, now=now, message=message.id, letter=message.letter))
    return message

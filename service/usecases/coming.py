"""Say that one is coming, when asked: the answer to a last call."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.refusals import AlreadyCancelled, NotConfirmed, StudyDayCancelled, StudyDayStarted
from service.domain.seats import Status
from service.domain.windows import on_time
from service.mail import outbox
from service.models import Registration
from service.usecases.record import line, record
from service.usecases.seating import lock_registration


def say_coming(session: Session, registration_id: int, *, actor: Actor, now: datetime) -> Registration:
    """Keep that somebody is coming; saying so again changes nothing, and binds nobody to anything.

    :raises StudyDayCancelled, AlreadyCancelled: there is no place any more.
    :raises NotConfirmed: there is none yet.
    :raises StudyDayStarted: nobody asks any more.
    """
    registration = lock_registration(session, registration_id)
    day = registration.study_day
    if registration.status == Status.CANCELLED:
        raise StudyDayCancelled(slug=day.slug) if day.cancelled_at else AlreadyCancelled
    if registration.status != Status.CONFIRMED:
        raise NotConfirmed
    if not on_time(now, day.starts_at):
        raise StudyDayStarted(slug=day.slug)
    if registration.coming_at is None:
        registration.coming_at = now
        registration.seen(now)
        record(session, line("coming", outbox.about(registration), actor=actor, now=now))
    return registration

"""Check somebody in, and take it back: append-only beside the one column that lists read (rules.md 7)."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.domain.actions import Action
from service.domain.actors import Actor
from service.domain.refusals import AlreadySignedOff, NotConfirmed, TooEarly
from service.domain.seats import Status
from service.domain.windows import check_in_from, on_time
from service.mail import outbox
from service.models import CheckIn, Registration
from service.usecases.record import line, record
from service.usecases.seating import lock_registration


def check_in(session: Session, registration_id: int, *, actor: Actor, now: datetime) -> Registration:
    """Somebody is here; a second time changes nothing and keeps the first instant.

    :raises NotConfirmed: only confirmed places can be checked in.
    :raises TooEarly: before 3 hours before the start (``from_when``).
    :raises AlreadySignedOff: what is wrong now is a correction.
    """
    registration = _lock(session, registration_id, now=now)
    if registration.checked_in_at is None:
        registration.checked_in_at = now
        _append(session, registration, undone=False, actor=actor, now=now)
    return registration


def undo_check_in(session: Session, registration_id: int, *, actor: Actor, now: datetime) -> Registration:
    """Take a check-in back; nothing happens where there is none.

    :raises NotConfirmed, TooEarly, AlreadySignedOff: as for checking in.
    """
    registration = _lock(session, registration_id, now=now)
    if registration.checked_in_at is not None:
        registration.checked_in_at = None
        _append(session, registration, undone=True, actor=actor, now=now)
    return registration


def _lock(session: Session, registration_id: int, *, now: datetime) -> Registration:
    registration = lock_registration(session, registration_id)
    day = registration.study_day
    if registration.status != Status.CONFIRMED:
        raise NotConfirmed
    opens = check_in_from(day.starts_at)
    if on_time(now, opens):
        raise TooEarly(from_when=opens)
    if day.signed_off_at is not None:
        raise AlreadySignedOff
    return registration


def _append(session: Session, registration: Registration, *, undone: bool, actor: Actor, now: datetime) -> None:
    session.add(CheckIn(registration_id=registration.id, at=now, staff_id=actor.staff_id, undone=undone))
    action: Action = "check_in_undone" if undone else "checked_in"
    record(session, line(action, outbox.about(registration), actor=actor, now=now))

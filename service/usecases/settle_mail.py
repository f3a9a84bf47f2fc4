"""What a person makes of a mail that waited for one (rules.md 5)."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.refusals import AlreadyDecided, InvalidInput, NotFound
from service.domain.subject import Subject
from service.models import IncomingMail, Registration
from service.usecases.admit import require_closed
from service.usecases.late_mail import open_request
from service.usecases.record import line, record
from service.usecases.seating import lock_day


def settle(session: Session, mail_id: int, *, actor: Actor, now: datetime) -> IncomingMail:
    """Somebody has seen to it.

    :raises NotFound: there is no such mail.
    :raises AlreadyDecided: it waits no longer.
    """
    mail = _waiting(session, mail_id)
    mail.state = "done"
    _write_down(session, mail, "done", actor=actor, now=now)
    return mail


def make_late_request(session: Session, mail_id: int, day_id: int, *, actor: Actor, now: datetime) -> IncomingMail:
    """It asks for a place on that study day; the organiser who says so answers it there, so nothing is acknowledged.

    :raises NotFound: there is no such mail, or no such study day of its organiser.
    :raises AlreadyDecided: it waits no longer.
    :raises InvalidInput: it names nobody who could be answered.
    :raises RegistrationNotOpen, RegistrationOpen, StudyDayOver, StudyDayCancelled: not the time for it.
    """
    mail = _waiting(session, mail_id)
    day = lock_day(session, day_id)
    if mail.organiser_id not in {None, day.organiser_id}:
        raise NotFound
    if "@" not in mail.sender:
        raise InvalidInput({"study_day": "not-an-address"})
    require_closed(day, now=now)
    open_request(session, mail, day, acknowledge=False, actor=actor, now=now)
    mail.outcome = "assigned"
    _write_down(session, mail, "late_request", actor=actor, now=now)
    return mail


def tie(session: Session, mail_id: int, registration_id: int, *, actor: Actor, now: datetime) -> IncomingMail:
    """It is from, or about, that person; it goes on waiting, for there is still something to do.

    :raises NotFound: there is no such mail, or no such registration with its organiser.
    :raises AlreadyDecided: it waits no longer.
    """
    mail = _waiting(session, mail_id)
    registration = session.get(Registration, registration_id)
    if registration is None or mail.organiser_id not in {None, registration.study_day.organiser_id}:
        raise NotFound
    day = registration.study_day
    mail.organiser_id, mail.study_day_id, mail.registration_id = day.organiser_id, day.id, registration.id
    about = Subject(day.organiser_id, day.id, registration.id)
    record(session, line("mail_filed", about, actor=actor, now=now, mail=mail.id, made="tied"))
    return mail


def _waiting(session: Session, mail_id: int) -> IncomingMail:
    mail = session.get(IncomingMail, mail_id, with_for_update=True, populate_existing=True)
    if mail is None:
        raise NotFound
    if mail.state != "waiting":
        raise AlreadyDecided
    return mail


def _write_down(session: Session, mail: IncomingMail, made: str, *, actor: Actor, now: datetime) -> None:
    mail.decided_at, mail.decided_by_id = now, actor.staff_id
    about = Subject(mail.organiser_id, mail.study_day_id, mail.registration_id)
    record(session, line("mail_filed", about, actor=actor, now=now, mail=mail.id, made=made))

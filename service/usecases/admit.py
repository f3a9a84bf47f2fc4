"""Late requests: asked for after closing, admitted or declined by hand (rules.md 5)."""

import secrets
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actions import Action
from service.domain.actors import Actor
from service.domain.questions import check_answers
from service.domain.refusals import (
    AlreadyDecided,
    AlreadyRegistered,
    Full,
    InvalidInput,
    NotFound,
    RegistrationNotOpen,
    RegistrationOpen,
    StudyDayCancelled,
    StudyDayOver,
    StudyDayStarted,
)
from service.domain.seats import Promotion, Status
from service.domain.windows import Phase, offer_lapses_at, on_time, phase
from service.inserting import INSERTS
from service.mail import outbox
from service.models import IncomingMail, LateRequest, Registration, StudyDay
from service.usecases.application import Application, accepted
from service.usecases.record import line, of_day, record
from service.usecases.seating import lock_day, seat

ASKED_BY = ("email", "email_folded", "first_name", "last_name", "language")
_ONE_EACH: dict[str, Any] = {
    "index_elements": ["study_day_id", "email_folded"],
    "index_where": sa.text("status = 'waiting'"),
}
_INSERT = {name: insert(LateRequest).on_conflict_do_nothing(**_ONE_EACH) for name, insert in INSERTS.items()}


def request_late(
    session: Session, slug: str, application: Application, message: str, *, actor: Actor, now: datetime
) -> LateRequest | None:
    """Put a request on the organiser's desk; None where the same address already has one waiting there.

    :raises NotFound, RegistrationNotOpen, RegistrationOpen, StudyDayOver, StudyDayCancelled: not the time for it.
    :raises InvalidInput: an answer to the study day's questions is missing or no answer.
    """
    day = session.execute(sa.select(StudyDay).where(StudyDay.slug == slug)).scalar_one_or_none()
    if day is None:
        raise NotFound
    require_closed(day, now=now)
    answers, wrong = check_answers(day.questions, application.answers)
    if wrong:
        raise InvalidInput(wrong)
    values = {**application.values(), "answers": answers}
    asked_by = {name: values.pop(name) for name in ASKED_BY}
    request_id = session.execute(
        _INSERT[session.get_bind().dialect.name].returning(LateRequest.id),
        {
            "study_day_id": day.id,
            "status": "waiting",
            "channel": actor.channel,
            "created_at": now,
            "message": message,
            "details": values,
            **asked_by,
        },
    ).scalar_one_or_none()
    if request_id is None:
        return None
    request = session.get_one(LateRequest, request_id)
    answer_asker(session, request, "late_request_received", "late_request", actor=actor, now=now)
    return request


def admit(
    session: Session, request_id: int, message: str = "", *, over_capacity: bool, actor: Actor, now: datetime
) -> Registration:
    """Offer a place to a late-comer, with the organiser's own words if there are any; beyond the capacity if said so.

    The offer goes to the address that asked, since whoever reads it can accept.

    :raises NotFound, AlreadyDecided: nothing to admit.
    :raises Full: no seat is left and ``over_capacity`` was not said.
    :raises AlreadyRegistered: that address holds a place, or waits for one, already.
    :raises StudyDayStarted: less than two hours before the start no offer can be accepted any more.
    """
    request = _lock_request(session, request_id)
    day = request.study_day
    if day.cancelled_at:
        raise StudyDayCancelled(slug=day.slug)
    lapses_at = offer_lapses_at(day.starts_at, day.offer_hours, now=now)
    if lapses_at is None:
        raise StudyDayStarted(slug=day.slug)
    if day.seats.full and not over_capacity:
        raise Full
    taken = sa.select(Registration.id).where(
        Registration.study_day_id == day.id,
        Registration.email_folded == request.email_folded,
        Registration.status != Status.CANCELLED,
    )
    if session.execute(taken).first():
        raise AlreadyRegistered
    registration = Registration(
        **request.details,
        **{name: getattr(request, name) for name in ASKED_BY},
        **accepted(day.terms, request.language, now=now),
        study_day=day,
        status=Status.OFFERED,
        calendar_uid=secrets.token_urlsafe(18),
        sequence=0,
        created_at=now,
    )
    session.add(registration)
    day.taken += 1
    session.flush()
    _decide(request, "admitted", actor=actor, now=now)
    request.registration_id, request.answer = registration.id, message
    over = day.capacity is not None and day.taken > day.capacity
    facts = {"late_request": request.id, "over_capacity": over}
    offer = Promotion(Status.OFFERED, lapses_at)
    answers = {"late_request": request.id, **_thread(session, request.id)}
    seat(session, registration, offer, letter="admitted", actor=actor, now=now, facts=facts, answers=answers)
    return registration


def decline(session: Session, request_id: int, message: str, *, actor: Actor, now: datetime) -> LateRequest:
    """Say no, with a short mail that carries the organiser's own words if there are any.

    :raises NotFound, AlreadyDecided: nothing to decline.
    """
    request = _lock_request(session, request_id)
    _decide(request, "declined", actor=actor, now=now)
    request.answer = message
    answer_asker(session, request, "declined", "declined", actor=actor, now=now)
    return request


def require_closed(day: StudyDay, *, now: datetime) -> None:
    """Late requests are made from closing until the start.

    :raises NotFound, RegistrationNotOpen, RegistrationOpen, StudyDayOver, StudyDayCancelled: not the time for it.
    """
    match phase(day.window, full=False, now=now):
        case Phase.DRAFT:
            raise NotFound
        case Phase.CANCELLED:
            raise StudyDayCancelled(slug=day.slug, mailbox=day.mailbox)
        case Phase.ANNOUNCED:
            raise RegistrationNotOpen(slug=day.slug, opens_at=day.opens_at)
        case Phase.OPEN | Phase.FULL:
            raise RegistrationOpen(slug=day.slug)
        case _:
            if not on_time(now, day.starts_at):
                raise StudyDayOver(slug=day.slug)


def _lock_request(session: Session, request_id: int) -> LateRequest:
    day_id = session.execute(
        sa.select(LateRequest.study_day_id).where(LateRequest.id == request_id)
    ).scalar_one_or_none()
    if day_id is None:
        raise NotFound
    lock_day(session, day_id)
    request = session.get_one(LateRequest, request_id, populate_existing=True)
    if request.status != "waiting":
        raise AlreadyDecided
    return request


def _decide(request: LateRequest, status: str, *, actor: Actor, now: datetime) -> None:
    request.status, request.decided_at, request.decided_by_id = status, now, actor.staff_id


def _thread(session: Session, request_id: int) -> dict[str, Any]:
    """The last mail of the conversation, to stand under; nothing where a form was all there was."""
    mails = sa.select(IncomingMail).where(IncomingMail.late_request_id == request_id)
    mail = session.execute(mails.order_by(IncomingMail.id.desc()).limit(1)).scalar_one_or_none()
    return outbox.answering(mail.message_header_id, mail.subject) if mail else {}


def answer_asker(
    session: Session, request: LateRequest, letter: str, action: Action, *, actor: Actor, now: datetime
) -> None:
    """A letter about their request: under the last mail of the conversation, and to the address that asked.

    Not to whoever wrote last: anybody with whom the asker shared our letter can answer it.
    """
    day, to, language = session.get_one(StudyDay, request.study_day_id), request.email, request.language
    about, facts = of_day(day), {"late_request": request.id, **_thread(session, request.id)}
    outbox.put(session, outbox.row(letter, about=about, to=to, language=language, day=day, now=now, **facts))
    record(session, line(action, about, actor=actor, now=now, late_request=request.id))

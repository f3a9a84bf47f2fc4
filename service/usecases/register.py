"""Sign up for a study day: the hot path, so Core statements and one durable transaction (rules.md 2, 3, 4)."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.questions import check_answers
from service.domain.refusals import (
    Conflict,
    Full,
    InvalidInput,
    NotFound,
    RegistrationClosed,
    RegistrationNotOpen,
    StudyDayCancelled,
    StudyDayOver,
)
from service.domain.seats import Status, place_for_newcomer
from service.domain.subject import Subject
from service.domain.terms import Terms
from service.domain.windows import Phase, Window, on_time, phase
from service.mail import outbox
from service.usecases import record
from service.usecases.application import Application, accepted
from service.usecases.second_sign_up import answer_again, clicked_twice
from service.usecases.sign_up_rows import DayRow, closed_by_hand, count, insert, move, read_day, seats

IN_FLIGHT = timedelta(minutes=1)
"""Longer than any request lives: ``now`` of a sign-up that waited for a lock is at most this long ago."""


def register(session: Session, slug: str, application: Application, *, actor: Actor, now: datetime) -> Status:
    """Make one registration, with its history and its mail; returns where a newcomer stands now.

    Somebody who is registered already gets the same answer, and a mail (rules.md 3). The counters on the study day
    are touched last, by a conditional UPDATE, so that people signing up for the same day wait for each other as
    briefly as possible, and so that a close or the last seat that was committed meanwhile still counts.

    :raises NotFound, RegistrationNotOpen, RegistrationClosed, StudyDayOver, StudyDayCancelled: outside the window.
    :raises Full: no seat and no waiting list.
    :raises InvalidInput: an answer to the study day's questions is missing or no answer.
    :raises TermsChanged: they are stricter now than those that the form showed.
    """
    session.flush()  # the seat is counted past the session, which must not write an older count over it afterwards
    connection = session.connection()
    day = read_day(connection, slug)
    require_open(connection, day, now=now)
    answers, wrong = check_answers(day.questions, application.answers)
    if wrong:
        raise InvalidInput(wrong)
    application.require_shown(Terms(day.fee_cents, day.free_cancellation_until))
    application = replace(application, answers=answers)
    try:
        status = place_for_newcomer(seats(day))
    except Full:
        if place := clicked_twice(session, day, application, now=now):
            return place
        raise
    values = _values(day, application, status, now=now)
    registration_id = insert(connection, values)
    if registration_id is None:
        if place := answer_again(session, day, application, status, now=now):
            return place
        registration_id = insert(connection, values)  # theirs was cancelled between the two statements
    if registration_id is None:
        raise Conflict
    about = Subject(day.organiser_id, day.id, registration_id)
    letter = outbox.row(
        status.value, about=about, to=application.email, language=application.language, now=now, sequence=0
    )
    connection.execute(outbox.INSERT, letter)
    connection.execute(record.INSERT, record.line("registered", about, actor=actor, now=now, status=status))
    if count(connection, day, status):
        return status
    return _second_try(connection, slug, about, registration_id, actor=actor, now=now)


def require_open(connection: Connection, day: DayRow, *, now: datetime) -> None:
    """Refuse outside the window; the refusal leads on (rules.md 2, 5).

    A sign-up may have been under way, waiting for a lock, while somebody closed the registration by hand: by its own
    ``now`` it came before that close, which is committed all the same. It comes too late.
    """
    window = Window(
        day.starts_at, day.ends_at, day.closes_at, day.opens_at, day.published, day.cancelled_at is not None
    )
    match phase(window, full=False, now=now):
        case Phase.DRAFT:
            raise NotFound
        case Phase.CANCELLED:
            raise StudyDayCancelled(slug=day.slug, mailbox=day.mailbox)
        case Phase.ANNOUNCED:
            raise RegistrationNotOpen(slug=day.slug, opens_at=day.opens_at)
        case Phase.OVER:
            raise StudyDayOver(slug=day.slug)
        case Phase.CLOSED:
            raise _closed(day, now=now)
        case _:
            if not on_time(now + IN_FLIGHT, day.closes_at) and closed_by_hand(connection, day):
                raise _closed(day, now=now)


def _closed(day: DayRow, *, now: datetime) -> RegistrationClosed:
    started = not on_time(now, day.starts_at)
    return RegistrationClosed(slug=day.slug, mailbox=day.mailbox, closes_at=day.closes_at, started=started)


def _values(day: DayRow, application: Application, status: Status, *, now: datetime) -> dict[str, Any]:
    return {
        **application.values(),
        **accepted(Terms(day.fee_cents, day.free_cancellation_until), application.language, now=now),
        "study_day_id": day.id,
        "status": status,
        "calendar_uid": secrets.token_urlsafe(18),
        "sequence": 0,
        "created_at": now,
        "seated_at": now if status is Status.CONFIRMED else None,
        "cancelled_reason": "",
    }


def _second_try(
    connection: Connection, slug: str, about: Subject, registration_id: int, *, actor: Actor, now: datetime
) -> Status:
    """Somebody else took the last seat, or the day was changed, since the first look: what was written moves along.

    The study day is locked this time, so there is no third state. A refusal from here rolls everything back.
    """
    day = read_day(connection, slug, lock=True)
    require_open(connection, day, now=now)
    status = place_for_newcomer(seats(day))
    move(connection, registration_id, status, now=now)
    connection.execute(record.INSERT, record.line("seat_gone_meanwhile", about, actor=actor, now=now, status=status))
    if not count(connection, day, status):
        raise Conflict
    return status

"""Sign up for a study day: the hot path, so Core statements and one durable transaction (rules.md 2, 3, 4)."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.questions import check_answers
from service.domain.refusals import (
    Conflict,
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
from service.domain.windows import Phase, Window, phase
from service.mail import outbox
from service.models import Message, Registration
from service.usecases import record
from service.usecases.application import Application, accepted, folded
from service.usecases.sign_up_rows import DayRow, count, insert, move, read_day, seats

SAME_ANSWER = timedelta(minutes=10)
"""Within this time the same form from the same address is a double click, not a second sign-up."""
ALREADY_MAIL_EVERY = timedelta(hours=1)
"""How often "you are already registered" goes to one registration: the form is no tool to bomb a mailbox with."""


def register(session: Session, slug: str, application: Application, *, actor: Actor, now: datetime) -> Status:
    """Make one registration, with its history and its mail; returns where a newcomer stands now.

    Somebody who is registered already gets the same answer, and a mail (rules.md 3). The counters on the study day
    are touched last, by a conditional UPDATE, so that people signing up for the same day wait for each other as
    briefly as possible, and so that a close or the last seat that was committed meanwhile still counts.

    :raises NotFound, RegistrationNotOpen, RegistrationClosed, StudyDayOver, StudyDayCancelled: outside the window.
    :raises Full: no seat and no waiting list.
    :raises InvalidInput: an answer to the study day's questions is missing or no answer.
    """
    connection = session.connection()
    day = read_day(connection, slug)
    require_open(day, now=now)
    answers, wrong = check_answers(day.questions, application.answers)
    if wrong:
        raise InvalidInput(wrong)
    application = replace(application, answers=answers)
    status = place_for_newcomer(seats(day))
    registration_id = insert(connection, _values(day, application, status, now=now))
    if registration_id is None:
        _already_registered(session, day, application, now=now)
        return status
    about = Subject(day.organiser_id, day.id, registration_id)
    letter = outbox.row(
        status.value, about=about, to=application.email, language=application.language, now=now, sequence=0
    )
    connection.execute(outbox.INSERT, letter)
    connection.execute(record.INSERT, record.line("registered", about, actor=actor, now=now, status=status))
    if count(connection, day, status, now=now):
        return status
    return _second_try(connection, slug, about, actor=actor, now=now)


def require_open(day: DayRow, *, now: datetime) -> None:
    """Refuse outside the window; the refusal leads on (rules.md 2, 5)."""
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
            raise RegistrationClosed(
                slug=day.slug, mailbox=day.mailbox, closes_at=day.closes_at, started=now >= day.starts_at
            )
        case _:
            return


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


def _second_try(connection: Connection, slug: str, about: Subject, *, actor: Actor, now: datetime) -> Status:
    """Somebody else took the last seat, or the day was closed, since the first look: what was written moves along.

    A refusal from here rolls everything back. The first count has waited for whoever held the row of the study day, so
    what is read now is what they committed; a third state within one sign-up is refused, and the next try is right.

    :raises Conflict: the seats changed once more.
    """
    day = read_day(connection, slug)
    require_open(day, now=now)
    status = place_for_newcomer(seats(day))
    if about.registration_id is not None:
        move(connection, about.registration_id, status, now=now)
    connection.execute(record.INSERT, record.line("seat_gone_meanwhile", about, actor=actor, now=now))
    if not count(connection, day, status, now=now):
        raise Conflict
    return status


def _already_registered(session: Session, day: DayRow, application: Application, *, now: datetime) -> None:
    """Tell the address, not the screen; a double click tells nobody (rules.md 3)."""
    existing = session.execute(
        sa.select(Registration).where(
            Registration.study_day_id == day.id,
            Registration.email_folded == folded(application.email),
            Registration.status != Status.CANCELLED,
        )
    ).scalar_one_or_none()
    if existing is None:  # cancelled between the two statements: the next try will make a row
        return
    same = all(getattr(existing, name) == value for name, value in application.values().items() if name != "email")
    if same and now - existing.created_at < SAME_ANSWER:
        return
    told = session.execute(
        sa.select(Message.id).where(
            Message.registration_id == existing.id,
            Message.letter == "already_registered",
            Message.created_at > now - ALREADY_MAIL_EVERY,
        )
    ).first()
    if told is None:
        outbox.put(session, outbox.to_registrant("already_registered", existing, now=now))

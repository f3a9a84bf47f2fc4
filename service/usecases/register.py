"""Sign up for a study day: the hot path, so Core statements and one durable transaction (rules.md 2, 3, 4)."""

import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol, cast

import sqlalchemy as sa
from sqlalchemy import CursorResult
from sqlalchemy.dialects import postgresql, sqlite
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
from service.domain.seats import Seats, Status, place_for_newcomer
from service.domain.subject import Subject
from service.domain.windows import Phase, Window, phase
from service.mail import outbox
from service.models import Message, Registration, StudyDay
from service.usecases.application import Application, accepted, folded
from service.usecases.record import line, record

SAME_ANSWER = timedelta(minutes=10)
"""Within this time the same form from the same address is a double click, not a second sign-up."""
ALREADY_MAIL_EVERY = timedelta(hours=1)
"""How often "you are already registered" goes to one registration: the form is no tool to bomb a mailbox with."""

_day = StudyDay.__table__
_registration = Registration.__table__
DAY = sa.select(
    *(
        _day.c[name]
        for name in [
            "id",
            "organiser_id",
            "slug",
            "published",
            "cancelled_at",
            "opens_at",
            "closes_at",
            "starts_at",
            "ends_at",
            "capacity",
            "taken",
            "waiting",
            "waiting_list",
            "fee_cents",
            "free_cancellation_until",
            "free_again_until",
            "questions",
            "mailbox",
        ]
    )
).where(_day.c.slug == sa.bindparam("slug"))
INSERT = {
    "sqlite": sqlite.insert(Registration)
    .on_conflict_do_nothing(
        index_elements=["study_day_id", "email_folded"], index_where=sa.text("status <> 'cancelled'")
    )
    .returning(_registration.c.id),
    "postgresql": postgresql.insert(Registration)
    .on_conflict_do_nothing(
        index_elements=["study_day_id", "email_folded"], index_where=sa.text("status <> 'cancelled'")
    )
    .returning(_registration.c.id),
}
_STILL_OPEN = (
    _day.c.id == sa.bindparam("day"),
    _day.c.closes_at > sa.bindparam("at", type_=_day.c.closes_at.type),
    _day.c.cancelled_at.is_(None),
    _day.c.published,
)
TAKE_SEAT = (
    sa.update(StudyDay)
    .where(
        *_STILL_OPEN, sa.or_(_day.c.capacity.is_(None), sa.and_(_day.c.taken < _day.c.capacity, _day.c.waiting == 0))
    )
    .values(taken=_day.c.taken + 1)
    .execution_options(synchronize_session=False)
)
JOIN_QUEUE = (
    sa.update(StudyDay)
    .where(*_STILL_OPEN, _day.c.waiting_list)
    .values(waiting=_day.c.waiting + 1)
    .execution_options(synchronize_session=False)
)


class _Day(Protocol):
    """The columns that ``DAY`` selects."""

    id: int
    organiser_id: int
    slug: str
    published: bool
    cancelled_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    taken: int
    waiting: int
    waiting_list: bool
    fee_cents: int
    free_cancellation_until: datetime
    free_again_until: datetime | None
    questions: list[Any]
    mailbox: str


def register(session: Session, slug: str, application: Application, *, actor: Actor, now: datetime) -> Status:
    """Make one registration, with its history and its mail; returns where a newcomer stands now.

    Somebody who is registered already gets the same answer, and a mail (rules.md 3). The counters on the study day
    are touched last, by a conditional UPDATE, so that people signing up for the same day wait for each other as
    briefly as possible, and so that a close or the last seat that was committed meanwhile still counts.

    :raises NotFound, RegistrationNotOpen, RegistrationClosed, StudyDayOver, StudyDayCancelled: outside the window.
    :raises Full: no seat and no waiting list.
    :raises InvalidInput: an answer to the study day's questions is missing or no answer.
    """
    day = _read(session, slug)
    require_open(day, now=now)
    answers, wrong = check_answers(day.questions, application.answers)
    if wrong:
        raise InvalidInput(wrong)
    application = replace(application, answers=answers)
    status = place_for_newcomer(_seats(day))
    registration_id = _insert(session, day, application, status, now=now)
    if registration_id is None:
        _already_registered(session, day, application, now=now)
        return status
    _report(session, day, application, registration_id, status, actor=actor, now=now)
    if _counted(session, day, status, now=now):
        return status
    return _second_try(session, slug, registration_id, actor=actor, now=now)


def require_open(day: _Day, *, now: datetime) -> None:
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


def _read(session: Session, slug: str) -> _Day:
    day: Any = session.execute(DAY, {"slug": slug}).one_or_none()
    if day is None:
        raise NotFound
    found: _Day = day
    return found


def _seats(day: _Day) -> Seats:
    return Seats(day.capacity, day.taken, day.waiting, day.waiting_list)


def _insert(session: Session, day: _Day, application: Application, status: Status, *, now: datetime) -> int | None:
    """The new row's id, or None where a live registration of that address is there already (also in a race)."""
    values = {
        **application.values(),
        **accepted(day.fee_cents, day.free_cancellation_until, now=now),
        "study_day_id": day.id,
        "status": status,
        "calendar_uid": secrets.token_urlsafe(18),
        "sequence": 0,
        "created_at": now,
        "seated_at": now if status is Status.CONFIRMED else None,
        "cancelled_reason": "",
    }
    registration_id: int | None = session.execute(INSERT[session.get_bind().dialect.name], values).scalar_one_or_none()
    return registration_id


def _counted(session: Session, day: _Day, status: Status, *, now: datetime) -> bool:
    """Whether the seat, or the place in the queue, was still to be had; takes it."""
    statement = TAKE_SEAT if status is Status.CONFIRMED else JOIN_QUEUE
    result = cast("CursorResult[Any]", session.execute(statement, {"day": day.id, "at": now}))
    return result.rowcount == 1


def _second_try(session: Session, slug: str, registration_id: int, *, actor: Actor, now: datetime) -> Status:
    """Somebody else took the last seat, or the day was closed, since the first look: what was written moves along.

    A refusal from here rolls everything back. The row of the study day is locked by the UPDATE that follows, so that
    a third state can only be a close.
    """
    day = _read(session, slug)
    require_open(day, now=now)
    status = place_for_newcomer(_seats(day))
    session.execute(
        sa.update(Registration)
        .where(Registration.id == registration_id)
        .values(status=status, seated_at=now if status is Status.CONFIRMED else None)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        sa.update(Message)
        .where(Message.registration_id == registration_id)
        .values(letter=status)
        .execution_options(synchronize_session=False)
    )
    about = Subject(day.organiser_id, day.id, registration_id)
    record(session, line("seat_gone_meanwhile", about, actor=actor, now=now))
    if not _counted(session, day, status, now=now):
        raise Conflict
    return status


def _report(
    session: Session,
    day: _Day,
    application: Application,
    registration_id: int,
    status: Status,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    about = Subject(day.organiser_id, day.id, registration_id)
    outbox.put(
        session,
        outbox.row(status.value, about=about, to=application.email, language=application.language, now=now, sequence=0),
    )
    record(session, line("registered", about, actor=actor, now=now, status=status))


def _already_registered(session: Session, day: _Day, application: Application, *, now: datetime) -> None:
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

"""Seats that become free: who gets them, and how (rules.md 4).

Every command but a sign-up locks the row of its study day first (``lock_day``), then touches registrations: one
order, so that no two commands wait for each other. On SQLite the write transaction itself is the lock.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import SYSTEM, Actor
from service.domain.quiet import heard_at
from service.domain.refusals import NotFound
from service.domain.seats import Promotion, Status, promotion
from service.domain.windows import on_time
from service.mail import outbox
from service.models import Registration, StudyDay
from service.usecases.record import line, record

WAITING: sa.ColumnClause[str] = sa.literal_column(f"'{Status.WAITING}'")
"""Not a parameter, so that a partial index is used."""


def lock_day(session: Session, day_id: int) -> StudyDay:
    """The study day, locked until the commit and read afresh.

    Sign-ups under way point at the row and may go on doing so (``key_share``); each waits at its last statement.

    :raises NotFound: there is no such study day.
    """
    day = session.execute(
        sa.select(StudyDay)
        .where(StudyDay.id == day_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()
    if day is None:
        raise NotFound
    return day


def lock_registration(session: Session, registration_id: int) -> Registration:
    """The registration, with its study day locked first; both read afresh.

    :raises NotFound: there is no such registration.
    """
    day_id = session.execute(
        sa.select(Registration.study_day_id).where(Registration.id == registration_id)
    ).scalar_one_or_none()
    if day_id is None:
        raise NotFound
    lock_day(session, day_id)
    return session.execute(
        sa.select(Registration)
        .where(Registration.id == registration_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


def free_seat(session: Session, day: StudyDay, *, by_clock: bool, now: datetime) -> None:
    """Give one taken seat back and pass it on at once; ``by_clock``: nobody gave it back, an offer has lapsed."""
    day.taken -= 1
    promote(session, day, by_clock=by_clock, now=now)


def promote(session: Session, day: StudyDay, *, by_clock: bool = False, now: datetime) -> None:
    """Give free seats to those who wait, in order of sign-up, until the start (rules.md 4)."""
    while day.waiting > 0 and (day.capacity is None or day.taken < day.capacity) and on_time(now, day.starts_at):
        first = session.execute(
            sa.select(Registration)
            .where(Registration.study_day_id == day.id, Registration.status == WAITING)
            .order_by(Registration.id)
            .limit(1)
            .with_for_update()
        ).scalar_one_or_none()
        if first is None:
            return
        heard = heard_at(day, now=now) if by_clock else now
        place = promotion(first.terms.free_until, day.starts_at, day.offer_hours, heard_at=heard, now=now)
        if place is None:
            return
        day.waiting -= 1
        day.taken += 1
        seat(session, first, place, letter=None, actor=SYSTEM, by_clock=by_clock, now=now)
        session.flush()


def seat(
    session: Session,
    registration: Registration,
    place: Promotion,
    *,
    letter: str | None,
    actor: Actor,
    by_clock: bool = False,
    now: datetime,
    facts: Mapping[str, object] | None = None,
    answers: Mapping[str, Any] | None = None,
) -> None:
    """Put somebody on a seat that was counted already, tell them, and write it down with ``facts``.

    :param answers: more facts for the letter about an offer: what it answers.
    """
    about = outbox.about(registration)
    registration.status = place.status
    registration.offered_until = place.lapses_at
    if place.status is Status.CONFIRMED:
        registration.seated_at = now
        registration.granted_free_until = place.free_until
        outbox.put(
            session,
            outbox.to_registrant(
                letter or "confirmed", registration, by_clock=by_clock, now=now, came_by="waiting_list"
            ),
        )
        record(session, line("promoted", about, actor=actor, now=now, reason="", **facts or {}))
    else:
        outbox.put(
            session, outbox.to_registrant(letter or "offer", registration, by_clock=by_clock, now=now, **answers or {})
        )
        record(session, line("offered", about, actor=actor, now=now, reason="", **facts or {}))

"""Close and reopen the registration, call the study day off (rules.md 2, 6)."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actions import Action
from service.domain.actors import Actor
from service.domain.fees import Channel
from service.domain.refusals import InvalidInput, RegistrationClosed, StudyDayCancelled, StudyDayOver
from service.domain.seats import Status
from service.domain.windows import Verdict, on_time
from service.mail import outbox
from service.models import Registration, StudyDay
from service.usecases.record import line, of_day, record
from service.usecases.seating import lock_day


def close(session: Session, day_id: int, *, reason: str, actor: Actor, now: datetime) -> StudyDay:
    """Close the registration now: the one limit becomes ``now``.

    :raises InvalidInput: no reason was given.
    :raises StudyDayCancelled, StudyDayOver, RegistrationClosed: there is nothing to close.
    """
    day = _lock(session, day_id, reason)
    if not on_time(now, day.closes_at):
        raise RegistrationClosed(slug=day.slug, mailbox=day.mailbox, closes_at=day.closes_at, started=False)
    limits = {"closes_at": now, "before": day.closes_at}
    day.closes_at = now
    if day.opens_at is not None and not on_time(day.opens_at, now):
        limits["opens_at"] = day.opens_at  # a limit of the past would be after the close; reopening opens at once
        day.opens_at = None
    day.revise(now=now)
    _write_down(session, "closed", day, reason, actor=actor, now=now, **limits)
    return day


def reopen(session: Session, day_id: int, *, until: datetime, reason: str, actor: Actor, now: datetime) -> StudyDay:
    """Set a new limit, after now and not after the start; also moves a limit that has not come yet.

    :raises InvalidInput: no reason, or a limit in the past, after the start or not after the opening.
    :raises StudyDayCancelled, StudyDayOver: there is nothing to reopen.
    """
    day = _lock(session, day_id, reason)
    if not on_time(now, day.starts_at):
        raise StudyDayOver(slug=day.slug)
    if not on_time(now, until):
        raise InvalidInput({"until": "not-in-future"})
    if until > day.starts_at:
        raise InvalidInput({"until": "closes-after-start"})
    if day.opens_at is not None and until <= day.opens_at:
        raise InvalidInput({"until": "opens-after-close"})
    before = day.closes_at
    day.closes_at = until
    day.revise(now=now)
    _write_down(session, "reopened", day, reason, actor=actor, now=now, closes_at=until, before=before)
    return day


def call_off(session: Session, day_id: int, *, reason: str, actor: Actor, now: datetime) -> StudyDay:
    """The day does not take place: everyone is told, calendars are cleared, nobody owes anything (rules.md 6).

    :raises InvalidInput: no reason was given.
    :raises StudyDayCancelled, StudyDayOver: there is nothing to call off.
    """
    day = _lock(session, day_id, reason)
    if not on_time(now, day.ends_at):
        raise StudyDayOver(slug=day.slug)
    live = session.execute(
        sa.select(Registration).where(Registration.study_day_id == day.id, Registration.status != Status.CANCELLED)
    ).scalars()
    letters, lines = [], []
    for registration in live.all():
        confirmed = registration.status == Status.CONFIRMED
        registration.cancelled_from, registration.status = registration.status, Status.CANCELLED
        registration.cancelled_at, registration.cancelled_by = now, actor.kind
        registration.cancelled_channel, registration.cancelled_verdict = Channel.CALLED_OFF, Verdict.ON_TIME
        registration.cancelled_reason = reason
        registration.sequence += 1
        letters.append(
            outbox.to_registrant("study_day_called_off", registration, now=now, calendar=confirmed, reason=reason)
        )
        lines.append(line("cancelled", outbox.about(registration), actor=actor, now=now, through=Channel.CALLED_OFF))
    outbox.put(session, *letters)
    record(session, *lines)
    day.cancelled_at = now
    day.taken = day.waiting = 0
    day.revise(now=now)
    record(session, line("called_off", of_day(day), actor=actor, now=now, reason=reason, told=len(letters)))
    return day


def _lock(session: Session, day_id: int, reason: str) -> StudyDay:
    if not reason.strip():
        raise InvalidInput({"reason": "required"})
    day = lock_day(session, day_id)
    if day.cancelled_at is not None:
        raise StudyDayCancelled(slug=day.slug, mailbox=day.mailbox)
    return day


def _write_down(
    session: Session, action: Action, day: StudyDay, reason: str, *, actor: Actor, now: datetime, **limits: datetime
) -> None:
    facts = {name: limit.isoformat() for name, limit in limits.items()}
    record(session, line(action, of_day(day), actor=actor, now=now, reason=reason, **facts))

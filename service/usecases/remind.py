"""Write what the clock asks for: last calls, practical reminders, requests to sign off (docs/decisions/0047)."""

from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.belgium import HOLIDAYS
from service.domain.actors import SYSTEM
from service.domain.reminders import Kind, Reminder, plan
from service.domain.roles import Role
from service.domain.seats import Status
from service.inserting import insert_into
from service.mail import outbox
from service.models import Message, Registration, Reminded, Staff, StaffRole, StudyDay
from service.usecases.record import line, of_day, record
from service.usecases.seating import lock_day

JUST_TOLD: Final = timedelta(days=2)
"""Who got a place within these days before a last call has just read its limit and its fee."""
CALLED_LATELY: Final = timedelta(days=7)
"""Nobody is called twice within a week, also where the limit was moved meanwhile."""
_CONFIRMED: sa.ColumnClause[str] = sa.literal_column(f"'{Status.CONFIRMED}'")
Recipients = sa.Select[int, str, str]
"""Who gets a letter: an id that tells them apart, an address, a language."""


def remind(session: Session, day_id: int, *, now: datetime) -> int:
    """Queue the reminders of a study day that are due and have not gone; returns how many letters.

    Two workers, a restart or a clock that jumps change nothing: what was written about once is written down.
    """
    day = lock_day(session, day_id)
    queued = 0
    for reminder in plan(day, HOLIDAYS):
        if reminder.due(now=now) and _first(session, day, reminder, now=now):
            people = _write(session, day, reminder, now=now)
            session.execute(sa.update(Reminded).where(*_same(day, reminder)).values(people=people))
            if people:
                facts: dict[str, Any] = {"letter": reminder.kind, "occasion": reminder.about, "told": people}
                record(session, line("reminded", of_day(day), actor=SYSTEM, now=now, **facts))
            queued += people
    return queued


def _first(session: Session, day: StudyDay, reminder: Reminder, *, now: datetime) -> bool:
    """Whether nobody has sent this reminder before, and nobody will after."""
    row = {"study_day_id": day.id, "kind": reminder.kind, "about": reminder.about, "at": now, "people": 0}
    insert = insert_into(Reminded, session.get_bind()).values(row)
    return session.execute(insert.on_conflict_do_nothing().returning(Reminded.kind)).first() is not None


def _same(day: StudyDay, reminder: Reminder) -> tuple[sa.ColumnElement[bool], ...]:
    return (Reminded.study_day_id == day.id, Reminded.kind == reminder.kind, Reminded.about == reminder.about)


def _write(session: Session, day: StudyDay, reminder: Reminder, *, now: datetime) -> int:
    occasion = f"{reminder.kind}:{reminder.about}"
    if reminder.kind is Kind.SIGN_OFF:
        if day.taken == 0:
            return 0
        occasion = f"{occasion}:{day.id}"
        return outbox.put_to_each(
            session,
            reminder.kind,
            _organisers(day),
            day=day,
            registrants=False,
            occasion=occasion,
            now=now,
            again=reminder.again,
        )
    people = _to_call(day, reminder, now=now) if reminder.kind is Kind.LAST_CALL else _expected(day, reminder.at)
    return outbox.put_to_each(session, reminder.kind, people, day=day, registrants=True, occasion=occasion, now=now)


def _expected(day: StudyDay, since: datetime) -> Recipients:
    """Everyone confirmed who has been so since then at least."""
    return sa.select(Registration.id, Registration.email, Registration.language).where(
        Registration.study_day_id == day.id, Registration.status == _CONFIRMED, Registration.seated_at <= since
    )


def _to_call(day: StudyDay, reminder: Reminder, *, now: datetime) -> Recipients:
    """Those whose own limit this is, who have not been told of it just now, and have not said that they are coming."""
    accepted, granted = Registration.terms_free_cancellation_until, Registration.granted_free_until
    lately = sa.exists().where(
        Message.study_day_id == day.id,
        Message.registration_id == Registration.id,
        Message.letter == Kind.LAST_CALL,
        Message.created_at > now - CALLED_LATELY,
    )
    people = _expected(day, min(reminder.at, now - JUST_TOLD)).where(Registration.coming_at.is_(None), ~lately)
    if reminder.limit is not None and reminder.limit < day.starts_at:
        people = people.where(accepted <= reminder.limit, sa.func.coalesce(granted, accepted) <= reminder.limit)
    if reminder.above is not None:
        people = people.where(sa.or_(accepted > reminder.above, granted > reminder.above))
    return people


def _organisers(day: StudyDay) -> Recipients:
    """The organiser's own people; where there are none, those who serve every organiser."""
    own = StaffRole.organiser_id == day.organiser_id, StaffRole.role == Role.ORGANISER.value
    somebody = sa.exists(sa.select(StaffRole.id).where(*own)).correlate(None)
    admin = sa.and_(StaffRole.role == Role.ADMIN.value, ~somebody)
    served = sa.select(StaffRole.staff_id).where(sa.or_(sa.and_(*own), admin))
    return sa.select(Staff.id, Staff.email, Staff.language).where(Staff.id.in_(served))

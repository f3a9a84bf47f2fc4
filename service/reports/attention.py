"""What the desk's list shows: the study days that want something of the organiser, those to come, those gone by.

A constant number of statements, however many study days and registrations there are; each state that is looked for has
a partial index, which both databases only use for a literal, not for a parameter.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, load_only

from service.models import LateRequest, Message, Organiser, Registration, StudyDay
from service.reports.alarms import STALE, UNHEARD

SOON: Final = timedelta(days=7)
FORGOTTEN: Final = timedelta(days=180)
"""A study day that ended longer ago is not asked about any more."""
PER_PAGE: Final = 20
MOST: Final = 50

Scope = Collection[int] | None
"""Ids of organisers; None is every one."""

_SHOWN: Final = (
    StudyDay.slug,
    StudyDay.organiser_id,
    StudyDay.title,
    StudyDay.time_zone,
    StudyDay.starts_at,
    StudyDay.ends_at,
    StudyDay.opens_at,
    StudyDay.closes_at,
    StudyDay.free_cancellation_until,
    StudyDay.capacity,
    StudyDay.taken,
    StudyDay.waiting,
    StudyDay.waiting_list,
    StudyDay.published,
    StudyDay.cancelled_at,
    StudyDay.signed_off_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """What one study day wants: requests and mails to see to, offers of which the first ends at ``first_lapse``."""

    day: StudyDay
    late_requests: int
    failed_mails: int
    offers: int
    first_lapse: datetime | None
    to_sign_off: bool
    closes_soon: bool
    free_cancellation_ends_soon: bool

    @property
    def urgency(self) -> tuple[int, datetime]:
        """The smaller, the earlier it is shown: people wait, mail is lost, work is due, a limit is near."""
        wants = (self.late_requests, self.failed_mails, self.to_sign_off, self.offers)
        return next((rank for rank, wanted in enumerate(wants) if wanted), len(wants)), self.day.starts_at


def attention(session: Session, scope: Scope, *, now: datetime) -> Sequence[Attention]:
    """The study days of these organisers that want something, the most urgent first."""
    late = _counted(session, LateRequest.study_day_id, scope, LateRequest.status == _literal("waiting"))
    offers = _counted(session, Registration.study_day_id, scope, Registration.status == _literal("offered"))
    lately = Message.created_at > now - STALE
    failed = _counted(session, Message.study_day_id, scope, *UNHEARD, lately)
    days = {day.id: day for day in _wanting(session, scope, {*late, *offers, *failed}, now=now)}
    lapses = _first_lapses(session, set(offers))
    found = [
        Attention(
            day=day,
            late_requests=late.get(day.id, 0),
            failed_mails=failed.get(day.id, 0),
            offers=offers.get(day.id, 0),
            first_lapse=lapses.get(day.id),
            to_sign_off=_to_sign_off(day, now=now),
            closes_soon=_soon(day, day.closes_at, now=now),
            free_cancellation_ends_soon=_soon(day, day.free_cancellation_until, now=now),
        )
        for day in days.values()
    ]
    return sorted(found, key=lambda one: one.urgency)


def days_to_come(session: Session, scope: Scope, *, now: datetime) -> Sequence[StudyDay]:
    """The next study days that have not ended, drafts and those called off among them."""
    wanted = _days(scope).where(StudyDay.ends_at > now).order_by(StudyDay.starts_at, StudyDay.id).limit(MOST)
    return session.execute(wanted).scalars().all()


def days_gone_by(session: Session, scope: Scope, page: int, *, now: datetime) -> tuple[Sequence[StudyDay], bool]:
    """A page of those that have ended, the latest first, and whether there is another page; pages count from 1."""
    wanted = _days(scope).where(StudyDay.ends_at <= now).order_by(StudyDay.starts_at.desc(), StudyDay.id.desc())
    rows = session.execute(wanted.offset((page - 1) * PER_PAGE).limit(PER_PAGE + 1)).scalars().all()
    return rows[:PER_PAGE], len(rows) > PER_PAGE


def _days(scope: Scope) -> sa.Select[StudyDay]:
    wanted = sa.select(StudyDay).options(
        load_only(*_SHOWN, raiseload=True), joinedload(StudyDay.organiser).load_only(Organiser.name)
    )
    return wanted if scope is None else wanted.where(StudyDay.organiser_id.in_(scope))


def _wanting(session: Session, scope: Scope, ids: Collection[int], *, now: datetime) -> Sequence[StudyDay]:
    lately = StudyDay.ends_at > now - FORGOTTEN
    over = sa.and_(StudyDay.ends_at <= now, StudyDay.signed_off_at.is_(None), StudyDay.taken > 0)
    near = sa.or_(*(limit.between(now, now + SOON) for limit in (StudyDay.closes_at, StudyDay.free_cancellation_until)))
    live = sa.and_(StudyDay.published, StudyDay.cancelled_at.is_(None), lately, sa.or_(over, near))
    nearest = (StudyDay.starts_at.desc(), StudyDay.id)
    parts = (_days(scope).where(which).order_by(*nearest).limit(MOST) for which in (StudyDay.id.in_(ids), live))
    return [day for part in parts for day in session.execute(part).scalars()]


def _counted(
    session: Session, day_id: InstrumentedAttribute[Any], scope: Scope, *which: sa.ColumnElement[bool]
) -> dict[int, int]:
    """How many such rows each study day has."""
    rows = sa.select(day_id, sa.func.count()).where(day_id.is_not(None), *which).group_by(day_id)
    if scope is not None:
        rows = rows.join(StudyDay, StudyDay.id == day_id).where(StudyDay.organiser_id.in_(scope))
    return {row[0]: row[1] for row in session.execute(rows)}


def _literal(text: str) -> sa.BindParameter[str]:
    """Not a parameter, so that a partial index is used."""
    return sa.bindparam(None, text, literal_execute=True)


def _first_lapses(session: Session, ids: Collection[int]) -> dict[int, datetime | None]:
    rows = (
        sa.select(Registration.study_day_id, sa.func.min(Registration.offered_until))
        .where(Registration.study_day_id.in_(ids), Registration.status == "offered")
        .group_by(Registration.study_day_id)
    )
    return {row[0]: row[1] for row in session.execute(rows)}


def _to_sign_off(day: StudyDay, *, now: datetime) -> bool:
    return (
        day.published
        and day.cancelled_at is None
        and day.signed_off_at is None
        and day.taken > 0
        and now - FORGOTTEN < day.ends_at <= now
    )


def _soon(day: StudyDay, limit: datetime, *, now: datetime) -> bool:
    return day.published and day.cancelled_at is None and now < limit <= now + SOON

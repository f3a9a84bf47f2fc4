"""Which reminders go when: for the worker, which asks twice a minute, and for the desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from service.belgium import HOLIDAYS
from service.domain.reminders import LONGEST_AGO, Kind, plan
from service.domain.windows import on_time
from service.models import Reminded, StudyDay

_LIVE: Final = sa.select(
    StudyDay.id,
    StudyDay.time_zone,
    StudyDay.starts_at,
    StudyDay.ends_at,
    StudyDay.fee_cents,
    StudyDay.free_cancellation_until,
    StudyDay.free_again_until,
    StudyDay.kept_limits,
    StudyDay.published,
    StudyDay.cancelled_at,
    StudyDay.signed_off_at,
).where(StudyDay.ends_at > sa.bindparam("since", type_=StudyDay.ends_at.type), StudyDay.published)
_GONE: Final = sa.select(Reminded.study_day_id, Reminded.kind, Reminded.about).where(
    Reminded.study_day_id.in_(sa.bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderLine:
    """A reminder of one study day: planned for ``at``, or gone at ``gone_at`` to so many people, or missed."""

    kind: Kind
    at: datetime
    gone_at: datetime | None = None
    people: int | None = None
    missed: bool = False


def days_to_remind(connection: Connection, *, now: datetime) -> Sequence[int]:
    """The study days of which a reminder is due and has not gone; no registration is looked at.

    One statement where nothing is due, two where something is, or was not long ago.
    """
    days = connection.execute(_LIVE, {"since": now - LONGEST_AGO}).all()
    due = [(day.id, str(one.kind), one.about) for day in days for one in plan(day, HOLIDAYS) if one.due(now=now)]
    if not due:
        return []
    gone = {tuple(row) for row in connection.execute(_GONE, {"ids": sorted({id for id, _, _ in due})})}
    return sorted({one[0] for one in due if one not in gone})


def reminders_of(session: Session, day: StudyDay, *, now: datetime) -> Sequence[ReminderLine]:
    """What the desk says about the reminders of a study day, in the order of their time."""
    rows = session.execute(sa.select(Reminded).where(Reminded.study_day_id == day.id)).scalars().all()
    gone = {(row.kind, row.about): row for row in rows}
    lines = [
        ReminderLine(kind=Kind(row.kind), at=row.at, gone_at=row.at, people=row.people) for row in rows if row.people
    ]
    lines += [
        ReminderLine(kind=one.kind, at=one.at, missed=not on_time(now, one.until))
        for one in plan(day, HOLIDAYS)
        if (one.kind, one.about) not in gone and (one.kind is not Kind.SIGN_OFF or day.taken)
    ]
    return sorted(lines, key=lambda found: found.at)

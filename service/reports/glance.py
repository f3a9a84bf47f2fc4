"""One study day in figures."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.seats import Status
from service.models import LateRequest, Message, Registration
from service.reports.alarms import STALE, UNHEARD


@dataclass(frozen=True, slots=True, kw_only=True)
class Glance:
    """How many registrations stand where, how many people were checked in, and what still wants something."""

    confirmed: int
    offered: int
    waiting: int
    cancelled: int
    checked_in: int
    late_requests: int
    failed_mails: int

    @property
    def live(self) -> int:
        """Everyone who would have to hear of a change."""
        return self.confirmed + self.offered + self.waiting


def at_a_glance(session: Session, study_day_id: int, *, now: datetime) -> Glance:
    """The figures of a study day, in one statement."""
    count = sa.func.count
    late = sa.select(count()).where(LateRequest.study_day_id == study_day_id, LateRequest.status == "waiting")
    lately = Message.created_at > now - STALE
    failed = sa.select(count()).where(Message.study_day_id == study_day_id, *UNHEARD, lately)
    row = session.execute(
        sa.select(
            *(count().filter(Registration.status == status).label(status.value) for status in Status),
            count(Registration.checked_in_at).label("checked_in"),
            late.scalar_subquery().label("late_requests"),
            failed.scalar_subquery().label("failed_mails"),
        ).where(Registration.study_day_id == study_day_id)
    ).one()
    return Glance(**row._asdict())

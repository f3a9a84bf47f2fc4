"""What happened, as the append-only table has it: who, when, through what, why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import History, Registration, Staff
from service.reports.paging import FIRST, Page, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryItem:
    """One line; ``staff`` is the address of who acted, ``registration`` the name of whom it is about."""

    id: int
    at: datetime
    action: str
    actor: str
    channel: str
    staff: str | None
    registration_id: int | None
    registration: str | None
    reason: str
    facts: Mapping[str, Any]


_OWN: Final = ("id", "at", "action", "actor", "channel", "registration_id", "facts")
_SELECT: Final = (
    sa.select(
        *(getattr(History, name) for name in _OWN),
        # Why somebody cancelled is personal: it stands on the registration, where it can be erased (rules.md 10).
        sa.case((History.action == "cancelled", Registration.cancelled_reason), else_=History.reason).label("reason"),
        Staff.email.label("staff"),
        (Registration.first_name + " " + Registration.last_name).label("registration"),
    )
    .outerjoin(Staff, Staff.id == History.staff_id)
    .outerjoin(Registration, Registration.id == History.registration_id)
)


def history_of_day(session: Session, study_day_id: int, part: Slice = FIRST) -> Page[HistoryItem]:
    """A page of what happened to a study day and its registrations, in one statement.

    :raises InvalidInput: the cursor is none.
    """
    return _page(session, _SELECT.where(History.study_day_id == study_day_id), part)


def history_of_registration(session: Session, registration_id: int, part: Slice = FIRST) -> Page[HistoryItem]:
    """A page of what happened to one registration, in one statement.

    :raises InvalidInput: the cursor is none.
    """
    return _page(session, _SELECT.where(History.registration_id == registration_id), part)


def _page(session: Session, wanted: sa.Select[Any], part: Slice) -> Page[HistoryItem]:
    rows = session.execute(part.of(wanted, History.id)).all()
    return part.page([HistoryItem(**row._asdict()) for row in rows], lambda item: item.id)

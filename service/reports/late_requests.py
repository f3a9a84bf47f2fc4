"""Late requests of a study day: those that wait on the desk, and those that were decided (rules.md 5)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.refusals import NotFound
from service.models import LateRequest, Staff
from service.reports.paging import FIRST, Page, Slice

WAITING: Final = "waiting"


@dataclass(frozen=True, slots=True, kw_only=True)
class LateRequestItem:
    """Who asks, how, and what was decided; ``details`` are the other fields of the form, as typed."""

    id: int
    study_day_id: int
    status: str
    channel: str
    created_at: datetime
    first_name: str
    last_name: str
    email: str
    language: str
    details: Mapping[str, Any]
    message: str
    decided_at: datetime | None
    decided_by: str | None
    answer: str
    registration_id: int | None

    @property
    def full_name(self) -> str:
        """First and last name as one."""
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def organisation(self) -> str:
        """Where they work; empty where they did not say."""
        return str(self.details.get("organisation") or "")


_OWN: Final = [name for name in LateRequestItem.__dataclass_fields__ if name != "decided_by"]
_SELECT: Final = sa.select(*(getattr(LateRequest, name) for name in _OWN), Staff.email.label("decided_by")).outerjoin(
    Staff, Staff.id == LateRequest.decided_by_id
)


def late_requests(
    session: Session, study_day_id: int, *, waiting: bool | None = None, part: Slice = FIRST
) -> Page[LateRequestItem]:
    """A page of a day's late requests, in one statement; ``waiting`` tells which, None means all.

    :raises InvalidInput: the cursor is none.
    """
    wanted = _SELECT.where(LateRequest.study_day_id == study_day_id)
    if waiting is not None:
        wanted = wanted.where((LateRequest.status == WAITING) == waiting)
    rows = session.execute(part.of(wanted, LateRequest.id)).all()
    return part.page([LateRequestItem(**row._asdict()) for row in rows], lambda item: item.id)


def late_request(session: Session, request_id: int) -> LateRequestItem:
    """One late request.

    :raises NotFound: there is none.
    """
    row = session.execute(_SELECT.where(LateRequest.id == request_id)).one_or_none()
    if row is None:
        raise NotFound
    return LateRequestItem(**row._asdict())

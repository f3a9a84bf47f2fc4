"""All study days that somebody may see, for the API: the latest first, so that its first page has those to come."""

import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from service.domain.refusals import InvalidInput
from service.models import StudyDay
from service.reports.paging import LARGEST_ID, Page

CURSOR: Final = re.compile(r"(\d{1,17})-(\d{1,10})", re.ASCII)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)


def study_days(
    session: Session, drafts_of: Collection[int] | None = (), *, limit: int, cursor: str = ""
) -> Page[StudyDay]:
    """A page of the published ones, and of the drafts of these organisers (None: of every one), in one statement.

    :raises InvalidInput: ``cursor`` was not made here.
    """
    wanted = sa.select(StudyDay).options(joinedload(StudyDay.organiser))
    if drafts_of is not None:
        wanted = wanted.where(sa.or_(StudyDay.published, StudyDay.organiser_id.in_(drafts_of)))
    if cursor:
        starts_at, seen = _read(cursor)
        same_start = sa.and_(StudyDay.starts_at == starts_at, StudyDay.id < seen)
        wanted = wanted.where(sa.or_(StudyDay.starts_at < starts_at, same_start))
    wanted = wanted.order_by(StudyDay.starts_at.desc(), StudyDay.id.desc()).limit(limit + 1)
    rows = session.execute(wanted).scalars().all()
    if len(rows) <= limit:
        return Page(rows)
    last = rows[limit - 1]
    return Page(rows[:limit], f"{(last.starts_at - EPOCH) // MICROSECOND}-{last.id}")


def _read(cursor: str) -> tuple[datetime, int]:
    found = CURSOR.fullmatch(cursor)
    if found is None or int(found[2]) > LARGEST_ID:
        raise InvalidInput({"cursor": "not-a-cursor"})
    return EPOCH + int(found[1]) * MICROSECOND, int(found[2])

"""Study days as the public may see them: published ones, with their organiser."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from service.domain.refusals import NotFound
from service.models import StudyDay

PER_PAGE: Final = 50
RECENT: Final = timedelta(days=730)
MOST_RECENT: Final = 6


def public_day(session: Session, slug: str) -> StudyDay:
    """A published study day and its organiser, in one SELECT.

    :raises NotFound: there is none of that name, or it is a draft.
    """
    wanted = sa.select(StudyDay).where(StudyDay.slug == slug, StudyDay.published)
    day = session.execute(wanted.options(joinedload(StudyDay.organiser))).scalar_one_or_none()
    if day is None:
        raise NotFound
    return day


def public_days(session: Session, ids: Sequence[int]) -> dict[int, StudyDay]:
    """Study days by id, each with its organiser, in one SELECT."""
    wanted = sa.select(StudyDay).where(StudyDay.id.in_(ids)).options(joinedload(StudyDay.organiser))
    return {day.id: day for day in session.execute(wanted).scalars()}


def coming(*columns: sa.ColumnElement[Any], page: int, now: datetime) -> sa.Select[Any]:
    """Published study days that are not over, next first: one page of them, and one more if there is another page."""
    return (
        sa.select(*columns)
        .where(StudyDay.published, StudyDay.ends_at > now)
        .order_by(StudyDay.starts_at, StudyDay.id)
        .limit(PER_PAGE + 1)
        .offset(PER_PAGE * (page - 1))
    )


def recent(*columns: sa.ColumnElement[Any], now: datetime) -> sa.Select[Any]:
    """The last published study days that took place, latest first."""
    return (
        sa.select(*columns)
        .where(
            StudyDay.published,
            StudyDay.cancelled_at.is_(None),
            StudyDay.ends_at <= now,
            StudyDay.ends_at > now - RECENT,
        )
        .order_by(StudyDay.ends_at.desc(), StudyDay.id)
        .limit(MOST_RECENT)
    )

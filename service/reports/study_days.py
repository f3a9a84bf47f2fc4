"""Study days as the public may see them: published ones, with their organiser."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session, joinedload

from service.domain.refusals import NotFound
from service.models import Organiser, StudyDay

PER_PAGE: Final = 50
RECENT: Final = timedelta(days=730)
MOST_RECENT: Final = 6
IN_FEEDS: Final = timedelta(days=365)
"""How long a study day that is over stays in feeds: calendars drop what is gone from the feed they subscribe to."""
MOST_IN_FEEDS: Final = 200


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


def in_feeds(*columns: sa.ColumnElement[Any], organiser: str, now: datetime) -> sa.Select[Any]:
    """The published study days that feeds tell of, called-off ones too, in the order of the list.

    :param organiser: a slug; empty for those of all.
    """
    over = StudyDay.ends_at <= now
    wanted = sa.select(*columns).where(StudyDay.published, StudyDay.ends_at > now - IN_FEEDS)
    if organiser:
        wanted = wanted.join(Organiser, Organiser.id == StudyDay.organiser_id).where(Organiser.slug == organiser)
    next_first = sa.case((sa.not_(over), StudyDay.starts_at))
    return wanted.order_by(over, next_first, StudyDay.starts_at.desc(), StudyDay.id).limit(MOST_IN_FEEDS)


def organiser_named(slug: str) -> sa.Select[Any]:
    """The name of an organiser."""
    return sa.select(Organiser.name).where(Organiser.slug == slug)

"""The demo: real study days in our own words, and invented people who lived through them.

Nothing is written past the rules: every row comes of a use-case that was given the instant at which it happened, so
that the history is one. Mail about days that are over is never sent. The towns, the people and their addresses
(``.example``, which leads nowhere) are made up; the days are those of ``days/*.toml``, a file each.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.demo import ahead, past
from service.demo.stage import Stage
from service.models import StudyDay


def load(session: Session, *, now: datetime) -> bool:
    """Load it all, or nothing where it was loaded before; returns whether it did.

    The days to come are fixed now, some weeks ahead of ``now``, and do not move when the command is given again.

    :raises SlugTaken: a study day or an organiser that is not of the demo has one of its names.
    """
    if session.execute(sa.select(StudyDay.id).where(StudyDay.slug == past.MODEL_CASE)).first():
        return False
    first = Stage.of_first_organiser(session)
    past.model_case(first)
    past.training_academies(first)
    past.webinar(first)
    past.study_visit(first)
    past.inspiration_day(Stage.of_second_organiser(session))
    for story in ahead.STORIES:
        story(first, now)
    return True

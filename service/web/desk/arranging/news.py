"""What people will be told when a change is saved, and how many they are (rules.md 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.locale import translate
from service.models import StudyDay
from service.usecases.tell import NAMED, hearers, notice_of
from service.web.desk.arranging.comparison import in_words
from service.web.desk.fields import LABELS


@dataclass(frozen=True, slots=True)
class Change:
    """One field in words, before and after."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class News:
    """What ``people`` hear of; where ``free_again_until`` is no None, all may cancel free until then again."""

    changes: Sequence[Change]
    people: int
    free_again_until: datetime | None


def news_of(session: Session, day: StudyDay, values: Mapping[str, Any], *, language: str, now: datetime) -> News | None:
    """The news in a change; None where nobody has to be told, or it is too late to tell."""
    notice = notice_of(day, values, now=now)
    people = hearers(session, day, notice) if notice is not None else 0
    if notice is None or not people:
        return None
    names = [*notice.everyone, *(name for name in NAMED if values.get(name, getattr(day, name)) != getattr(day, name))]
    zones = day.time_zone, values.get("time_zone", day.time_zone)
    changes = [
        Change(
            translate(language, LABELS[name]),
            in_words(name, getattr(day, name), zones[0], language),
            in_words(name, values[name], zones[1], language),
        )
        for name in names
    ]
    return News(changes, people, notice.free_again_until)

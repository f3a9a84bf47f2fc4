"""What people will be told when a change is saved, and how many they are (rules.md 6)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.domain.windows import on_time, relief
from service.locale import translate
from service.models import StudyDay
from service.reports.glance import at_a_glance
from service.usecases.arrange import news
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
    """What ``people`` hear of; from then on they cancel free until ``free_again_until``, whatever they accepted."""

    changes: Sequence[Change]
    people: int
    free_again_until: datetime


def news_of(session: Session, day: StudyDay, values: Mapping[str, Any], *, language: str, now: datetime) -> News | None:
    """The news in a change; None where nobody has to be told, or it is too late to tell."""
    names = news(day, values)
    starts_at = values.get("starts_at", day.starts_at)
    people = at_a_glance(session, day.id).live if names and on_time(now, starts_at) else 0
    if not people:
        return None
    zones = day.time_zone, values.get("time_zone", day.time_zone)
    changes = [
        Change(
            translate(language, LABELS[name]),
            in_words(name, getattr(day, name), zones[0], language),
            in_words(name, values[name], zones[1], language),
        )
        for name in names
    ]
    limit = values.get("free_cancellation_until", day.free_cancellation_until)
    return News(changes, people, relief(max(limit, day.free_again_until or now), starts_at, now=now))

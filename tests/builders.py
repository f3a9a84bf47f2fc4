"""Plain builders: rows with sensible values; name only what the test is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from service.models import Organiser, StudyDay
from service.usecases.application import Application

NOW = datetime(2023, 2, 1, 9, 0, tzinfo=UTC)
STARTS_AT = datetime(2023, 3, 31, 8, 15, tzinfo=UTC)  # 10:15 in Brussels, summer time since five days
ENDS_AT = datetime(2023, 3, 31, 15, 0, tzinfo=UTC)
CLOSES_AT = datetime(2023, 3, 20, 23, 0, tzinfo=UTC)  # 2023-03-21 00:00 in Brussels, winter time
FREE_UNTIL = datetime(2023, 3, 19, 23, 0, tzinfo=UTC)
TICK = timedelta(microseconds=1)
TILL_MORNING = timedelta(hours=7)
"""From one of these midnights: who is not asked is not written to before seven."""


def make_organiser(session: Session, **overrides: Any) -> Organiser:
    values = {"slug": "bsog", "name": "BSoG", "mailbox": "events_bsog@vub.be", "created_at": NOW}
    organiser = Organiser(**{**values, **overrides})
    session.add(organiser)
    session.flush()
    return organiser


def make_day(session: Session, **overrides: Any) -> StudyDay:
    """The model case of rules.md 1."""
    organiser = overrides.pop("organiser", None) or make_organiser(session)
    values = {
        "slug": "integratiebeleid",
        "organiser_id": organiser.id,
        "title": {"nl": "Samenwerken aan integratiebeleid", "en": "Working together on integration policy"},
        "languages": ["nl", "en"],
        "starts_at": STARTS_AT,
        "ends_at": ENDS_AT,
        "closes_at": CLOSES_AT,
        "free_cancellation_until": FREE_UNTIL,
        "venue": {
            "name": "KBR",
            "street": "Kunstberg 28",
            "postal_code": "1000",
            "city": "Brussel",
            "country": "BE",
        },
        "mailbox": organiser.mailbox,
        "published": True,
        "created_at": NOW,
    }
    day = StudyDay(**{**values, **overrides})
    session.add(day)
    session.flush()
    return day


def make_application(number: int = 1, **overrides: Any) -> Application:
    values = {
        "first_name": f"An{number}",
        "last_name": "Peeters",
        "email": f"an{number}@example.org",
        "language": "nl",
        "organisation": "Stad Voorbeeld",
    }
    return Application(**{**values, **overrides})

"""The study days of the demo as values: texts from ``days/*.toml``, dates from whoever tells the story."""

import tomllib
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.web.forms import load
from service.web.study_day_schema import StudyDaySchema

FOLDER: Final = Path(__file__).parent / "days"
ZONE: Final = ZoneInfo("Europe/Brussels")


def at(on: date, clock: str = "00:00") -> datetime:
    """That time in Brussels, aware; without a clock the first instant of the day."""
    return datetime.combine(on, time.fromisoformat(clock), ZONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The limits of a study day; instants."""

    starts_at: datetime
    ends_at: datetime
    closes_at: datetime
    free_cancellation_until: datetime
    opens_at: datetime | None = None

    @classmethod
    def like_the_model_case(
        cls, on: date, starts: str = "10:15", ends: str = "17:00", *, opens_on: date | None = None
    ) -> "Dates":
        """Registration until and including the 11th day before, free cancellation before that day (rules.md 1)."""
        return cls(
            starts_at=at(on, starts),
            ends_at=at(on, ends),
            closes_at=at(on - timedelta(days=10)),
            free_cancellation_until=at(on - timedelta(days=11)),
            opens_at=at(opens_on, "09:00") if opens_on else None,
        )


def read(name: str) -> dict[str, Any]:
    """One file of the folder."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def values(name: str, dates: Dates, **more: Any) -> dict[str, Any]:
    """A published study day as the API would be sent it, checked and turned into what ``arrange`` wants."""
    limits = {limit: moment and moment.isoformat() for limit, moment in asdict(dates).items()}
    checked: dict[str, Any] = load(StudyDaySchema(), {"published": True, **read(name), **limits, **more})
    return checked


def programme(name: str, on: date) -> list[dict[str, Any]]:
    """The sessions of a file on that day."""
    return [
        {
            "title": session["title"],
            "starts_at": at(on, session["from"]).isoformat(),
            "ends_at": at(on, session["to"]).isoformat(),
        }
        for session in read(name)["sessions"]
    ]

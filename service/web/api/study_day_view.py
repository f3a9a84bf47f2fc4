"""How a study day looks from outside: its times as its zone has them, and no more than the caller may see."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.domain.roles import Role
from service.domain.windows import phase
from service.models import StudyDay
from service.runtime import runtime
from service.web.clock import now
from service.web.security import principal
from service.web.study_day_schema import INSTANTS

STORED: Final = (
    "slug",
    "kind",
    "title",
    "summary",
    "description",
    "audience",
    "languages",
    "time_zone",
    "waiting_list",
    "fee_cents",
    "late_cancellation_policy",
    "mailbox",
    "venue",
    "partners",
    "project",
    "materials",
    "questions",
)
FOR_STAFF: Final = ("capacity", "offer_hours", "online_url", "published")


def is_ours(day: StudyDay) -> bool:
    """Whether the caller is staff of its organiser, in whatever role."""
    who = principal()
    return who is not None and who.may(day.organiser_id, *Role)


def shown(day: StudyDay) -> dict[str, Any]:
    """A study day as the caller may see it, its times as its zone has them."""
    zone = ZoneInfo(day.time_zone)
    seats = day.seats
    page = f"/{day.languages[0]}/{day.slug}"
    values: dict[str, Any] = {name: getattr(day, name) for name in STORED}
    values |= {name: at.astimezone(zone) if (at := getattr(day, name)) else None for name in INSTANTS}
    values["sessions"] = [_local(session, zone) for session in day.sessions]
    values |= {
        "url": runtime().links.page(page),
        "organiser": day.organiser.slug,
        "phase": phase(day.window, full=seats.full, now=now()),
        "online": bool(day.online_url),
        "seats": {"capacity": seats.capacity, "free": seats.free},
    }
    if is_ours(day):
        values |= {name: getattr(day, name) for name in FOR_STAFF}
        values["signed_off_at"] = day.signed_off_at.astimezone(zone) if day.signed_off_at else None
    return values


def _local(session: Mapping[str, Any], zone: ZoneInfo) -> dict[str, Any]:
    """A part of the programme; its times are stored as text."""
    times = {
        name: datetime.fromisoformat(session[name]).astimezone(zone).isoformat() for name in ("starts_at", "ends_at")
    }
    return {**session, **times}

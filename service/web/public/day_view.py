"""What the page of a study day shows, made of its row once per revision, state and language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from service.domain.naming import tagged
from service.domain.terms import today
from service.locale import translate
from service.models import StudyDay
from service.runtime import runtime
from service.web.kept import State
from service.web.public.addresses import alternates
from service.web.public.event_data import event_data
from service.web.rendering import LANGUAGE_NAMES
from service.web.texts import Texts, said


@dataclass(frozen=True, slots=True)
class Session:
    """A part of the programme; instants are aware."""

    starts_at: datetime
    ends_at: datetime
    title: Texts
    speakers: str
    room: str


def view(day: StudyDay, state: State, language: str, *, page: str = "") -> dict[str, Any]:
    """The context of every template about one study day; ``page`` is the part of the address after its slug."""
    path = f"{day.slug}/{page}" if page else day.slug
    return {
        "day": day,
        "state": state,
        "free_until": today(day).free_until,
        "written_in": ", ".join(LANGUAGE_NAMES[name] for name in day.languages),
        "programme": programme(day.sessions, day.time_zone),
        "alternates": alternates(path),
        "base_url": runtime().settings.base_url,
        "late_mail": late_mail(day, language),
        "event": event_data(day, state, language),
    }


def programme(sessions: Sequence[Mapping[str, Any]], zone: str) -> list[tuple[date, list[Session]]]:
    """The sessions by local day and time."""
    parsed = [
        Session(
            datetime.fromisoformat(one["starts_at"]),
            datetime.fromisoformat(one["ends_at"]),
            one.get("title"),
            one.get("speakers") or "",
            one.get("room") or "",
        )
        for one in sessions
    ]
    parsed.sort(key=lambda session: session.starts_at)

    def local_day(session: Session) -> date:
        return session.starts_at.astimezone(ZoneInfo(zone)).date()

    return [(on, list(group)) for on, group in groupby(parsed, local_day)]


def late_mail(day: StudyDay, language: str) -> str:
    """A mail to the mailbox that only waits for its writer's name: the address of a link (rules.md 5).

    Its subject names the study day so that it is found by itself. A plus-address would do so too, but not every mail
    server delivers one.
    """
    title = said(day.title, language)
    subject = tagged(translate(language, "Late request: %(title)s", title=title), day.slug)
    body = translate(
        language,
        "I would like to take part in %(title)s.\n\nMy name:\nMy organisation and function:\nMy telephone number:\n",
        title=title,
    )
    lines = quote(body.replace("\n", "\r\n"))  # RFC 6068, 5
    return f"mailto:{quote(day.mailbox, safe='@')}?subject={quote(subject)}&body={lines}"

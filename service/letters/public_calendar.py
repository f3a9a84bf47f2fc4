"""Calendar objects for everybody: the file of one study day, and the feed that calendars subscribe to (RFC 5545, 7986).

They invite nobody, hence METHOD:PUBLISH without ATTENDEE, and take nobody's time, hence TRANSPARENT.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from icalendar import Calendar
from icalendar.prop import vText

from service.letters.calendar import calendar_of, event_of, when_and_how
from service.letters.facts import DayFacts, Facts
from service.letters.zones import span
from service.locale import translate

REFRESH: Final = timedelta(hours=6)
COLOR: Final = "darkslategray"
"""The name in CSS that comes nearest to our petrol; RFC 7986 knows names only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed(Facts):
    """A study day as the public sees it; ``uid`` globally unique and lasting, ``sequence`` rising with each change."""

    day: DayFacts
    uid: str
    sequence: int
    created_at: datetime
    changed_at: datetime
    called_off: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel(Facts):
    """What people subscribe to: its name, its own address, and that of the page with the same days."""

    name: str
    url: str
    page_url: str


def published(*listed: Listed, language: str, channel: Channel | None = None) -> bytes:
    """Study days as the public sees them, for ``/{lang}/{slug}.ics`` (one) and ``/{lang}/feed.ics`` (a channel)."""
    calendar = calendar_of("PUBLISH")
    if channel is not None:
        _describe(calendar, channel)
    zones: dict[str, bytes] = {}
    for one in listed:
        times = span(one.day.starts_at, one.day.ends_at, one.day.zone)
        if times.definition is not None:
            definition = times.definition.to_ical()
            if one.day.zone not in zones:
                calendar.add_component(times.definition)
            if zones.setdefault(one.day.zone, definition) != definition:  # one file defines a zone once
                times = times.in_utc()
        event = event_of(one.day, times)
        event.add("uid", one.uid)
        event.add("sequence", one.sequence)
        event.add("dtstamp", one.changed_at)
        event.add("created", one.created_at)
        event.add("last-modified", one.changed_at)
        event.add("status", "CANCELLED" if one.called_off else "CONFIRMED")
        event.add("transp", "TRANSPARENT")
        event.add("description", _words(one, language))
        event.add("url", one.day.page_url)
        calendar.add_component(event)
    source: bytes = calendar.to_ical()
    return source


def _describe(calendar: Calendar, channel: Channel) -> None:
    """The properties of RFC 7986, and those that calendars knew before it."""
    for name in ("name", "x-wr-calname"):
        calendar.add(name, vText(channel.name))  # else icalendar would not know that it is text, to be escaped
    calendar.add("source", channel.url, parameters={"VALUE": "URI"})
    calendar.add("url", channel.page_url)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH // timedelta(hours=1)}H")
    calendar.add("color", COLOR)


def _words(one: Listed, language: str) -> str:
    """Also that it is called off: there are calendars that show nothing of a STATUS."""
    state = (translate(language, "This day does not take place"),) if one.called_off else ()
    return "\n".join((*state, *when_and_how(one.day, language), one.day.page_url))

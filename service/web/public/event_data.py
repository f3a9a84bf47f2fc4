"""A study day for machines that read pages: an Event in the vocabulary of schema.org, as JSON-LD."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from service.domain.windows import Phase
from service.models import StudyDay
from service.runtime import runtime
from service.web.kept import State
from service.web.texts import said

SCHEMA: Final = "https://schema.org/"
AVAILABILITY: Final = {Phase.ANNOUNCED: "PreOrder", Phase.OPEN: "InStock", Phase.FULL: "SoldOut"}
KINDS: Final = {"training": "EducationEvent", "webinar": "EducationEvent"}


def event_data(day: StudyDay, state: State, language: str) -> dict[str, Any]:
    """Times with the offset of the study day's zone; attendance costs nothing, hence a price of 0."""
    url = runtime().links.page(f"/{language}/{day.slug}")
    data: dict[str, Any] = {
        "@context": SCHEMA.rstrip("/"),
        "@type": KINDS.get(day.kind, "Event"),
        "@id": url,
        "url": url,
        "name": said(day.title, language),
        "startDate": _local(day.starts_at, day.time_zone),
        "endDate": _local(day.ends_at, day.time_zone),
        "inLanguage": list(day.languages),
        "isAccessibleForFree": True,
        "eventStatus": SCHEMA + ("EventCancelled" if state.phase is Phase.CANCELLED else "EventScheduled"),
        "eventAttendanceMode": SCHEMA + _attendance(day),
        "location": _location(day, url),
        "organizer": {"@type": "Organization", "name": day.organiser.name, "email": day.mailbox},
    }
    summary = said(day.summary, language)
    if summary:
        data["description"] = summary
    if day.capacity is not None:
        data["maximumAttendeeCapacity"] = day.capacity
    funders = [_organisation(partner) for partner in day.partners if partner.get("role") == "funder"]
    if funders:
        data["funder"] = funders
    if state.phase in AVAILABILITY:
        data["offers"] = {
            "@type": "Offer",
            "price": "0",
            "priceCurrency": "EUR",
            "availability": SCHEMA + AVAILABILITY[state.phase],
            "validThrough": _local(day.closes_at, day.time_zone),
            "url": f"{url}/register",
        }
    return data


def _attendance(day: StudyDay) -> str:
    if day.venue and day.online_url:
        return "MixedEventAttendanceMode"
    return "OfflineEventAttendanceMode" if day.venue else "OnlineEventAttendanceMode"


def _location(day: StudyDay, url: str) -> dict[str, Any] | list[dict[str, Any]]:
    """The place; online, the page itself, for the link of the meeting is only for those who registered."""
    online = {"@type": "VirtualLocation", "url": url}
    if not day.venue:
        return online
    address = {
        "@type": "PostalAddress",
        "streetAddress": day.venue.get("street", ""),
        "postalCode": day.venue.get("postal_code", ""),
        "addressLocality": day.venue.get("city", ""),
        "addressCountry": day.venue.get("country", ""),
    }
    place = {"@type": "Place", "name": day.venue.get("name", ""), "address": address}
    return [place, online] if day.online_url else place


def _organisation(partner: Mapping[str, str]) -> dict[str, str]:
    named = {"@type": "Organization", "name": partner.get("name", "")}
    return {**named, "url": partner["url"]} if partner.get("url") else named


def _local(at: datetime, zone: str) -> str:
    return at.astimezone(ZoneInfo(zone)).isoformat(timespec="seconds")

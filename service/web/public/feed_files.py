"""A feed as a file: for calendars (RFC 5545), for feed readers (Atom, RFC 4287), for other sites (JSON Feed 1.1)."""

import json
from datetime import UTC, datetime
from typing import Any, Final
from xml.etree.ElementTree import Element, SubElement, tostring
from zoneinfo import ZoneInfo

from service.letters.public_calendar import published
from service.web.public.channels import Feed, Item, item, listed

ATOM: Final = "http://www.w3.org/2005/Atom"
JSON_FEED: Final = "https://jsonfeed.org/version/1.1"
NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""When a feed without entries was last updated; Atom wants an instant."""


def as_calendar(feed: Feed) -> str:
    """For calendars that subscribe to it."""
    days = (listed(day, feed.language) for day in feed.days)
    return published(*days, language=feed.language, channel=feed.channel).decode()


def as_atom(feed: Feed) -> str:
    """For feed readers; every entry says which organiser is its author."""
    items = [item(day, feed.language) for day in feed.days]
    updated = max((one.listed.changed_at for one in items), default=NEVER)
    root = Element("feed", {"xmlns": ATOM, "xml:lang": feed.language})
    _add(root, "id", feed.channel.url)
    _add(root, "title", feed.channel.name)
    _add(root, "updated", _utc(updated))
    _add(root, "link", rel="self", type="application/atom+xml", href=feed.channel.url)
    _add(root, "link", rel="alternate", type="text/html", href=feed.channel.page_url)
    for one in items:
        _add_entry(root, one)
    return tostring(root, encoding="unicode", xml_declaration=True)


def as_json(feed: Feed) -> str:
    """For other sites; ``_study_day`` holds what they would have to read out of a sentence otherwise."""
    document = {
        "version": JSON_FEED,
        "title": feed.channel.name,
        "home_page_url": feed.channel.page_url,
        "feed_url": feed.channel.url,
        "language": feed.language,
        "items": [_json_item(item(day, feed.language), day.kind, feed.language) for day in feed.days],
    }
    return json.dumps(document, ensure_ascii=False, indent=1)


def _add_entry(root: Element, one: Item) -> None:
    entry = SubElement(root, "entry")
    _add(entry, "id", one.id)
    _add(entry, "title", one.title)
    _add(entry, "updated", _utc(one.listed.changed_at))
    _add(entry, "published", _utc(one.listed.created_at))
    _add(entry, "link", rel="alternate", type="text/html", href=one.listed.day.page_url)
    _add(SubElement(entry, "author"), "name", one.listed.day.organiser)
    _add(entry, "summary", one.summary)
    _add(entry, "content", one.content, type="html")


def _add(parent: Element, name: str, text: str = "", /, **attributes: str) -> None:
    SubElement(parent, name, attributes).text = text or None


def _json_item(one: Item, kind: str, language: str) -> dict[str, Any]:
    day = one.listed.day
    zone = ZoneInfo(day.zone)
    return {
        "id": one.id,
        "url": day.page_url,
        "title": one.title,
        "summary": one.summary,
        "content_html": one.content,
        "date_published": _utc(one.listed.created_at),
        "date_modified": _utc(one.listed.changed_at),
        "authors": [{"name": day.organiser}],
        "language": language,
        "_study_day": {
            "kind": kind,
            "title": day.title,
            "starts_at": day.starts_at.astimezone(zone).isoformat(),
            "ends_at": day.ends_at.astimezone(zone).isoformat(),
            "time_zone": day.zone,
            "place": day.place,
            "called_off": one.listed.called_off,
        },
    }


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"

"""Study days as calendars, feed readers and other sites get them: what everybody may know, in one language."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from markupsafe import Markup

from service.letters.facts import several_lines
from service.letters.public_calendar import Channel, Listed
from service.locale import translate
from service.models import StudyDay
from service.web.facts import day_facts
from service.web.texts import markdown, said
from service.wording import colon, held

PLACE: Final = uuid.UUID("6b0f3a52-6d0e-4a53-9d0f-0c1f8b9f6d11")
"""The name space of our lasting identifiers."""
CONTENT: Final = Markup("{state}<p>{where}</p>\n{summary}")
BREAK: Final = Markup("<br>")
STATE: Final = Markup("<p><strong>{}</strong></p>\n")


@dataclass(frozen=True, slots=True)
class Feed:
    """A channel in one language, and its study days in the order of the list page."""

    channel: Channel
    language: str
    days: Sequence[StudyDay]


@dataclass(frozen=True, slots=True)
class Item:
    """A study day as feed readers show it: ``summary`` is one plain line, ``content`` harmless HTML."""

    listed: Listed
    id: str
    title: str
    summary: str
    content: str


def listed(day: StudyDay, language: str) -> Listed:
    """A study day for calendars; the link of the meeting is for those who registered."""
    facts = day_facts(day, language)
    online = translate(language, "Online") if day.online_url else ""
    return Listed(
        day=replace(facts, online_url="", place=facts.place or online),
        uid=str(_lasting(day)),
        sequence=day.revision,
        created_at=day.created_at,
        changed_at=day.changed_at or day.created_at,
        called_off=day.cancelled_at is not None,
    )


def item(day: StudyDay, language: str) -> Item:
    """A study day for feed readers and other sites, which show a title and seldom more: so it says what is off."""
    one = listed(day, language)
    facts = one.day
    when = held(facts.starts_at, facts.ends_at, facts.zone, language)
    off = translate(language, "This day does not take place") if one.called_off else ""
    return Item(
        listed=one,
        id=_lasting(day, language).urn,
        title=f"{translate(language, 'Called off')}{colon(language)} {facts.title}" if off else facts.title,
        summary=" · ".join(filter(None, (off, when, facts.place))),
        content=str(
            CONTENT.format(
                state=STATE.format(off) if off else "",
                where=BREAK.join(filter(None, (when, facts.place))),
                summary=markdown(several_lines(said(day.summary, language))),
            )
        ).strip(),
    )


def _lasting(day: StudyDay, *more: str) -> uuid.UUID:
    """The same for good, wherever the service moves to."""
    return uuid.uuid5(PLACE, " ".join((day.organiser.slug, day.created_at.isoformat(), str(day.id), *more)))

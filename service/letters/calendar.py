"""Calendar objects of a registration: the invitation in a mail, its cancellation, a file (RFC 5545, 5546, 7986).

The UID is the registration's own random one, without a host: unguessable, the same whatever address the service has,
and what a reply is matched by. SEQUENCE and DTSTAMP are those of the moment that the letter tells of.

What does not depend on the person is made once per day and method. The rest are a few lines, which are folded here:
icalendar's own folding looks at every character, and would cost more than the whole letter.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC
from functools import lru_cache
from typing import Final, Literal

from icalendar import Calendar, Event, vCalAddress
from icalendar.prop import vText, vUri

from service.letters.facts import AboutSeat, DayFacts, PersonFacts, printable_name
from service.letters.letter import Method
from service.letters.phrases import WEB, by_declining
from service.letters.terms import of_place
from service.letters.zones import Span, span
from service.locale import translate
from service.wording import colon, held

PRODID: Final = "-//Studiedag//Studiedag//EN"
LONGEST_LINE: Final = 75  # octets, without the line end
IN_CHARACTER: Final = 0b1000_0000  # how UTF-8 marks every octet of a character but the first
END: Final = b"END:VEVENT"
KEPT: Final = 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """A calendar object and the METHOD that its mail must name."""

    source: bytes
    method: Method


def request(about: AboutSeat) -> Entry | None:
    """The invitation to a confirmed place, or its update; None where no place is confirmed."""
    return _mailed(about, "REQUEST", _essentials(about), ";PARTSTAT=NEEDS-ACTION;RSVP=TRUE")


def cancel(about: AboutSeat) -> Entry | None:
    """Takes the entry of a place that was confirmed out of the calendar again; None where there was no entry."""
    return _mailed(about, "CANCEL", translate(about.person.language, "You no longer hold a place on this day."))


def invite(about: AboutSeat) -> bytes:
    """The entry of a confirmed place as a file to download, ``/r/{token}/invite.ics``.

    It asks for no answer, hence METHOD:PUBLISH without ATTENDEE. Its UID is that of the mail, so that importing it
    makes no second entry; ``about.decided_at`` is the moment of the registration's last change.
    """
    head, tail = _frame(about.day, "PUBLISH")
    return b"".join((head, *_own_lines(about, _essentials(about)), tail))


def _mailed(about: AboutSeat, method: Method, description: str, answer: str = "") -> Entry | None:
    if about.seat.status != "confirmed":
        return None
    head, tail = _frame(about.day, method)
    return Entry(b"".join((head, *_own_lines(about, description), _attendee(about.person, answer), tail)), method)


def _own_lines(about: AboutSeat, description: str) -> Iterator[bytes]:
    """What an entry says of one registration."""
    seat = about.seat
    yield _folded(f"UID:{seat.calendar_uid}")
    yield _folded(f"SEQUENCE:{seat.sequence}")
    yield _folded(f"DTSTAMP:{about.decided_at.astimezone(UTC):%Y%m%dT%H%M%SZ}")
    yield _folded(f"DESCRIPTION:{vText(description).to_ical().decode()}")
    yield _folded(f"URL:{seat.own_url}")


def _attendee(person: PersonFacts, answer: str) -> bytes:
    name = _common_name(printable_name(person) or person.email).replace("^", "^^")  # RFC 6868
    return _folded(f'ATTENDEE;CN="{name}";CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT{answer}:mailto:{person.email}')


def _essentials(about: AboutSeat) -> str:
    """As the letter says them: Outlook shows only these once the mail is gone."""
    language = about.person.language
    return "\n".join(
        (
            *when_and_how(about.day, language),
            of_place(about),
            *([by_declining(language)] if about.seat.declining_cancels else []),
            f"{translate(language, 'Open my registration')}{colon(language)} {about.seat.own_url}",
            f"{translate(language, 'Questions')}{colon(language)} {about.day.mailbox}",
        )
    )


def when_and_how(day: DayFacts, language: str) -> Iterator[str]:
    """When and where, in words."""
    yield held(day.starts_at, day.ends_at, day.zone, language)
    if day.place:
        yield day.place
    if day.online_url:
        yield f"{translate(language, 'Online')}{colon(language)} {day.online_url}"


@lru_cache(KEPT)
def _frame(day: DayFacts, method: Literal["REQUEST", "CANCEL", "PUBLISH"]) -> tuple[bytes, bytes]:
    """The object of one day without the lines of a person: what comes before them, and after."""
    calendar = calendar_of(method)
    times = span(day.starts_at, day.ends_at, day.zone)
    event = event_of(day, times)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    if times.definition is not None:
        calendar.add_component(times.definition)
    calendar.add_component(event)
    head, end, tail = calendar.to_ical().rpartition(END)
    return head, end + tail


def calendar_of(method: str) -> Calendar:
    """An empty object."""
    calendar = Calendar()
    calendar.add("prodid", PRODID)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def event_of(day: DayFacts, times: Span) -> Event:
    """What holds for everybody; several days are one span."""
    event = Event()
    event.add("dtstart", times.starts_at)
    event.add("dtend", times.ends_at)
    event.add("summary", day.title)
    organiser = vCalAddress(f"mailto:{day.mailbox}")
    organiser.params["CN"] = _common_name(day.organiser)
    event.add("organizer", organiser)
    if day.place or day.online_url:
        event.add("location", day.place or day.online_url)
    if day.online_url.startswith(WEB):
        event.add("conference", vUri(day.online_url), parameters={"VALUE": "URI", "FEATURE": "VIDEO"})
    return event


def _common_name(name: str) -> str:
    """A name as a parameter can hold it: a quotation mark cannot be written in one."""
    return name.replace('"', "")


def _folded(line: str) -> bytes:
    """One content line, cut between whole characters (RFC 5545, 3.1)."""
    octets = line.encode()
    pieces = []
    width = LONGEST_LINE
    while len(octets) > width:
        cut = width
        while octets[cut] & 0b1100_0000 == IN_CHARACTER:
            cut -= 1
        pieces.append(octets[:cut])
        octets = octets[cut:]
        width = LONGEST_LINE - 1  # a space goes before it
    return b"\r\n ".join((*pieces, octets)) + b"\r\n"

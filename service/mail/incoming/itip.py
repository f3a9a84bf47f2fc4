"""Answers of calendars (RFC 5546, 3.2.3), as programs send them and not only as they should.

Exchange leaves ORGANIZER out and writes ``MAILTO:``, Gmail sends the object twice, Apple names a principal and puts the
address into EMAIL, others name METHOD only in the content type or only in the object. So an answer is whatever says
REPLY; what it does hangs on the few properties that are read here, and on nothing else.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote

from icalendar.parser import Contentline, Contentlines

from service.mail.incoming.headers import Mail, decoded, folded_address, line
from service.mail.incoming.received import CalendarReply, Participation
from service.mail.incoming.texts import content, parts, tidy
from service.mail.incoming.unreadable import UnreadableError

TYPES: Final = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
MOST_ATTENDEES: Final = 100
MOST_REPLIES: Final = 20
LONGEST_OBJECT: Final = 1024 * 1024
LONGEST_UID: Final = 255
LONGEST_COMMENT: Final = 2_000
HIGHEST_SEQUENCE: Final = 2**31 - 1
ANSWERS: Final[Mapping[str, Participation]] = {
    "ACCEPTED": "accepted",
    "TENTATIVE": "tentative",
    "DECLINED": "declined",
    "DELEGATED": "delegated",
}
EVENT: Final = ["VCALENDAR", "VEVENT"]
WANTED: Final = frozenset(
    {"BEGIN", "END", "METHOD", "UID", "ATTENDEE", "SEQUENCE", "DTSTAMP", "COMMENT", "RECURRENCE-ID"}
)
_NAME: Final = re.compile(r"\s*(?:[\w-]+\.)?([A-Za-z-]+)\s*[;:]")
_ANSWER: Final = re.compile(r";\s*PARTSTAT\s*=\s*\"?([A-Za-z-]+)", re.IGNORECASE)
_STAMP: Final = re.compile(r"(\d{8})T(\d{6})")

Property = tuple[str, Mapping[str, object], str]


def replies(mail: Mail) -> tuple[CalendarReply, ...]:
    """Those of all calendar objects of the mail itself, each once.

    :raises UnreadableError: one of them answers for more people than any answer does.
    """
    found: dict[CalendarReply, None] = {}
    for part in parts(mail):
        if _is_calendar(part):
            octets = content(part)[:LONGEST_OBJECT]
            found.update(dict.fromkeys(_replies(_calendar_text(octets, part), _method(part))))
    return tuple(found)[:MOST_REPLIES]


def _is_calendar(part: Mail) -> bool:
    name = part.get_filename() or ""
    return part.get_content_type() in TYPES or name.casefold().endswith(".ics")


def _method(part: Mail) -> str:
    method = part.get_param("method", "")
    return method.strip("\"' ").upper() if isinstance(method, str) else ""


def _calendar_text(octets: bytes, part: Mail) -> str:
    """UTF-8 whatever they say, but for those that begin as UTF-16 does, or really are in the charset they name."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if octets.startswith(mark):
            return decoded(octets, name)
    if octets[1:2] == b"\0" or octets[:1] == b"\0":
        return decoded(octets, "utf-16-le" if octets[1:2] == b"\0" else "utf-16-be")
    charset = part.get_param("charset", "")
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return decoded(octets, charset if isinstance(charset, str) else "")


def _replies(text: str, method: str) -> Iterator[CalendarReply]:
    """Of each event right inside a calendar; alarms and the like inside an event are not it."""
    within: list[str] = []
    events: list[list[Property]] = []
    for name, parameters, value in _properties(text):
        if name == "BEGIN":
            within.append(value.strip().upper())
            if within == EVENT:
                events.append([])
        elif name == "END":
            del within[-1:]
        elif within == EVENT:
            events[-1].append((name, parameters, value))
        elif name == "METHOD" and within == EVENT[:1]:
            method = value.strip().upper()
    if method in {"REPLY", "COUNTER"}:
        yield from filter(None, (_reply(event, method) for event in events))


def _properties(text: str) -> Iterator[Property]:
    """The wanted ones; a line that is none is left out, as it would be by whoever wrote it."""
    for content_line in Contentlines.from_ical(text.replace("\0", "")):  # type: ignore[no-untyped-call]
        named = _NAME.match(content_line)
        if named is None or (name := named.group(1).upper()) not in WANTED:
            continue
        try:
            _, parameters, value = Contentline(content_line.strip()).parts()
            yield name, {key.upper(): item for key, item in parameters.items()}, str(value)
        except ValueError:  # a quotation mark or a semicolon too many, in a name mostly
            answer = _ANSWER.search(content_line)
            yield name, {"PARTSTAT": answer.group(1)} if answer else {}, content_line.rpartition(":")[2]


def _reply(event: list[Property], method: str) -> CalendarReply | None:
    """None where it is no answer to our invitation as a whole: those have no single occurrences."""
    values = {name: value for name, _, value in reversed(event)}
    attendees = [one for one in event if one[0] == "ATTENDEE"]
    if len(attendees) > MOST_ATTENDEES:
        raise UnreadableError("too_many_attendees")
    uid = line(values.get("UID", ""), LONGEST_UID + 1)
    answers = {str(parameters.get("PARTSTAT", "")).strip().upper() for _, parameters, _ in attendees}
    answer = "counter" if method == "COUNTER" else ANSWERS.get(answers.pop()) if len(answers) == 1 else None
    if answer is None or not uid or len(uid) > LONGEST_UID or "RECURRENCE-ID" in values:
        return None
    return CalendarReply(
        uid=uid,
        attendee=_address(attendees[0]) if len(attendees) == 1 else "",
        participation=answer,
        sequence=_sequence(values.get("SEQUENCE", "")),
        stamp=_stamp(values.get("DTSTAMP", "")),
        comment=tidy(values.get("COMMENT", ""))[:LONGEST_COMMENT],
    )


def _address(attendee: Property) -> str:
    """The address that is meant, with or without ``mailto:``; where a principal is named instead, that of EMAIL."""
    _, parameters, value = attendee
    bare = re.sub(r"^\s*mailto:", "", value, flags=re.IGNORECASE).partition("?")[0]
    stated = re.sub(r"^\s*mailto:", "", str(parameters.get("EMAIL", "")), flags=re.IGNORECASE)
    return folded_address(unquote(bare)) or folded_address(bare) or folded_address(stated)


def _sequence(value: str) -> int:
    digits = value.strip()
    return min(int(digits), HIGHEST_SEQUENCE) if re.fullmatch("[0-9]{1,10}", digits) else 0


def _stamp(value: str) -> datetime | None:
    """An instant; DTSTAMP is UTC, also where its ``Z`` was forgotten."""
    found = _STAMP.search(value)
    try:
        return datetime.strptime("".join(found.groups()), "%Y%m%d%H%M%S").replace(tzinfo=UTC) if found else None
    except ValueError:
        return None

"""Answers of calendars (RFC 5546, 3.2.3), as programs send them and not only as they should.

Exchange leaves ORGANIZER out and writes ``MAILTO:``, Gmail sends the object twice, Apple names a principal and puts the
address into EMAIL, others name METHOD only in the content type or only in the object. So an answer is whatever says
REPLY; what it does hangs on the few properties that are read here, and on nothing else. One attendee answers; where an
object lists all who were invited, only what it says of the sender is their answer.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import collapse_rfc2231_value
from typing import Final
from urllib.parse import unquote

from icalendar.parser import Contentline, Contentlines

from service.mail.incoming.headers import Mail, decoded, folded_address, line
from service.mail.incoming.received import CalendarReply, Participation, UnreadableError
from service.mail.incoming.texts import content, parts, tidy

TYPES: Final = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
TNEF: Final = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
ANSWER_IN_TNEF: Final = re.compile(rb"IPM\.(?:Schedule\.Meeting\.|Microsoft Schedule\.Mtg)Resp")
MOST_ATTENDEES: Final = 100
MOST_REPLIES: Final = 20
DEEPEST: Final = 10
LONGEST_OBJECT: Final = 1024 * 1024
LONGEST_UID: Final = 255
LONGEST_FILE_NAME: Final = 1_000
LONGEST_COMMENT: Final = 2_000
HIGHEST_SEQUENCE: Final = 2**31 - 1
ANSWERS: Final[Mapping[str, Participation]] = {
    "ACCEPTED": "accepted",
    "TENTATIVE": "tentative",
    "DECLINED": "declined",
    "DELEGATED": "delegated",
}
ANSWERING: Final = frozenset({"REPLY", "COUNTER"})
AROUND: Final[Mapping[str, list[str]]] = {"VCALENDAR": [], "VEVENT": ["VCALENDAR"]}
"""What these stand in, and in nothing else."""
WANTED: Final = frozenset(
    {"BEGIN", "END", "METHOD", "UID", "ATTENDEE", "SEQUENCE", "DTSTAMP", "COMMENT", "RECURRENCE-ID"}
)
_NAME: Final = re.compile(r"\s*(?:[\w-]+\.)?([A-Za-z-]+)\s*[;:]")
_LOOSE: Final = re.compile(r";\s*(PARTSTAT|EMAIL)\s*=\s*\"?([^\s\",;:]+)", re.IGNORECASE)
_STAMP: Final = re.compile(r"(\d{8})T(\d{6})", re.IGNORECASE)
_FOLD: Final = re.compile(rb"\r{0,2}\n[ \t]")
_LINE_END: Final = re.compile(r"\r{0,2}\n|\r")
_BEFORE_ADDRESS: Final = re.compile(r"(?:\s|[\"'<]|mailto:)*", re.IGNORECASE)
_OUTLOOK_UID: Final = re.compile(
    r"040000008200E00074C5B7101A82E008[0-9A-F]{48}7643616C2D55696401000000((?:[0-9A-F]{2})+?)(?:00)*", re.IGNORECASE
)
"""The UID of somebody else's invitation as Outlook stores it, in hexadecimal (MS-OXCICAL, UID); some send that back."""

Property = tuple[str, Mapping[str, object], str]


def replies(mail: Mail, sender: str) -> tuple[tuple[CalendarReply, ...], bool]:
    """Those of all calendar objects of the mail itself, each once; and whether it answers all the same without any.

    Then it says REPLY, but not what or who; or Outlook has put the answer into a winmail.dat, and only there.

    :param sender: the address of From, folded.

    :raises UnreadableError: one of them answers for more people than any answer does.
    """
    found: dict[CalendarReply | None, None] = {}
    for part in parts(mail):
        if _is_calendar(part):
            octets = content(part)[:LONGEST_OBJECT]
            found.update(dict.fromkeys(_replies(_calendar_text(octets, part), _method(part), sender)))
        elif part.get_content_type() in TNEF and ANSWER_IN_TNEF.search(content(part)):
            found[None] = None
    understood = tuple(filter(None, found))[:MOST_REPLIES]
    return understood, None in found and not understood


def _is_calendar(part: Mail) -> bool:
    name = line(part.get_filename() or "", LONGEST_FILE_NAME)
    return part.get_content_type() in TYPES or name.casefold().endswith(".ics")


def _method(part: Mail) -> str:
    return _parameter(part, "method").strip("\"' ").upper()


def _parameter(part: Mail, name: str) -> str:
    return collapse_rfc2231_value(part.get_param(name, ""))


def _calendar_text(octets: bytes, part: Mail) -> str:
    """UTF-8 whatever they say, but for those that begin as UTF-16 does, or really are in the charset they name."""
    if octets.startswith((b"\xff\xfe", b"\xfe\xff")):
        return decoded(octets, "utf-16")
    if octets[1:2] == b"\0" or octets[:1] == b"\0":
        return decoded(octets, "utf-16-le" if octets[1:2] == b"\0" else "utf-16-be")
    octets = _FOLD.sub(b"", octets)  # lines are folded anywhere, also inside a character
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return decoded(octets, _parameter(part, "charset"))


def _replies(text: str, method: str, sender: str) -> Iterator[CalendarReply | None]:
    """Of each event of each calendar; alarms and the like inside an event are not it. None: not understood.

    What begins without the one before it having ended, or ends without having begun, does no harm.
    """
    within: list[str] = []
    methods, events = [method], list[tuple[int, list[Property]]]()
    for name, parameters, value in _properties(text):
        said = value.strip().upper()
        if name == "BEGIN":
            within = [*AROUND.get(said, within), said][:DEEPEST]
            if said == "VCALENDAR":
                methods.append(method)
            elif said == "VEVENT":
                events.append((len(methods) - 1, []))
        elif name == "END" and said in within:
            del within[within.index(said) :]
        elif name == "METHOD" and within == ["VCALENDAR"]:
            methods[-1] = said
        elif within[-1:] == ["VEVENT"]:
            events[-1][1].append((name, parameters, value))
    for calendar, event in events:
        if methods[calendar] in ANSWERING:
            yield _reply(event, methods[calendar], sender)


def _properties(text: str) -> Iterator[Property]:
    """The wanted ones; a line that is none is left out, as it would be by whoever wrote it."""
    text = _LINE_END.sub("\n", text.replace("\0", "").replace("\ufeff", ""))
    for content_line in Contentlines.from_ical(text):  # type: ignore[no-untyped-call]
        named = _NAME.match(content_line)
        if named is None or (name := named.group(1).upper()) not in WANTED:
            continue
        yield _property(name, content_line)


def _property(name: str, content_line: str) -> Property:
    """As it is written, or as it must be meant: a quotation mark, colon or semicolon in a name may hide the rest."""
    with suppress(ValueError):
        _, written, value = Contentline(content_line.strip()).parts()
        parameters = {key.upper(): item for key, item in written.items()}
        if name != "ATTENDEE" or "PARTSTAT" in parameters:
            return name, parameters, str(value)
    return name, {key.upper(): item for key, item in _LOOSE.findall(content_line)}, content_line.rpartition(":")[2]


def _reply(event: list[Property], method: str, sender: str) -> CalendarReply | None:
    """None where it is no answer to our invitation as a whole: those have no single occurrences."""
    values = {name: value for name, _, value in reversed(event)}
    attendees = [one for one in event if one[0] == "ATTENDEE"]
    if len(attendees) > MOST_ATTENDEES:
        raise UnreadableError("too_many_attendees")
    uid = _uid(values.get("UID", ""))
    own = [one for one in attendees if sender in _addresses(one)]
    answering = own or attendees
    answers = {str(parameters.get("PARTSTAT", "")).strip().upper() for _, parameters, _ in answering}
    answer = "counter" if method == "COUNTER" else ANSWERS.get(answers.pop()) if len(answers) == 1 else None
    if answer is None or not uid or len(uid) > LONGEST_UID or "RECURRENCE-ID" in values:
        return None
    return CalendarReply(
        uid=uid,
        attendee=sender if own else _address(attendees),
        participation=answer,
        sequence=_sequence(values.get("SEQUENCE", "")),
        stamp=_stamp(values.get("DTSTAMP", "")),
        comment=tidy(values.get("COMMENT", "") or _said_beside(answering))[:LONGEST_COMMENT],
    )


def _uid(value: str) -> str:
    """Without blanks, ours has none: they come from lines folded badly; and out of what Outlook wraps it in."""
    uid = "".join(line(value, LONGEST_UID + 1).split())
    wrapped = _OUTLOOK_UID.fullmatch(uid)
    return bytes.fromhex(wrapped.group(1)).decode("ascii", "replace") if wrapped else uid


def _said_beside(attendees: list[Property]) -> str:
    """A comment as Google sends it."""
    said = (str(parameters.get("X-RESPONSE-COMMENT", "")) for _, parameters, _ in attendees)
    return next(filter(None, said), "")


def _address(attendees: list[Property]) -> str:
    """That of the only one; empty where there are several, or it names none."""
    return next(iter(_addresses(attendees[0])), "") if len(attendees) == 1 else ""


def _addresses(attendee: Property) -> list[str]:
    """With or without ``mailto:``; where the value is a principal or a proxy, EMAIL names the person's own."""
    _, parameters, value = attendee
    found = []
    for written in (value, str(parameters.get("EMAIL", ""))):
        bare = _BEFORE_ADDRESS.sub("", written, count=1).partition("?")[0].rstrip("\"'> \t")
        found.append(folded_address(unquote(bare)) or folded_address(bare))
    return list(filter(None, found))


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

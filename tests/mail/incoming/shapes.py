"""Answers to an invitation as calendar programs send them, whole mails, with the quirks of each."""

import base64
from datetime import UTC, datetime
from typing import Final

from service.mail.incoming.reading import read
from service.mail.incoming.received import ReceivedMail

UID: Final = "3f1c9a5e7b2d4860"
WHO: Final = "An.Peeters@example.org"
AT: Final = datetime(2023, 3, 10, 9, 30, tzinfo=UTC)


def parsed(source: bytes, trusted: str = "") -> ReceivedMail:
    """As the limited process sees it."""
    return read(source, identity="", received_at=AT, trusted=trusted)


def calendar(*lines: str, method: str = "METHOD:REPLY", end: str = "\r\n") -> str:
    """An object around the lines of one event."""
    event = ("BEGIN:VEVENT", *lines, "END:VEVENT")
    return end.join(("BEGIN:VCALENDAR", "VERSION:2.0", *filter(None, [method]), *event, "END:VCALENDAR", ""))


def answer(attendee: str, *more: str) -> tuple[str, ...]:
    """Lines of an event that answers."""
    return (f"UID:{UID}", attendee, "SEQUENCE:2", "DTSTAMP:20230310T093000Z", *more)


DECLINED: Final = f"ATTENDEE;PARTSTAT=DECLINED:mailto:{WHO}"
PLAIN_OBJECT: Final = calendar(*answer(DECLINED))


def mail(*parts: str, top: str = "multipart/alternative", more: str = "") -> bytes:
    """A mail of these parts, each with its header."""
    head = f"From: An Peeters <{WHO}>\r\nTo: events@studiedag.example\r\nMessage-ID: <r1@example.org>\r\n{more}"
    body = "".join(f"--b1\r\n{part}\r\n" for part in parts)
    return f'{head}MIME-Version: 1.0\r\nContent-Type: {top}; boundary="b1"\r\n\r\n{body}--b1--\r\n'.encode()


def part(kind: str, text: str, *more: str) -> str:
    """One part, 8bit."""
    return "\r\n".join((f"Content-Type: {kind}", *more, "", text))


def encoded(kind: str, octets: bytes, *more: str) -> str:
    """One part in base64."""
    return part(kind, base64.encodebytes(octets).decode(), "Content-Transfer-Encoding: base64", *more)


WORDS: Final = part("text/plain; charset=utf-8", "Geweigerd: Studiedag")

OUTLOOK: Final = mail(
    part('text/plain; charset="iso-8859-1"', "Je peux pas venir, désolée"),
    encoded(
        'text/calendar; charset="utf-8"; method=REPLY',
        calendar(
            "ATTENDEE;PARTSTAT=DECLINED;CN=Peeters, An:MAILTO:an.peeters@EXAMPLE.org",
            "COMMENT;LANGUAGE=nl-BE:Ik ben die dag in Gent\\, sorry\\nAn",
            f"UID:{UID}",
            "SUMMARY;LANGUAGE=fr-FR:Refusé : Studiedag",
            "DTSTART;TZID=Romance Standard Time:20230331T101500",
            "DTEND;TZID=Romance Standard Time:20230331T170000",
            "CLASS:PUBLIC",
            "DTSTAMP:20230310T093000Z",
            "SEQUENCE:2",
            "X-MICROSOFT-CDO-APPT-SEQUENCE:2",
            "BEGIN:VALARM",
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:other@example.org",
            "UID:alarm",
            "END:VALARM",
        ).encode("utf-8-sig"),
    ),
    more="Subject: =?iso-8859-1?Q?Refus=E9=A0:_Studiedag?=\r\nThread-Topic: Studiedag\r\n",
)

GMAIL_OBJECT: Final = calendar(
    "DTSTART:20230331T081500Z",
    "DTEND:20230331T150000Z",
    "DTSTAMP:20230310T093000Z",
    "ORGANIZER;CN=BSoG:mailto:events@studiedag.example",
    f"UID:{UID}",
    f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN=An Peete\r\n rs;X-NUM-GUESTS=0:mailto:{WHO}",
    "SEQUENCE:2",
    "STATUS:CONFIRMED",
)
GMAIL: Final = mail(
    'Content-Type: multipart/alternative; boundary="b2"\r\n\r\n--b2\r\n'
    + part('text/plain; charset="UTF-8"; format=flowed; delsp=yes', "An Peeters has declined this invitation.")
    + "\r\n--b2\r\n"
    + part("text/html; charset=UTF-8", "<p>An Peeters has declined this invitation.</p>")
    + "\r\n--b2\r\n"
    + part('text/calendar; charset="UTF-8"; method=REPLY', GMAIL_OBJECT)
    + "\r\n--b2--",
    encoded(
        'application/ics; name="invite.ics"',
        GMAIL_OBJECT.encode(),
        "Content-Disposition: attachment; filename=invite.ics",
    ),
    top="multipart/mixed",
    more="Auto-Submitted: auto-generated\r\nSender: Google Calendar <calendar-notification@google.com>\r\n",
)

APPLE: Final = mail(
    WORDS,
    'Content-Type: multipart/mixed; boundary="b2"\r\n\r\n--b2\r\n'
    + part("text/html", "<html><body>An declined</body></html>")
    + "\r\n--b2\r\n"
    + part(
        "text/calendar; method=REPLY; charset=UTF-8; name=iCal-20230310-103000.ics",
        calendar(
            "DTSTAMP:20230310T093000Z",
            f'ATTENDEE;CN="An Peeters";CUTYPE=INDIVIDUAL;EMAIL={WHO};PARTSTAT=DECLINED:/aMTMxNjA3/principal/',
            f"UID:{UID}",
            "SEQUENCE:2",
        )
        .replace("=", "=3D")
        .replace("CUTYPE", "CUT=\r\nYPE"),
        "Content-Transfer-Encoding: quoted-printable",
        "Content-Disposition: attachment; filename=iCal-20230310-103000.ics",
    )
    + "\r\n--b2--",
)

SHAPES: Final[dict[str, bytes]] = {
    "outlook": OUTLOOK,
    "gmail": GMAIL,
    "apple": APPLE,
    "icloud": mail(
        WORDS,
        part(
            "text/calendar; method=REPLY", calendar(*answer(f'ATTENDEE;CN="An ""x"" P";PARTSTAT=DECLINED:mailto:{WHO}'))
        ),
    ),
    "thunderbird": mail(
        WORDS,
        part("text/calendar; method=REPLY; charset=UTF-8", PLAIN_OBJECT),
        part("application/ics; name=invite.ics", PLAIN_OBJECT, "Content-Disposition: attachment; filename=invite.ics"),
        top="multipart/mixed",
    ),
    "zimbra": mail(
        WORDS,
        part(
            "text/calendar; charset=utf-8; method=REPLY; name=meeting.ics",
            PLAIN_OBJECT.replace("PARTSTAT=DECLINED", "CN=An;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;RSVP=FALSE"),
        ),
    ),
    "nextcloud": mail(
        WORDS,
        encoded(
            'text/calendar; method="REPLY"; charset="UTF-8"; name=event.ics',
            PLAIN_OBJECT.encode(),
            "Content-Disposition: attachment; filename=event.ics",
        ),
        top="multipart/mixed",
        more="Auto-Submitted: auto-generated\r\n",
    ),
    "android": mail(WORDS, part("text/calendar; method=REPLY", calendar(*answer(DECLINED), end="\n"))),
    "method in the type only": mail(WORDS, part("text/calendar; method=reply", calendar(*answer(DECLINED), method=""))),
    "method in the object only": mail(WORDS, part("text/calendar", PLAIN_OBJECT)),
    "method after the event": mail(
        WORDS,
        part(
            "text/calendar",
            PLAIN_OBJECT.replace("METHOD:REPLY\r\n", "").replace("END:VCALENDAR", "METHOD:REPLY\r\nEND:VCALENDAR"),
        ),
    ),
    "lower case": mail(
        WORDS,
        part(
            "TEXT/CALENDAR; METHOD=reply",
            f"begin:vcalendar\nmethod:reply\nbegin:vevent\nuid:{UID}\nattendee;partstat=declined:mailto:{WHO}\nsequence:2\ndtstamp:20230310t093000z\nend:vevent\nend:vcalendar".replace(
                "t093000z", "T093000Z"
            ),
        ),
    ),
    "utf-16": mail(WORDS, encoded("text/calendar; charset=utf-16; method=REPLY", PLAIN_OBJECT.encode("utf-16"))),
    "utf-16 without a mark": mail(
        WORDS, encoded("text/calendar; charset=utf-16le; method=REPLY", PLAIN_OBJECT.encode("utf-16-le"))
    ),
    "a charset that it is not": mail(
        WORDS, part("text/calendar; charset=us-ascii; method=REPLY", calendar(*answer(DECLINED, "COMMENT:désolée")))
    ),
    "a charset that is none": mail(WORDS, part("text/calendar; charset=x-klingon; method=REPLY", PLAIN_OBJECT)),
    "an attachment of any type": mail(
        WORDS, encoded('application/octet-stream; name="reply.ICS"', PLAIN_OBJECT.encode()), top="multipart/mixed"
    ),
    "the mail itself": f"From: {WHO}\r\nContent-Type: text/calendar; method=REPLY\r\n\r\n{PLAIN_OBJECT}".encode(),
    "an address without mailto": mail(
        WORDS, part("text/calendar; method=REPLY", calendar(*answer(f"ATTENDEE;PARTSTAT=DECLINED:{WHO}")))
    ),
    "a percent-encoded address": mail(
        WORDS,
        part(
            "text/calendar; method=REPLY",
            calendar(*answer("ATTENDEE;PARTSTAT=DECLINED:mailto:An.Peeters%40example.org")),
        ),
    ),
    "a folded address": mail(
        WORDS,
        part(
            "text/calendar; method=REPLY",
            calendar(*answer("ATTENDEE;PARTSTAT=DECL\r\n\tINED:mailto:An.Pee\r\n ters@example.org")),
        ),
    ),
    "a parameter without value": mail(
        WORDS, part("text/calendar; method=REPLY", calendar(*answer(f"ATTENDEE;RSVP;PARTSTAT=DECLINED:mailto:{WHO}")))
    ),
    "no end": mail(
        WORDS, part("text/calendar; method=REPLY", PLAIN_OBJECT.replace("END:VEVENT\r\nEND:VCALENDAR\r\n", ""))
    ),
    "a time zone before it": mail(
        WORDS,
        part(
            "text/calendar; method=REPLY",
            PLAIN_OBJECT.replace(
                "BEGIN:VEVENT",
                "BEGIN:VTIMEZONE\r\nTZID:X\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT",
            ),
        ),
    ),
}
"""Each declines, from the same person, for the same invitation."""

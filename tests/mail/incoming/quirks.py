"""What programs and the servers on the way do to an object and its header, one thing at a time."""

import base64
from typing import Final

from tests.mail.incoming.shapes import DECLINED, PLAIN_OBJECT, UID, WHO, WORDS, answer, calendar, encoded, mail, part

REPLY: Final = "text/calendar; charset=utf-8; method=REPLY"
OTHER: Final = calendar("UID:other", DECLINED, method="METHOD:PUBLISH")
SAD: Final = calendar(*answer(DECLINED, "COMMENT:désolée")).encode()
IN_CHARACTER: Final = SAD.index("é".encode()) + 1

OBJECTS: Final[dict[str, bytes]] = {
    "ends of lines are carriage returns": PLAIN_OBJECT.replace("\r\n", "\r").encode(),
    "ends of lines are doubled": PLAIN_OBJECT.replace("mailto:", "mail\r\n to:").replace("\r\n", "\r\r\n").encode(),
    "lines are folded inside a character": SAD[:IN_CHARACTER] + b"\r\n " + SAD[IN_CHARACTER:],
    "lines have others between them": PLAIN_OBJECT.replace("\r\n", "\r\n\r\n").encode(),
    "there are two marks before it": PLAIN_OBJECT.encode("utf-8-sig").replace(b"BEGIN", b"\xef\xbb\xbfBEGIN", 1),
    "utf-16, the other way round": b"\xfe\xff" + PLAIN_OBJECT.encode("utf-16-be"),
    "no version": PLAIN_OBJECT.replace("VERSION:2.0\r\n", "").encode(),
    "a time zone after it": PLAIN_OBJECT.replace(
        "END:VCALENDAR", "BEGIN:VTIMEZONE\r\nTZID:X\r\nEND:VTIMEZONE\r\nEND:VCALENDAR"
    ).encode(),
    "ends where nothing began": PLAIN_OBJECT.replace("BEGIN:VEVENT", "END:VEVENT\r\nBEGIN:VEVENT").encode(),
    "a time zone without end": PLAIN_OBJECT.replace("BEGIN:VEVENT", "BEGIN:VTIMEZONE\r\nBEGIN:VEVENT").encode(),
    "another calendar before it": OTHER.encode() + PLAIN_OBJECT.encode(),
    "another calendar after it": PLAIN_OBJECT.encode() + OTHER.encode(),
    "a uid with blanks": PLAIN_OBJECT.replace(UID, f" {UID[:4]} {UID[4:]} ").encode(),
    "a small t": PLAIN_OBJECT.replace("T093000Z", "t093000z").encode(),
    "a comment without end": calendar(*answer(DECLINED, f"COMMENT:{'x' * 300_000}")).encode(),
}
ATTENDEES: Final[dict[str, tuple[str, ...]]] = {
    "partstat in quotation marks": (f'ATTENDEE;PARTSTAT="DECLINED":mailto:{WHO}',),
    "blanks around everything": (f"ATTENDEE; PARTSTAT = DECLINED; CN = An : mailto: {WHO}",),
    "mailto twice": (f"ATTENDEE;PARTSTAT=DECLINED:MAILTO:mailto:{WHO}",),
    "an address in apostrophes": (f"ATTENDEE;PARTSTAT=DECLINED:MAILTO:'{WHO}'",),
    "an address in angle brackets": (f"ATTENDEE;PARTSTAT=DECLINED:mailto:<{WHO}>",),
    "an address in quotation marks": (f'ATTENDEE;PARTSTAT=DECLINED:"mailto:{WHO}"',),
    "a letter in hexadecimal": (f"ATTENDEE;PARTSTAT=DECLINED:mailto:%41{WHO[1:]}",),
    "a colon in the name": (f"ATTENDEE;CN=BSoG: An;PARTSTAT=DECLINED:mailto:{WHO}",),
    "a semicolon in the name": (f"ATTENDEE;CN=An; Peeters;PARTSTAT=DECLINED:mailto:{WHO}",),
    "a quotation mark in the name": (f'ATTENDEE;CN=An "x;PARTSTAT=DECLINED:mailto:{WHO}',),
    "a backslash behind the name": (f"ATTENDEE;CN=An\\;PARTSTAT=DECLINED:mailto:{WHO}",),
    "marks in the name, and a principal": (f'ATTENDEE;CN="An "x" P";EMAIL={WHO};PARTSTAT=DECLINED:/aMTM/principal/',),
    "all who were invited": (DECLINED, "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:bo@example.org"),
    "all who were invited, who also declined": ("ATTENDEE;PARTSTAT=DECLINED:mailto:bo@example.org", DECLINED),
    "the same twice": (DECLINED, DECLINED),
}
FROM: Final = (
    f"{WHO} <{WHO}>",
    f"'{WHO}' <{WHO}>",
    f"An@stad Peeters <{WHO}>",
    f'An "x Peeters <{WHO}>',
    f"An [stad] Peeters <{WHO}>",
    f"=?utf-8?Q?Peeters,_An?= <{WHO}>",
    f"An\r\n Peeters\r\n\t<{WHO.upper()}>",
    f"{WHO} (An (secretaris) Peeters)",
)


def _from(value: str) -> bytes:
    return mail(WORDS, part(REPLY, PLAIN_OBJECT)).replace(f"An Peeters <{WHO}>".encode(), value.encode(), 1)


QUIRKS: Final[dict[str, bytes]] = {
    **{name: mail(WORDS, encoded(REPLY, octets)) for name, octets in OBJECTS.items()},
    **{name: mail(WORDS, part(REPLY, calendar(*answer(*lines)))) for name, lines in ATTENDEES.items()},
    **{f"From: {value}": _from(value) for value in FROM},
    "the name of the file is encoded": mail(
        WORDS, part('application/octet-stream; name="=?utf-8?Q?invite.ics?="', PLAIN_OBJECT), top="multipart/mixed"
    ),
    "the encoding has a blank behind it": mail(
        WORDS,
        part(REPLY, base64.encodebytes(PLAIN_OBJECT.encode()).decode(), "Content-Transfer-Encoding: base64 "),
    ),
    "the method is encoded": mail(
        WORDS, part("text/calendar; method*=us-ascii''REPLY", calendar(*answer(DECLINED), method=""))
    ),
}
"""Each declines, from the same person, for the same invitation as those of ``shapes``."""

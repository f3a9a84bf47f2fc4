"""A letter as the bytes of a mail: MIME that every client shows as an invitation (RFC 5322, 2045, 6047).

Flask-Mail's own composing is not used: it lets line breaks through into headers, sends 8bit lines of any length, has
no place for the parameters of a calendar part, and takes many times as long (docs/decisions/0011). Everything in here
is 7-bit, in lines of at most 76 octets, and a header that could become two is refused.
"""

import re
from base64 import b64encode, encodebytes
from binascii import b2a_qp
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime, formataddr
from typing import Final

from service.letters.letter import Letter

CRLF: Final = "\r\n"
LINE: Final = 76
WORD: Final = 39
"""Octets of text in one encoded word."""
ADDRESS: Final = re.compile(r"[^\s\x00-\x1f\x7f-\U0010ffff\"(),:;<>@\[\\\]]{1,64}@[A-Za-z0-9.-]{1,255}")
MESSAGE_ID: Final = re.compile(r"<[!-;=?-~]{1,250}>")
"""ASCII without spaces or angle brackets inside."""
CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f]")
PART: Final = """\
--{boundary}
Content-Type: {type}
Content-Transfer-Encoding: {encoding}

{body}"""


class UnfitMailError(ValueError):
    """This mail cannot be written: an address that is none, a header with a line break."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Who writes to whom, when, under which Message-ID (``<…>``); names may be empty, addresses are ASCII.

    ``in_reply_to``: the Message-ID of the mail that this one answers. It is a stranger's word; one that cannot stand in
    a header is left out.
    ``list_id``: of the mails that belong together, without angle brackets; may be empty.
    """

    message_id: str
    sender_name: str
    sender: str
    recipient_name: str
    recipient: str
    language: str
    date: datetime
    in_reply_to: str = ""
    list_id: str = ""


def compose(letter: Letter, head: Head) -> bytes:
    """The whole mail, with CRLF line ends; the same letter and head make the same bytes.

    ``multipart/alternative`` of text, HTML and calendar object, the last one with its method and never an attachment;
    around that, where there is a calendar, ``multipart/mixed`` with the same object as a file for the clients that want
    one (standards: Calendar mail).

    :raises UnfitMailError: see there.
    """
    # "=_" cannot come out of quoted-printable or base64, so no part can contain a boundary.
    mark = re.sub(r"[^A-Za-z0-9]", "", head.message_id)[:40]
    alternative, mixed = f"=_a_{mark}", f"=_m_{mark}"
    parts = [
        _part(alternative, "text/plain; charset=utf-8", "quoted-printable", _quoted(letter.text)),
        _part(alternative, "text/html; charset=utf-8", "quoted-printable", _quoted(letter.html)),
    ]
    lines = [*_headers(letter.subject, head), "MIME-Version: 1.0"]
    if letter.calendar is None:
        lines += [
            f'Content-Type: multipart/alternative; boundary="{alternative}"',
            "",
            *parts,
            f"--{alternative}--",
            "",
        ]
        return _bytes(lines)
    invitation = encodebytes(letter.calendar).decode("ascii")
    calendar = f"text/calendar; method={letter.method}; charset=UTF-8"
    file = 'application/ics; name="invite.ics"\nContent-Disposition: attachment; filename="invite.ics"'
    lines += [
        f'Content-Type: multipart/mixed; boundary="{mixed}"',
        "",
        f"--{mixed}",
        f'Content-Type: multipart/alternative; boundary="{alternative}"',
        "",
        *parts,
        _part(alternative, calendar, "base64", invitation),
        f"--{alternative}--",
        _part(mixed, file, "base64", invitation),
        f"--{mixed}--",
        "",
    ]
    return _bytes(lines)


def _headers(subject: str, head: Head) -> list[str]:
    return [
        _mailbox("From", head.sender_name, head.sender),
        _mailbox("To", head.recipient_name, head.recipient),
        _header("Subject", subject),
        f"Date: {format_datetime(head.date)}",
        f"Message-ID: {head.message_id}",
        *_thread(head.in_reply_to),
        f"Content-Language: {head.language}",
        "Auto-Submitted: auto-generated",
        *([f"List-Id:\n <{head.list_id}>"] if head.list_id else []),
    ]


def _thread(message_id: str) -> list[str]:
    """Where mail programs put it: under that mail (RFC 5322, 3.6.4)."""
    if not MESSAGE_ID.fullmatch(message_id):
        return []
    return [f"In-Reply-To: {message_id}", f"References: {message_id}"]


def _mailbox(name: str, phrase: str, address: str) -> str:
    """A header with one address in it.

    :raises UnfitMailError: that is no address.
    """
    if not ADDRESS.fullmatch(address):
        raise UnfitMailError(f"{name}: not an address that mail can go to")
    if not phrase:
        return f"{name}: {address}"
    if _is_plain(phrase) and len(phrase) + len(address) + len(name) < LINE - 7:
        return f"{name}: {formataddr((_one_line(name, phrase), address))}"
    return f"{_header(name, phrase, always=True)}\n <{address}>"


def _header(name: str, text: str, *, always: bool = False) -> str:
    """A header with free text; what is not short plain ASCII becomes encoded words, folded (RFC 2047).

    :raises UnfitMailError: the text holds a line break or another control character.
    """
    text = _one_line(name, text)
    if not always and _is_plain(text) and len(name) + len(text) + 2 <= LINE:
        return f"{name}: {text}"
    words = "\n ".join(_encoded_words(text))
    return f"{name}: {words}"


def _encoded_words(text: str) -> Iterator[str]:
    """Text as words of RFC 2047, no character divided between two; each fits behind the name of its header."""
    chunk = b""
    for character in text:
        octets = character.encode()
        if len(chunk) + len(octets) > WORD:
            yield f"=?utf-8?b?{b64encode(chunk).decode('ascii')}?="
            chunk = b""
        chunk += octets
    yield f"=?utf-8?b?{b64encode(chunk).decode('ascii')}?="


def _one_line(name: str, text: str) -> str:
    if CONTROLS.search(text):
        raise UnfitMailError(f"{name}: control characters")
    return text


def _is_plain(text: str) -> bool:
    """ASCII that no reader mistakes for an encoded word."""
    return text.isascii() and "=?" not in text


def _part(boundary: str, content_type: str, encoding: str, body: str) -> str:
    return PART.format(boundary=boundary, type=content_type, encoding=encoding, body=body)


def _quoted(text: str) -> str:
    """Quoted-printable with bare line ends; soft breaks keep every line short."""
    return b2a_qp(text.replace("\r\n", "\n").replace("\r", "\n").encode(), istext=True).decode("ascii")


def _bytes(lines: list[str]) -> bytes:
    return "\n".join(line.removesuffix("\n") for line in lines).replace("\n", CRLF).encode("ascii")

"""Header fields of a stranger's mail as bounded lines of text and addresses (RFC 5322, 2047).

The standard library's modern header objects take seconds for a From of 350 kB and recurse with each nested comment, so
the fields are read raw (``policy.compat32``), measured, and only then taken apart.
"""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses
from typing import Final

from service.mail.incoming.unreadable import UnreadableError

Mail = Message

LONGEST_FIELD: Final = 8 * 1024
"""Octets of a field from which a single value is read; RFC 5322 has lines of 998."""
LONGEST_LIST: Final = 64 * 1024
"""Octets of To, Cc and References, of which the rest is not looked at."""
LONGEST_HEADER: Final = 256 * 1024
LONGEST_ADDRESS: Final = 254
ADDRESS: Final = re.compile(r"[^@\s<>(),;:\"\\]+@[^@\s<>(),;:\"\\]+")
MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,298}>")
_UNPRINTABLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")


def fields(mail: Mail, *names: str) -> list[str]:
    """The raw values of these fields, topmost first; octets that are no ASCII are surrogates."""
    wanted = {name.casefold() for name in names}
    return [str(value) for name, value in mail.raw_items() if name.casefold() in wanted]


def field(mail: Mail, *names: str) -> str:
    """The first value of the first of these fields that is there; empty without one.

    :raises UnreadableError: nobody writes a field as long as that.
    """
    found = next((values[0] for name in names if (values := fields(mail, name))), "")
    if len(found) > LONGEST_FIELD:
        raise UnreadableError("header_too_long")
    return found


def line(raw: str, longest: int) -> str:
    """A value decoded, as one line without characters that nobody sees."""
    return " ".join(_UNPRINTABLE.sub(" ", _decoded(raw)).split())[:longest].rstrip()


def sender(mail: Mail) -> tuple[str, str]:
    """The address of From, folded, and the name beside it; both empty where there is none.

    :raises UnreadableError: the field is too long.
    """
    for name, address in getaddresses([field(mail, "From")]):
        if folded := folded_address(address):
            return folded, line(name, 200)
    return "", line(field(mail, "From"), 200)


def addresses(mail: Mail, *names: str) -> tuple[str, ...]:
    """All addresses of these fields, folded, each once; ``plus+part`` stays."""
    text = "\n".join(fields(mail, *names))[:LONGEST_LIST]
    return tuple(dict.fromkeys(filter(None, map(folded_address, ADDRESS.findall(text)))))


def folded_address(text: str) -> str:
    """An address as it is compared; empty where it is none."""
    found = ADDRESS.fullmatch(text.strip())
    return found.group().casefold() if found and found.end() <= LONGEST_ADDRESS and found.group().isprintable() else ""


def message_ids(mail: Mail, *names: str) -> tuple[str, ...]:
    """What these fields name, ``<…>``, each once."""
    text = "\n".join(fields(mail, *names))[-LONGEST_LIST:]
    return tuple(dict.fromkeys(found for found in MESSAGE_ID.findall(text) if found.isprintable()))


def _decoded(raw: str) -> str:
    """RFC 2047 undone; a stranger to that is taken for UTF-8, else for Latin-1."""
    try:
        pieces = decode_header(raw)
    except HeaderParseError:
        pieces = [(raw, None)]
    return "".join(_text(piece, charset) for piece, charset in pieces)


def _text(piece: str | bytes, charset: str | None) -> str:
    octets = piece if isinstance(piece, bytes) else piece.encode("utf-8", "surrogateescape")
    return decoded(octets, charset or "")


def decoded(octets: bytes, charset: str) -> str:
    """Text in a charset that may be wrong or unknown; nothing that comes in makes this fail."""
    for name in filter(None, (charset, "utf-8")):
        try:
            return octets.decode(name)
        except (LookupError, ValueError):
            continue
    return octets.decode("latin-1")

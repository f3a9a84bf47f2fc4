"""Header fields of a stranger's mail as bounded lines of text and addresses (RFC 5322, 2047).

The standard library's modern header objects take seconds for a From of 350 kB and recurse with each nested comment, so
the fields are read raw (``policy.compat32``), measured, and only then taken apart.
"""

import re
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from typing import Final

from service.mail.incoming.received import UnreadableError

Mail = Message

LONGEST_FIELD: Final = 8 * 1024
"""Octets of a field from which a single value is read; RFC 5322 has lines of 998."""
LONGEST_LIST: Final = 64 * 1024
"""Octets of To, Cc and References, of which the rest is not looked at."""
LONGEST_HEADER: Final = 256 * 1024
LONGEST_ADDRESS: Final = 254
LONGEST_NAME: Final = 200
ADDRESS: Final = re.compile(r"[^@\s<>(),;:\"\\]+@[^@\s<>(),;:\"\\]+")
MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,298}>")
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
_QUOTATION_MARK: Final = re.compile(r'\\(.)|"', re.DOTALL)
_ANGLED: Final = re.compile(r"<([^<>]*)>")
_COMMENT: Final = re.compile(r"\([^()]*\)")
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
    """The address of From, folded, and the name beside it; no address where there is none, or not one alone.

    Where one is in angle brackets, all else is a name and chosen freely, also when it looks like an address. So it is
    read here: ``getaddresses`` takes such a name for the sender, and in newer releases of Python nothing at all.

    :raises UnreadableError: the field is too long.
    """
    written = ", ".join(fields(mail, "From"))
    if len(written) > LONGEST_FIELD:
        raise UnreadableError("header_too_long")
    written = decoded(written.encode("utf-8", "surrogateescape"), "")
    bare = uncommented(_QUOTED.sub(" ", written))
    angled = _ANGLED.findall(bare)
    found = {folded_address(address) for address in angled or ADDRESS.findall(bare)} - {""}
    if len(found) != 1:
        return "", line(written, LONGEST_NAME)
    name = written.rpartition("<")[0] if angled else ADDRESS.sub("", written).strip(" ()")
    return found.pop(), line(_QUOTATION_MARK.sub(r"\1", name), LONGEST_NAME)


def addresses(mail: Mail, *names: str) -> tuple[str, ...]:
    """All addresses of these fields, folded, each once; ``plus+part`` stays."""
    text = "\n".join(fields(mail, *names))[:LONGEST_LIST]
    return tuple(dict.fromkeys(filter(None, map(folded_address, ADDRESS.findall(text)))))


def folded_address(text: str) -> str:
    """An address as it is compared; empty where it is none."""
    found = ADDRESS.fullmatch(text.strip())
    if found is None or found.end() > LONGEST_ADDRESS or not found.group().isprintable():
        return ""
    address = _ascii(found.group().casefold())
    return address if len(address) <= LONGEST_ADDRESS else ""


def _ascii(address: str) -> str:
    """With its domain as the DNS has it (RFC 5891), which is how people have to type it here; empty if it has none."""
    local, _, domain = address.rpartition("@")
    try:
        return address if domain.isascii() else f"{local}@{domain.encode('idna').decode()}"
    except UnicodeError:
        return ""


def uncommented(text: str) -> str:
    """Without comments, however they are nested, up to a depth at which nobody writes them."""
    for _ in range(5):
        text = _COMMENT.sub(" ", text)
    return text


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

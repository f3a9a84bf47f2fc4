"""What a mail says, as plain text: its own words where it has them, else made from its HTML; never markup."""

import re
from collections.abc import Iterable, Iterator
from email.message import Message
from html.parser import HTMLParser
from typing import Final

import nh3

from service.mail.incoming.headers import Mail, decoded
from service.mail.incoming.received import UnreadableError

LONGEST_TEXT: Final = 20_000
LONGEST_SOURCE: Final = 400_000
"""Octets of a part that are looked at; styles and quotations of whole threads come after what somebody wrote."""
ENCODING: Final = "Content-Transfer-Encoding"
MOST_PARTS: Final = 1_000
BREAKS: Final = frozenset(
    {"address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5", "h6"}
    | {"header", "hr", "li", "ol", "p", "pre", "section", "table", "td", "th", "tr", "ul"}
)
UNSEEN: Final = frozenset({"script", "style", "template", "title", "noscript", "svg", "math"})
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069\ud800-\udfff]+")
_GAPS: Final = re.compile(r"\n{3,}")


def parts(mail: Mail) -> Iterator[Mail]:
    """All parts of the mail itself, in order; what it encloses (``message/…``: forwarded, bounced) stays closed.

    :raises UnreadableError: there are too many.
    """
    waiting, seen = [mail], 0
    while waiting:
        part = waiting.pop()
        seen += 1
        if seen > MOST_PARTS:
            raise UnreadableError("too_many_parts")
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(reversed(enclosed(part)))
        else:
            yield part


def enclosed(part: Mail) -> list[Mail]:
    """The parts right inside a multipart, or the one mail inside a ``message/…``."""
    payload = part.get_payload()
    return [inner for inner in payload if isinstance(inner, Message)] if isinstance(payload, list) else []


def content(part: Mail) -> bytes:
    """A part's octets, its transfer encoding undone as far as that goes."""
    written = str(part.get(ENCODING, ""))
    if (meant := written.strip('" \t')) != written:  # the standard library would not know it with a blank behind it
        part.replace_header(ENCODING, meant)
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def text_of(mail: Mail) -> str:
    """At most ``LONGEST_TEXT`` characters; attachments are not read."""
    inline = [part for part in parts(mail) if part.get_content_disposition() != "attachment"]
    plain = _joined(part_text(part) for part in inline if part.get_content_type() == "text/plain")
    return plain or _joined(
        without_markup(part_text(part)) for part in inline if part.get_content_type() == "text/html"
    )


def part_text(part: Mail) -> str:
    """The text of one part, whatever its charset says."""
    charset = part.get_param("charset", "")
    return decoded(content(part)[:LONGEST_SOURCE], charset if isinstance(charset, str) else "")


def without_markup(html: str) -> str:
    """HTML as somebody would read it aloud: text and line ends, no scripts, styles or addresses of links."""
    reader = _Words()  # gets well-formed HTML only: what it is not made for would take it minutes
    reader.feed(nh3.clean(html, tags=set(BREAKS), clean_content_tags=set(UNSEEN), attributes={}))
    reader.close()
    return re.sub(r" *\n *", "\n", re.sub(" {2,}", " ", "".join(reader.words)))


def tidy(text: str) -> str:
    """Line ends as line feeds, no trailing blanks, no gaps, no characters that nobody sees."""
    lines = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " ")).split("\n")
    return _GAPS.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip()


def _joined(texts: Iterable[str]) -> str:
    return tidy("\n\n".join(filter(None, map(tidy, texts))))[:LONGEST_TEXT].rstrip()


class _Words(HTMLParser):
    """Collects text, and the line ends around blocks of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """A block begins, or a line ends."""
        if tag in BREAKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """A block ends; a paragraph keeps its distance."""
        if tag in BREAKS and tag != "br":
            self.words.append("\n\n" if tag == "p" else "\n")

    def handle_data(self, data: str) -> None:
        """Words as a browser sets them: line ends of the source are blanks."""
        self.words.append(re.sub(r"\s+", " ", data))

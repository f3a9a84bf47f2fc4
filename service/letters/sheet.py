"""A letter before it takes a form: what it says, block by block, in one language.

Both forms (plain text, HTML) are printed from the same sheet, so neither can say what the other does not.
"""

from dataclasses import dataclass
from typing import ClassVar, Literal

from service.wording import colon


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph: ordinary, or one that must not be overlooked."""

    kind: ClassVar = "paragraph"
    text: str
    weight: Literal["plain", "notice"] = "plain"


@dataclass(frozen=True, slots=True)
class Row:
    """One fact by its name; an address goes in ``url`` and is shown in full, so that paper has it too.

    ``before`` says what it was until now, where that has changed.
    """

    name: str
    value: str = ""
    url: str = ""
    before: str = ""


@dataclass(frozen=True, slots=True)
class Card:
    """The essentials under their title."""

    kind: ClassVar = "card"
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Button:
    """The one thing to do next."""

    kind: ClassVar = "button"
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Either:
    """Two things to do of which the reader chooses one: neither looks like the one we would like better."""

    kind: ClassVar = "either"
    one: Button
    other: Button


@dataclass(frozen=True, slots=True)
class Link:
    """Another thing to do, in the small print: why one would (may be left out), and the link."""

    kind: ClassVar = "link"
    text: str
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What a person wrote, over several lines; ``linked``: one of whom we know that their addresses may be links."""

    kind: ClassVar = "quote"
    text: str
    linked: bool = False


Block = Paragraph | Card | Button | Either | Link | Quote


@dataclass(frozen=True, slots=True)
class Sheet:
    """All that a letter says; signed by the organiser, with the mailbox that reads the answers.

    ``preview`` is what an inbox shows behind the subject; it is said again in the letter, where it is not seen.
    """

    language: str
    subject: str
    heading: str
    greeting: str
    blocks: tuple[Block, ...]
    organiser: str
    mailbox: str
    questions: str  # the word before the mailbox
    preview: str = ""

    @property
    def colon(self) -> str:
        """What stands between a name and its value."""
        return colon(self.language)


def notice(text: str) -> Paragraph:
    """A paragraph that must not be overlooked."""
    return Paragraph(text, "notice")

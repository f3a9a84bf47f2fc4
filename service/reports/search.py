"""What staff type to find somebody: every word must occur, without regard to case, accents or order."""

import unicodedata
from collections.abc import Iterable
from typing import Final

STROKES: Final = str.maketrans({"ø": "o", "đ": "d", "ł": "l", "\u0131": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"})


def plain(text: str) -> str:
    """The text as it is compared: ``Hélène`` and ``HELENE`` are the same, and so on both databases."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in decomposed if not unicodedata.combining(one)).translate(STROKES)


def matches(words: Iterable[str], *texts: str) -> bool:
    """Whether all words, each plain already, occur somewhere in these texts."""
    hay = plain("\n".join(texts))
    return all(word in hay for word in words)


def words_of(search: str) -> list[str]:
    """What was typed, as plain words."""
    return plain(search).split()

"""Which study day a mail names in its subject (rules.md 5)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WORD: Final = re.compile(r"\w+")
SHORTEST: Final = 4
"""Letters and digits of a name that can be told from ordinary words."""
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A study day that was found by its name; ``language`` is that of the title, None of a slug."""

    id: int
    language: str | None


def tagged(subject: str, slug: str) -> str:
    """A subject that names the study day whatever its title becomes: what a ready-made mail says."""
    return f"{subject} [{slug}]"


def named(subject: str, titles: Mapping[int, Mapping[str, str]], slugs: Mapping[int, str]) -> Named | None:
    """The one study day that a subject names; None for none, or several.

    By the tag of a ready-made mail; else by its title in any language; else by its slug, which may be an ordinary word.
    Titles are compared word by word, without regard to case and punctuation, so that "Re: late request – Title!" is
    found. Of two titles of which one contains the other, the longer one is meant.

    :param titles: ``{language: text}`` by id.
    :param slugs: the last part of the address of the page, by id.
    """
    folded = subject.casefold()
    words = _words(subject)
    by_title = _longest(words, titles)
    for ids in (
        {id for id, slug in slugs.items() if tagged("", slug).strip() in folded},
        set(by_title),
        {id for id, slug in slugs.items() if _has_slug(folded, slug)},
    ):
        if ids:
            id = ids.pop()
            return None if ids else Named(id, by_title.get(id))
    return None


def _longest(words: Words, titles: Mapping[int, Mapping[str, str]]) -> dict[int, str]:
    """The ids whose title stands in these words, in which language; only those with the longest title."""
    found: dict[int, tuple[int, str]] = {}
    for id, texts in titles.items():
        lengths = [(len(title), language) for language, text in texts.items() if _within(title := _words(text), words)]
        if lengths:
            found[id] = max(lengths)
    longest = max((length for length, _ in found.values()), default=0)
    return {id: language for id, (length, language) in found.items() if length == longest}


def _has_slug(subject: str, slug: str) -> bool:
    """As a whole: in "…/buddies", and not in "buddies-2"."""
    return len(slug) >= SHORTEST and re.search(rf"(?<![\w-]){re.escape(slug)}(?![\w-])", subject) is not None


def _words(text: str) -> Words:
    return tuple(WORD.findall(text.casefold()))


def _within(title: Words, words: Words) -> bool:
    if sum(map(len, title)) < SHORTEST:
        return False
    return any(words[start : start + len(title)] == title for start in range(len(words) - len(title) + 1))

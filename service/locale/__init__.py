"""Words in five languages: from an English sentence to the reader's.

The source text of a message is its English sentence, so English needs no file. The others have one .po per room
(`DOMAINS`), read at first use; no compiled file lies in the repository, so none can be stale. `N_` marks a message
where it is written down but not yet shown. `make messages` collects what is marked, `make check` finds what is missing.
"""

from collections.abc import Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

LANGUAGES: Final = ("nl", "fr", "en", "de", "it")
SOURCE_LANGUAGE: Final = "en"
DOMAINS: Final = ("pages", "desk", "people", "letters", "errors")
FOLDER: Final = Path(__file__).parent


def translate(language: str, message: str, /, **facts: object) -> str:
    """The message in that language, its %(names)s replaced by the facts; a bare percent sign is written %%."""
    return catalogue(language).gettext(message) % facts


def translate_n(language: str, singular: str, plural: str, number: int, /, **facts: object) -> str:
    """As `translate`, in the form which that number takes in that language."""
    return catalogue(language).ngettext(singular, plural, number) % facts


def N_(message: str, /) -> str:  # noqa: N802 - the name that gettext's tools know
    """Only mark a message for translation, for a table of words that `translate` reads from."""
    return message


@cache
def catalogue(language: str) -> NullTranslations:
    """All messages of one language.

    :raises ValueError: for a language that is not one of `LANGUAGES`.
    """
    if language not in LANGUAGES:
        raise ValueError(f"{language!r} is not one of {', '.join(LANGUAGES)}")
    return NullTranslations() if language == SOURCE_LANGUAGE else read_catalogue(FOLDER, language)


def read_catalogue(folder: Path, language: str) -> NullTranslations:
    """Join the domains of one language, in memory; a message in two of them has one translation (`make check`)."""
    joined = Catalog(locale=language)
    for domain in DOMAINS:
        with po_path(folder, language, domain).open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    joined[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, joined)
    compiled.seek(0)
    return Translations(compiled)


def po_path(folder: Path, language: str, domain: str) -> Path:
    """Where the messages of one room in one language are written."""
    return folder / language / "LC_MESSAGES" / f"{domain}.po"


def in_language(texts: Mapping[str, str] | None, language: str) -> str:
    """The text in that language, else in English, else in any in which there is one, else nothing."""
    if not texts:
        return ""
    return texts.get(language) or texts.get("en") or next(filter(None, texts.values()), "")

"""Addresses of the public pages, in one language each."""

from collections.abc import Mapping
from typing import Final

from service.locale import LANGUAGES

LANGUAGE: Final = f"/<any({', '.join(LANGUAGES)}):language>"
"""The first part of every public route."""


def alternates(path: str = "") -> Mapping[str, str]:
    """The same page in every language; ``path`` is what follows the language, and begins without a slash."""
    return {language: f"/{language}/{path}" for language in LANGUAGES}

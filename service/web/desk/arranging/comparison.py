"""What is different between two readings of a study day, and what the values of its fields are in words."""

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from service.locale import in_language, translate
from service.web.desk.fields import KINDS, POLICIES
from service.web.rendering import LANGUAGE_NAMES
from service.wording import address, limit_sentence, moment, money

LONGEST: Final = 120


def different(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The values that are not what they were."""
    return {name: value for name, value in after.items() if name not in before or before[name] != value}


def digests(values: Mapping[str, Any]) -> dict[str, str]:
    """A short name for each value, by which a form remembers what it was opened with."""
    return {name: hashlib.sha256(_plain(value).encode()).hexdigest()[:10] for name, value in values.items()}


def in_words(name: str, value: Any, zone: str, language: str) -> str:
    """A value as one line; long texts are cut, rows are counted."""
    if value in (None, "", [], {}):
        return "–"
    return SAYINGS.get(name, _say)(value, zone, language)


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=lambda other: other.isoformat())


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= LONGEST else f"{line[:LONGEST]}…"


def _moment(value: Any, zone: str, language: str) -> str:
    return moment(value, zone, language)


def _limit(value: Any, zone: str, language: str) -> str:
    return limit_sentence(value, zone, language)


def _text(value: Any, _zone: str, language: str) -> str:
    return _cut(in_language(value, language))


def _languages(value: Any, _zone: str, _language: str) -> str:
    return ", ".join(LANGUAGE_NAMES[code] for code in value)


def _say(value: Any, _zone: str, language: str) -> str:
    if isinstance(value, bool):
        return translate(language, "yes") if value else translate(language, "no")
    if isinstance(value, dict):
        return _cut(", ".join(filter(None, value.values())))
    return str(len(value)) if isinstance(value, list) else _cut(str(value))


SAYINGS: Final[dict[str, Callable[[Any, str, str], str]]] = {
    **dict.fromkeys(("starts_at", "ends_at", "opens_at"), _moment),
    **dict.fromkeys(("closes_at", "free_cancellation_until"), _limit),
    **dict.fromkeys(("title", "summary", "description", "audience"), _text),
    "fee_cents": lambda value, _zone, language: money(value, language),
    "venue": lambda value, _zone, language: address(value, language),
    "kind": lambda value, _zone, language: translate(language, KINDS[value]),
    "late_cancellation_policy": lambda value, _zone, language: translate(language, POLICIES[value]),
    "languages": _languages,
}
"""How the values of some fields are said; the others as they are."""

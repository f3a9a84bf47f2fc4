"""Kinds of fields that organisers fill in: texts per language, instants, links, whole numbers, yes or no.

Strict, so that JSON of the wrong type is refused: "5" is no number and 1 is no yes. A schema whose ``form`` is true
reads them from a form as well. Messages are codes (``forms.CODES``).
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit

from marshmallow import ValidationError, fields

from service.locale import LANGUAGES
from service.web.schemas import MESSAGES, Text

EARLIEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(2200, 1, 1, tzinfo=UTC)
TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?P<offset>[Zz]|[+-]\d{2}:?\d{2})?", re.ASCII
)
MOST_DIGITS: Final = 9
YES: Final = frozenset({"on", "yes", "true", "1"})
NO: Final = frozenset({"", "no", "false", "0"})


class Part(fields.Nested):
    """An object inside another: always whole, also where the other is given in part; reads a form where that does."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, partial: Any = None, **kwargs: Any) -> Any:  # noqa: ARG002
        if not isinstance(value, Mapping):
            raise ValidationError("not-an-object")
        self.schema.form = getattr(self.root, "form", False)  # type: ignore[attr-defined]  # every schema of ours has it
        return super()._deserialize(value, attr, data, partial=False, **kwargs)


class Texts(fields.Field[dict[str, str]]):
    """``{language: text}``; what is empty is left out. Where ``plain``, one text stands for all languages."""

    default_error_messages = MESSAGES

    def __init__(
        self, longest: int, *, lines: bool = False, plain: bool = False, required: bool = False, **kwargs: Any
    ) -> None:
        self.text, self.plain = Text(longest, lines=lines), plain
        if not required:
            kwargs.setdefault("load_default", dict)
        one = {"type": "string", "maxLength": longest}
        by_language = {
            "type": "object",
            "properties": dict.fromkeys(LANGUAGES, one),
            "additionalProperties": False,
        }
        shape = {"oneOf": [one, by_language]} if plain else by_language
        super().__init__(required=required, metadata=shape, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str]:  # noqa: ARG002
        if self.plain and isinstance(value, str):
            value = dict.fromkeys(LANGUAGES, value)
        if not isinstance(value, Mapping):
            raise ValidationError("not-texts")
        texts: dict[str, str] = {}
        wrong: dict[str, Any] = {}
        for language, text in value.items():
            if language not in LANGUAGES:
                wrong[str(language)] = ["unknown-field"]
                continue
            try:
                texts[language] = self.text.deserialize(text, language, value, **kwargs)
            except ValidationError as error:
                wrong[language] = error.messages
        if wrong:
            raise ValidationError(wrong)
        texts = {language: text for language, text in texts.items() if text}
        if self.required and not texts:
            raise ValidationError("required")
        return texts


class Instant(fields.Field[datetime]):
    """ISO 8601 with an offset, which it keeps, to be held against the zone; aware datetimes pass as they are."""

    default_error_messages = MESSAGES

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "string", "format": "date-time"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> datetime:  # noqa: ARG002
        moment = value if isinstance(value, datetime) else self._read(value)
        if moment.tzinfo is None:
            raise ValidationError("no-offset")
        if not EARLIEST <= moment < LATEST:
            raise ValidationError("out-of-range")
        return moment

    @staticmethod
    def _read(value: Any) -> datetime:
        if not isinstance(value, str) or not TIME.fullmatch(value):
            raise ValidationError("required" if value == "" else "not-a-time")
        try:
            return datetime.fromisoformat(value.upper())
        except ValueError:
            raise ValidationError("not-a-time") from None


class Link(Text):
    """A full address on the web; empty is none."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(500, **kwargs)
        self.metadata = {**self.metadata, "format": "uri"}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        if text and not _is_web_address(text):
            raise ValidationError("not-a-link")
        return text


class Whole(fields.Field[int]):
    """A whole number between two bounds."""

    default_error_messages = MESSAGES

    def __init__(self, least: int, most: int, **kwargs: Any) -> None:
        self.least, self.most = least, most
        super().__init__(metadata={"type": "integer", "minimum": least, "maximum": most}, **kwargs)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """Nothing typed into a form is no number, where there may be none."""
        empty = value == "" and self.allow_none and getattr(self.root, "form", False)
        return super().deserialize(None if empty else value, attr, data, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:  # noqa: ARG002
        number = self._typed(value) if isinstance(value, str) and getattr(self.root, "form", False) else value
        if isinstance(number, float) and number.is_integer():
            number = int(number)
        if not isinstance(number, int) or isinstance(number, bool):
            raise ValidationError("required" if value == "" else "not-a-number")
        if not self.least <= number <= self.most:
            raise ValidationError("out-of-range")
        return number

    @staticmethod
    def _typed(value: str) -> int | None:
        digits = value.strip()
        if not digits.isascii() or not digits.removeprefix("-").isdigit():
            return None
        return int(digits[: MOST_DIGITS + 1])


class YesNo(fields.Field[bool]):
    """True or false; in a form, as boxes and choices say it."""

    default_error_messages = MESSAGES

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"type": "boolean"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:  # noqa: ARG002
        if isinstance(value, bool):
            return value
        if getattr(self.root, "form", False) and value in YES | NO:
            return value in YES
        raise ValidationError("not-yes-or-no")


def _is_web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    named = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.username
    return named and port != 0 and not any(character.isspace() or character in '<>"\\^`{|}' for character in text)

"""Shapes of what attendees send: one marshmallow schema per command, for the form and for JSON alike.

Schemas check shape only and never ask the database. Their error messages are codes; ``forms`` puts them into words.
"""

import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, pre_load, validate

from service.domain.questions import MAX_ANSWER
from service.locale import LANGUAGES
from service.usecases.application import Application

ORGANISATION_KINDS: Final = ("local_government", "government", "civil_society", "education", "company", "other")
HONEYPOT: Final = "website"
LONGEST_LOCAL_PART: Final = 64  # RFC 5321, 4.5.3.1.1
ADDRESS = re.compile(
    r"[^@\s\"(),:;<>\[\\\]]+@(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?",
    re.IGNORECASE,
)
MESSAGES: Final[dict[str, str | list[Any] | dict[Any, Any]]] = {
    "required": "required",
    "null": "required",
    "invalid": "not-text",
    "invalid_utf8": "not-text",
}
FORBIDDEN = frozenset({"Cc", "Cs", "Co"})
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Text(fields.String):
    """Text without control characters: one line, or several lines of plain text; white space is trimmed."""

    default_error_messages = MESSAGES

    def __init__(self, longest: int, *, lines: bool = False, required: bool = False, **kwargs: Any) -> None:
        self.longest, self.lines = longest, lines
        if not required:
            kwargs.setdefault("load_default", "")
            kwargs.setdefault("allow_none", True)
        super().__init__(required=required, metadata={"maxLength": longest}, **kwargs)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        """JSON's null is the same as nothing where nothing is allowed."""
        return super().deserialize("" if value is None and not self.required else value, attr, data, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        if not text:
            if self.required:
                raise ValidationError("required")
            return ""
        if len(text) > self.longest:
            raise ValidationError("too-long")
        if not text.isprintable():
            text = self._plain(text)
        return text

    def _plain(self, text: str) -> str:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        for character in text:
            if character == "\n" and self.lines:
                continue
            if unicodedata.category(character) in FORBIDDEN or character in BIDI_CONTROLS:
                raise ValidationError("control-characters")
        return text


class Address(Text):
    """One mail address; ASCII before the @, a domain with a dot behind it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(254, **kwargs)
        self.metadata = {**self.metadata, "format": "email"}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        local, _, _domain = text.partition("@")
        wrong = (
            not text.isascii()
            or len(local) > LONGEST_LOCAL_PART
            or ".." in text
            or local[:1] == "."
            or local[-1:] == "."
        )
        if text and (wrong or not ADDRESS.fullmatch(text)):
            raise ValidationError("not-an-address")
        return text


class Answers(fields.Field[dict[str, str | bool]]):
    """To the study day's questions, by their ids: text, or yes or no; which of them it must be, a question says."""

    def __init__(self) -> None:
        self.text = Text(MAX_ANSWER, lines=True)
        one = {"type": ["string", "boolean", "null"], "maxLength": MAX_ANSWER}
        super().__init__(load_default=dict, metadata={"type": "object", "additionalProperties": one})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> dict[str, str | bool]:  # noqa: ARG002
        if not isinstance(value, Mapping):
            raise ValidationError("not-answers")
        answers: dict[str, str | bool] = {}
        wrong: dict[str, Any] = {}
        for name, given in value.items():
            try:
                answers[name] = (
                    given if isinstance(given, bool) else self.text.deserialize(given, name, value, **kwargs)
                )
            except ValidationError as error:
                wrong[name] = error.messages
        if wrong:
            raise ValidationError(wrong)
        return answers


def language_field() -> fields.String:
    """One of the languages of this service."""
    return fields.String(
        required=True, validate=validate.OneOf(LANGUAGES, error="not-a-choice"), error_messages=MESSAGES
    )


class PersonSchema(Schema):
    """What somebody says of themselves; the base of sign-up, late request, take-over and correction."""

    class Meta:
        unknown = EXCLUDE

    error_messages = {"type": "not-an-object"}  # noqa: RUF012 - marshmallow declares it so

    first_name = Text(100, required=True)
    last_name = Text(100, required=True)
    organisation = Text(200)
    function = Text(200)
    town = Text(100)
    organisation_kind = fields.String(
        load_default="other",
        validate=validate.OneOf(ORGANISATION_KINDS, error="not-a-choice"),
        error_messages=MESSAGES,
    )
    phone = Text(50)
    dietary = Text(1000, lines=True)
    access_needs = Text(1000, lines=True)
    remarks = Text(2000, lines=True)
    invoice_name = Text(200)
    invoice_enterprise_number = Text(40)
    invoice_address = Text(500, lines=True)
    invoice_reference = Text(100)
    language = language_field()
    answers = Answers()

    @pre_load
    def gather(self, data: Mapping[str, Any], **_: Any) -> Mapping[str, Any]:
        """A form names answers ``answers.ID``; JSON has them as an object already. An empty choice is no choice."""
        if not hasattr(data, "getlist") or "answers" in data:
            return data
        flat = {name: data[name] for name in data}
        flat["answers"] = {
            name.removeprefix("answers."): flat[name] for name in flat if name.startswith("answers.") and flat[name]
        }
        if not flat.get("organisation_kind"):
            flat.pop("organisation_kind", None)
        return flat


class ApplicationSchema(PersonSchema):
    """A sign-up, by form or by JSON; loads to an ``Application``."""

    email = Address(required=True)
    accept_terms = fields.Boolean(
        required=True,
        validate=validate.Equal(comparable=True, error="accept-terms"),
        error_messages={"required": "accept-terms", "null": "accept-terms", "invalid": "accept-terms"},
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Application:
        """The use-case's argument."""
        del data["accept_terms"]
        return Application(**data)


class LateRequestSchema(ApplicationSchema):
    """A late request: a sign-up and a message; loads to both."""

    message = Text(2000, lines=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Any:
        """The use-case's two arguments."""
        message = data.pop("message")
        return super().build(data), message


class ReasonSchema(Schema):
    """Why somebody cancels, should they care to say."""

    class Meta:
        unknown = EXCLUDE

    reason = Text(2000, lines=True)


class ColleagueSchema(Schema):
    """Who is asked to take over a place, and in which language."""

    class Meta:
        unknown = EXCLUDE

    email = Address(required=True)
    language = language_field()


class SignInSchema(Schema):
    """Who wants to come in."""

    class Meta:
        unknown = EXCLUDE

    email = Address(required=True)

"""What is wrong with a form, in words: codes of the schemas and rules become sentences beside their fields."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from marshmallow import Schema, ValidationError
from werkzeug.datastructures import MultiDict

from service.domain.refusals import InvalidInput
from service.locale import N_, translate

CODES: Final = {
    "required": N_("Fill this in."),
    "too-long": N_("This is too long. Shorten it."),
    "control-characters": N_("This holds characters that cannot be printed. Type it by hand."),
    "not-text": N_("This must be text."),
    "not-an-address": N_("This is no e-mail address. It looks like name@example.org."),
    "own-address": N_("This is your own address. Fill in that of your colleague."),
    "not-a-choice": N_("Choose one of the values."),
    "not-answers": N_("This must be an object of answers."),
    "accept-terms": N_("You can only register if you accept the conditions."),
    "not-a-time": N_("This is no date and time."),
    "not-an-amount": N_("This is no amount. It looks like 15 or 12,50."),
    "date-and-time": N_("Give both the date and the time."),
    "confirm": N_("Tick this box, so that it does not happen by mistake."),
    "no-such-time": N_("This time does not exist: the clocks skip it that night."),
    "wrong-offset": N_("The time zone has another offset at that moment."),
    "no-such-zone": N_("There is no such time zone."),
    "not-a-number": N_("This must be a whole number."),
    "out-of-range": N_("This number is too small or too large."),
    "not-a-link": N_("This must be a full address that begins with https:// or http://."),
    "not-a-slug": N_("Use small letters, digits and hyphens only."),
    "ends-before-start": N_("The end must be after the start."),
    "closes-after-start": N_("Registration must close before the start, or at the start."),
    "opens-after-close": N_("Registration must open before it closes."),
    "free-after-start": N_("Free cancellation cannot last beyond the start."),
    "language-missing": N_("A text is missing in one of the chosen languages."),
    "less-than-taken": N_("More places than that are taken already."),
    "not-in-future": N_("This must be in the future."),
    "nobody": N_("Nobody belongs to this selection now. Choose another one."),
    "human": N_("Tick this box to show that you are no machine."),
    "unknown-field": N_("This field is not known."),
    "no-offset": N_("Write the time with its offset, as in 2023-03-31T10:15:00+02:00."),
    "not-an-object": N_("This must be an object with named fields."),
    "not-texts": N_("This must be an object that gives a text per language."),
    "not-yes-or-no": N_("This must be true or false."),
    "not-a-list": N_("This must be a list."),
    "too-many": N_("There are too many of these."),
    "twice": N_("Something stands here twice."),
    "not-an-id": N_("Use letters, digits, hyphens and underscores only."),
    "no-options": N_("A choice needs at least one value."),
    "options-of-no-choice": N_("Only a choice has values."),
    "not-a-format": N_("The formats are json and csv."),
    "not-a-cursor": N_("This is no cursor that a list gave you."),
    "not-to-change": N_("This cannot be changed afterwards."),
    "slug-reserved": N_("This address is reserved. Choose another one."),
}


def load(schema: Schema, data: Mapping[str, Any] | MultiDict[str, str]) -> Any:
    """What the schema makes of a form or of JSON.

    :raises InvalidInput: as ``refusal_of``.
    """
    try:
        return schema.load(data)
    except ValidationError as error:
        raise refusal_of(error.messages) from None


def refusal_of(messages: object, *, whole: str = "") -> InvalidInput:
    """What a schema found, as field -> code; the names of nested fields are joined with dots.

    ``whole``: what it is called where no field is wrong but all of it.
    """
    return InvalidInput({path or whole: code for path, code in _codes(messages, "")})


def words(fields: Mapping[str, str], language: str) -> dict[str, str]:
    """The codes of ``InvalidInput.fields`` as sentences, by field."""
    return {name: translate(language, CODES.get(code, CODES["not-text"])) for name, code in fields.items()}


def _codes(messages: object, path: str) -> Sequence[tuple[str, str]]:
    if isinstance(messages, Mapping):
        found: list[tuple[str, str]] = []
        for name, inner in messages.items():
            part = "" if name == "_schema" else str(name)
            found += _codes(inner, ".".join(filter(None, (path, part))))
        return found
    if isinstance(messages, list) and messages:
        return [(path, str(messages[0]))]
    return [(path, str(messages))]

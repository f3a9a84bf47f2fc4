"""The shape of a study day (contract: "A study day"), for the API and the desk's form alike.

``StudyDaySchema().load(values)`` makes the values of a new one, ``StudyDaySchema(partial=True, zone=…).load(values)``
those of a change: ready for ``usecases.arrange``, with instants in UTC. What belongs together is checked there.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final
from zoneinfo import available_timezones

from marshmallow import RAISE, Schema, ValidationError, fields, post_load, validate, validates_schema

from service.domain.fees import Policy
from service.domain.windows import has_offset_of
from service.locale import LANGUAGES
from service.web.fields import Instant, Link, Part, Texts, Whole, YesNo
from service.web.schemas import MESSAGES, Address, Text

KINDS: Final = ("study_day", "inspiration_day", "training", "webinar", "study_visit")
PARTNER_ROLES: Final = ("organiser", "partner", "funder")
QUESTION_KINDS: Final = ("text", "choice", "yes_no")
DEFAULT_ZONE: Final = "Europe/Brussels"
INSTANTS: Final = ("starts_at", "ends_at", "opens_at", "closes_at", "free_cancellation_until")
SLUG: Final = "[a-z0-9]+(-[a-z0-9]+)*"
QUESTION_ID: Final = "[A-Za-z0-9][A-Za-z0-9_-]*"
LANGUAGE_CODE: Final = "[a-z]{2,3}"
RESERVED: Final = frozenset({"feed"})
"""Addresses of ours beside those of study days: /nl/feed.ics."""


def choice(values: tuple[str, ...], *, code: str = "not-a-choice", **kwargs: Any) -> fields.String:
    """One of a few words."""
    one_of = validate.OneOf(values, error=code)
    return fields.String(validate=one_of, error_messages=MESSAGES, **kwargs)


def pattern(expression: str, longest: int, code: str, **kwargs: Any) -> fields.String:
    """Text that matches as a whole."""
    checks = [validate.Length(max=longest, error="too-long"), validate.Regexp(f"^{expression}\\Z", error=code)]
    metadata = {"pattern": f"^{expression}$"}
    return fields.String(validate=checks, error_messages=MESSAGES, metadata=metadata, **kwargs)


def several(inner: fields.Field[Any], most: int, **kwargs: Any) -> fields.List[Any]:
    """A list that ends somewhere."""
    messages: dict[str, Any] = {**MESSAGES, "invalid": "not-a-list"}
    return fields.List(inner, validate=validate.Length(max=most, error="too-many"), error_messages=messages, **kwargs)


class Strict(Schema):
    """A field that is not known is a mistake of whoever sends it. ``form``: values come from a form, as text."""

    class Meta:
        unknown = RAISE

    error_messages = {"unknown": "unknown-field", "type": "not-an-object"}  # noqa: RUF012 - marshmallow declares it so

    def __init__(self, *, form: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.form = form


class VenueSchema(Strict):
    """Where it is."""

    name = Text(200, required=True)
    street = Text(200)
    postal_code = Text(20)
    city = Text(100)
    country = Text(100, load_default="BE")


class SessionSchema(Strict):
    """A part of the programme."""

    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    title = Texts(300, plain=True, required=True)
    speakers = Text(500)
    room = Text(100)

    @validates_schema
    def in_order(self, data: Mapping[str, Any], **_: Any) -> None:
        """It ends after it begins."""
        if data["ends_at"] <= data["starts_at"]:
            raise ValidationError({"ends_at": ["ends-before-start"]})


class PartnerSchema(Strict):
    """Who makes it possible."""

    name = Text(200, required=True)
    url = Link()
    role = choice(PARTNER_ROLES, load_default="partner")


class ProjectSchema(Strict):
    """What it is a part of."""

    name = Text(200, required=True)
    funder = Text(200)
    period = Text(100)


class MaterialSchema(Strict):
    """What remains: slides, a recording, a publication. ``language``: of the material itself, whichever that is."""

    title = Text(300, required=True)
    url = Link(required=True)
    kind = Text(40)
    language = pattern(LANGUAGE_CODE, 3, "not-a-choice", load_default=None, allow_none=True)


class OptionSchema(Strict):
    """One value of a choice."""

    value = Text(100, required=True)
    label = Texts(200, plain=True)


class QuestionSchema(Strict):
    """What else people are asked (domain.questions)."""

    id = pattern(QUESTION_ID, 40, "not-an-id", required=True)
    kind = choice(QUESTION_KINDS, load_default="text")
    label = Texts(300, plain=True, required=True)
    required = YesNo(load_default=False)
    options = several(Part(OptionSchema), 50, load_default=list)

    @validates_schema
    def with_options(self, data: Mapping[str, Any], **_: Any) -> None:
        """A choice has values, and each of them once."""
        values = [option["value"] for option in data["options"]]
        if (data["kind"] == "choice") != bool(values):
            raise ValidationError({"options": ["no-options" if not values else "options-of-no-choice"]})
        if len(set(values)) < len(values):
            raise ValidationError({"options": ["twice"]})


class StudyDaySchema(Strict):
    """All that an organiser decides about a study day. ``zone``: its own, where a change does not name one.

    Without a zone, which only a change can be, instants keep the offset that they came with, for ``settled``.
    """

    slug = pattern(SLUG, 80, "not-a-slug", required=True)
    organiser = pattern(SLUG, 80, "not-a-slug")
    kind = choice(KINDS, load_default="study_day")
    title = Texts(200, required=True)
    summary = Texts(1000, lines=True)
    description = Texts(20_000, lines=True)
    audience = Texts(1000, lines=True)
    languages = several(choice(LANGUAGES), len(LANGUAGES))
    time_zone = fields.String(load_default=DEFAULT_ZONE, error_messages=MESSAGES)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    opens_at = Instant(load_default=None, allow_none=True)
    closes_at = Instant()
    free_cancellation_until = Instant()
    capacity = Whole(1, 100_000, load_default=None, allow_none=True)
    waiting_list = YesNo(load_default=True)
    fee_cents = Whole(0, 1_000_000, load_default=1500)
    late_cancellation_policy = choice(tuple(Policy), load_default=Policy.CHARGE.value)
    offer_hours = Whole(1, 720, load_default=24)
    mailbox = Address()
    venue = Part(VenueSchema, load_default=None, allow_none=True)
    online_url = Link(load_default=None, allow_none=True)
    sessions = several(Part(SessionSchema), 100, load_default=list)
    partners = several(Part(PartnerSchema), 50, load_default=list)
    project = Part(ProjectSchema, load_default=None, allow_none=True)
    materials = several(Part(MaterialSchema), 100, load_default=list)
    questions = several(Part(QuestionSchema), 20, load_default=list)
    published = YesNo(load_default=False)

    def __init__(self, *, zone: str | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.zone = zone

    @validates_schema(skip_on_field_errors=False)
    def check(self, data: Mapping[str, Any], **_: Any) -> None:
        """What no field can say of itself."""
        wrong: dict[str, list[str]] = {}
        zone = data.get("time_zone") or self.zone
        if "time_zone" in data and zone not in _zones():
            wrong["time_zone"] = ["no-such-zone"]
        elif zone and not self.form:  # a form's times are local, and were made instants with the zone
            wrong |= {path: ["wrong-offset"] for path in _of_another_offset(data, zone)}
        if data.get("slug") in RESERVED:
            wrong["slug"] = ["slug-reserved"]
        if not data.get("languages", True) or _twice(data.get("languages", [])):
            wrong["languages"] = ["required" if not data["languages"] else "twice"]
        if _twice([question["id"] for question in data.get("questions", []) if "id" in question]):
            wrong["questions"] = ["twice"]
        if wrong:
            raise ValidationError(dict(wrong))

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """As ``usecases.arrange`` wants it: what was left out of a new one follows from what is there."""
        if not self.partial:
            data.setdefault("languages", [language for language in LANGUAGES if language in data["title"]])
            data.setdefault("closes_at", data["starts_at"])
            data.setdefault("free_cancellation_until", data["closes_at"])
        if "online_url" in data:
            data["online_url"] = data["online_url"] or None
        return _in_utc(data) if data.get("time_zone") or self.zone else data


def settled(values: Mapping[str, Any], zone: str) -> tuple[dict[str, Any], dict[str, str]]:
    """What was loaded without knowing the zone, its instants in UTC; and what is wrong: field -> code."""
    if "time_zone" in values:
        return dict(values), {}  # the schema has done it
    return _in_utc(dict(values)), dict.fromkeys(_of_another_offset(values, zone), "wrong-offset")


def _of_another_offset(data: Mapping[str, Any], zone: str) -> Iterator[str]:
    for path, moment in _moments(data):
        if isinstance(moment, datetime) and not has_offset_of(moment, zone):
            yield path


def _moments(data: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, data.get(name)) for name in INSTANTS)
    for number, session in enumerate(data.get("sessions") or []):
        yield from ((f"sessions.{number}.{name}", session.get(name)) for name in ("starts_at", "ends_at"))


def _in_utc(data: dict[str, Any]) -> dict[str, Any]:
    for name in INSTANTS:
        if data.get(name) is not None:
            data[name] = data[name].astimezone(UTC)
    if "sessions" in data:
        data["sessions"] = [
            {**session, **{name: session[name].astimezone(UTC).isoformat() for name in ("starts_at", "ends_at")}}
            for session in data["sessions"]
        ]
    return data


def _twice(values: list[str]) -> bool:
    return len(set(values)) < len(values)


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())

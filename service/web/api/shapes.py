"""Shapes of answers: what the rows of ``reports`` look like as JSON, and what the OpenAPI document says of them."""

from functools import cache
from typing import Any, Final

from marshmallow import INCLUDE, Schema, fields, validate

from service.domain.fees import Policy
from service.domain.seats import Status
from service.domain.windows import Phase, Verdict
from service.locale import LANGUAGES
from service.reports.registrations import Attendance
from service.web.fields import Link, Part, Texts
from service.web.study_day_schema import (
    KINDS,
    MaterialSchema,
    PartnerSchema,
    ProjectSchema,
    QuestionSchema,
    SessionSchema,
    VenueSchema,
)

ONLY_STAFF: Final = "Only in answers to staff of its organiser."


def text(description: str = "", **kwargs: Any) -> fields.String:
    """Some text."""
    return fields.String(metadata={"description": description} if description else {}, **kwargs)


def word(values: Any, **kwargs: Any) -> fields.String:
    """One of a few words."""
    return fields.String(validate=validate.OneOf([str(value) for value in values]), **kwargs)


def instant(description: str = "", **kwargs: Any) -> fields.DateTime:
    """ISO 8601 with an offset."""
    return fields.DateTime("iso", metadata={"description": description} if description else {}, **kwargs)


def whole(description: str = "", **kwargs: Any) -> fields.Integer:
    """A whole number."""
    return fields.Integer(metadata={"description": description} if description else {}, **kwargs)


@cache
def page_of(item: type[Schema]) -> type[Schema]:
    """A page of a list of these."""
    name = item.__name__.removesuffix("Schema")
    members: dict[str, Any] = {
        "items": fields.List(fields.Nested(item), required=True),
        "next": text("The cursor of the next page.", required=True, allow_none=True),
    }
    return Schema.from_dict(members, name=f"{name}PageSchema")


class ProblemSchema(Schema):
    """RFC 9457. Facts that belong to one type may stand beside these; times among them are ISO 8601."""

    class Meta:
        unknown = INCLUDE

    type = text("`/problems/NAME`, a page for people, or `about:blank` where the status says it all.", required=True)
    title = text("In the language of Accept-Language.", required=True)
    status = whole(required=True)
    detail = text("What to do about it.", required=True)
    errors = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"description": "Of `invalid-input`: what is wrong, by field; nested names are joined with dots."},
    )
    mailbox = text("Of a closed or cancelled study day: where a person answers.")
    late_request = text("Of `registration-closed`: the address of the form for late requests.")
    retry_after = whole("Of `too-many-requests`: in seconds.")


class SeatsSchema(Schema):
    """How many people, and how many more."""

    capacity = whole("Null: unlimited.", required=True, allow_none=True)
    free = whole("Null: unlimited.", required=True, allow_none=True)


class StudyDayAnswerSchema(Schema):
    """A study day. Times carry the offset that its own zone has then."""

    slug = text(required=True)
    url = text("Its page, in its first language.", required=True)
    organiser = text(required=True)
    kind = word(KINDS, required=True)
    phase = word(Phase, required=True)
    title = Texts(200, required=True)
    summary = Texts(1000, required=True)
    description = Texts(20_000, required=True)
    audience = Texts(1000, required=True)
    languages = fields.List(word(LANGUAGES), required=True)
    time_zone = text(required=True)
    starts_at = instant(required=True)
    ends_at = instant(required=True)
    opens_at = instant("Null: open as soon as it is published.", required=True, allow_none=True)
    closes_at = instant("The first instant that is too late to register.", required=True)
    free_cancellation_until = instant("The first instant at which cancelling is no longer free.", required=True)
    waiting_list = fields.Boolean(required=True)
    fee_cents = whole("For a place that was neither used nor cancelled in time.", required=True)
    late_cancellation_policy = word(Policy, required=True)
    mailbox = text(required=True)
    venue = Part(VenueSchema, required=True, allow_none=True)
    online = fields.Boolean(required=True)
    sessions = fields.List(Part(SessionSchema), required=True)
    partners = fields.List(Part(PartnerSchema), required=True)
    project = Part(ProjectSchema, required=True, allow_none=True)
    materials = fields.List(Part(MaterialSchema), required=True)
    questions = fields.List(Part(QuestionSchema), required=True)
    seats = fields.Nested(SeatsSchema, required=True)
    capacity = whole(ONLY_STAFF, allow_none=True)
    offer_hours = whole(ONLY_STAFF)
    online_url = Link(allow_none=True)
    published = fields.Boolean(metadata={"description": ONLY_STAFF})
    signed_off_at = instant(ONLY_STAFF, allow_none=True)


class PlaceSchema(Schema):
    """Where somebody who signs up now stands."""

    place = word((Status.CONFIRMED, Status.WAITING), required=True)


class ReceivedSchema(Schema):
    """The organiser has it."""

    status = word(("waiting",), required=True)


class CancellationSchema(Schema):
    """How a registration ended; stored at that moment."""

    at = instant(required=True)
    by = text("attendee, staff or system.", required=True)
    channel = text(required=True)
    verdict = word(Verdict, required=True)
    reason = text(required=True)


class TermsSchema(Schema):
    """What was accepted; never recomputed."""

    fee_cents = whole(required=True)
    free_cancellation_until = instant(required=True)
    accepted_at = instant(required=True)


class MailsSchema(Schema):
    """How many mails went out, and how many never will."""

    sent = whole(required=True)
    failed = whole(required=True)


class RegistrationSchema(Schema):
    """One registration."""

    id = whole(required=True)
    first_name = text(required=True)
    last_name = text(required=True)
    email = text(required=True)
    organisation = text(required=True)
    function = text(required=True)
    town = text(required=True)
    language = word(LANGUAGES, required=True)
    status = word(Status, required=True)
    created_at = instant(required=True)
    offered_until = instant(required=True, allow_none=True)
    checked_in_at = instant(required=True, allow_none=True)
    cancellation = fields.Nested(CancellationSchema, required=True, allow_none=True)
    attendance = word(Attendance, required=True)
    terms = fields.Nested(TermsSchema, required=True)
    mail = fields.Nested(MailsSchema, required=True)


class LateRequestAnswerSchema(Schema):
    """Somebody who asks for a place after closing."""

    id = whole(required=True)
    status = word(("waiting", "admitted", "declined"), required=True)
    channel = text(required=True)
    created_at = instant(required=True)
    first_name = text(required=True)
    last_name = text(required=True)
    email = text(required=True)
    organisation = text(required=True)
    language = word(LANGUAGES, required=True)
    message = text(required=True)
    decided_at = instant(required=True, allow_none=True)
    answer = text(required=True)
    registration_id = whole(required=True, allow_none=True)


class HistorySchema(Schema):
    """Who did what, when, through what, and why; append-only."""

    id = whole(required=True)
    at = instant(required=True)
    action = text(required=True)
    actor = text("attendee, staff or system.", required=True)
    channel = text(required=True)
    staff = text("The address of whoever of the staff it was.", required=True, allow_none=True)
    registration_id = whole(required=True, allow_none=True)
    reason = text(required=True)
    facts = fields.Dict(required=True)

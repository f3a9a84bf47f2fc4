"""Shapes of what staff send about people."""

from marshmallow import EXCLUDE, Schema, fields, validate

from service.domain.fees import WaiverReason
from service.web.schemas import MESSAGES, Text


class Form(Schema):
    """A form of a page: what else a browser sends is no matter."""

    class Meta:
        unknown = EXCLUDE


class ReasonSchema(Form):
    """Why a registration ends."""

    reason = Text(2000, lines=True, required=True)


class AnswerSchema(Form):
    """The organiser's own words in the mail that says yes or no."""

    message = Text(2000, lines=True)


class WaiveSchema(Form):
    """Why somebody is let off."""

    reason = fields.String(
        required=True,
        validate=validate.OneOf([reason.value for reason in WaiverReason], error="not-a-choice"),
        error_messages=MESSAGES,
    )
    note = Text(2000, lines=True)

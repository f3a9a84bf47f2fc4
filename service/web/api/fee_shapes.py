"""Shapes of answers about money: charges, and the documents that are made of them."""

from marshmallow import Schema, fields

from service.domain.fees import Reason, WaiverReason
from service.domain.payment import Kind
from service.locale import LANGUAGES
from service.web.api.shapes import StudyDayAnswerSchema, instant, text, whole, word


class ChargeSchema(Schema):
    """A fee that is due."""

    id = whole(required=True)
    registration_id = whole(required=True)
    first_name = text(required=True)
    last_name = text(required=True)
    reason = word(Reason, required=True)
    amount_cents = whole(required=True)
    status = word(("draft", "waived", "invoiced"), required=True)
    waiver_proposed = fields.Boolean(required=True)
    objection_until = instant(required=True)
    waiver_reason = word(WaiverReason, required=True, allow_none=True)
    waiver_note = text(required=True)


class SignedOffSchema(StudyDayAnswerSchema):
    """A study day whose attendance is right, and what is due."""

    charges = fields.List(fields.Nested(ChargeSchema), required=True)


class DebtorSchema(Schema):
    """Who pays, as on the document."""

    name = text(required=True)
    enterprise_number = text(required=True)
    address = text(required=True)
    reference = text(required=True)
    email = text(required=True)
    language = word(LANGUAGES, required=True)


class LineSchema(Schema):
    """One person's fee."""

    person = text(required=True)
    reason = word(Reason, required=True)
    amount_cents = whole(required=True)


class InvoiceSchema(Schema):
    """An issued document."""

    number = text(required=True)
    kind = word(Kind, required=True)
    organiser = text(required=True)
    study_day = text(required=True)
    debtor = fields.Nested(DebtorSchema, required=True)
    lines = fields.List(fields.Nested(LineSchema), required=True)
    total_cents = whole(required=True)
    structured_communication = text(required=True)
    issued_on = fields.Date(required=True)
    due_on = fields.Date(required=True)
    status = word(("open", "paid", "credited"), required=True)

"""Shapes of what is sent to the API, beyond those that forms have as well."""

from typing import Any, Final

from marshmallow import EXCLUDE, missing, validate

from service.domain.fees import WaiverReason
from service.web.fields import Instant, Whole, YesNo
from service.web.schemas import ApplicationSchema, LateRequestSchema, Text
from service.web.study_day_schema import Strict, StudyDaySchema, choice

MOST_ITEMS: Final = 200
FORMATS: Final = ("json", "csv")


def accepted() -> YesNo:
    """JSON says true where a form ticks a box; nothing else will do."""
    codes = dict.fromkeys(("required", "null"), "accept-terms")
    return YesNo(required=True, validate=validate.Equal(comparable=True, error="accept-terms"), error_messages=codes)


class SignUpSchema(ApplicationSchema):
    """A sign-up."""

    accept_terms = accepted()  # type: ignore[assignment]  # stricter than a form's


class LateSignUpSchema(LateRequestSchema):
    """A sign-up after closing, with a message."""

    accept_terms = accepted()  # type: ignore[assignment]  # stricter than a form's


class StudyDayChangeSchema(StudyDaySchema):
    """What is to change of a study day; what is left out stays. Instants keep their offset, for ``settled``.

    No field has a default, or a client made of our document might send it along with every change.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "partial": True})
        for field in self.fields.values():
            field.load_default = missing


class ReasonSchema(Strict):
    """Why."""

    reason = Text(1000, lines=True, required=True)


class OptionalReasonSchema(Strict):
    """Why, if anybody said so."""

    reason = Text(1000, lines=True)


class ReopenSchema(ReasonSchema):
    """Until when, and why."""

    until = Instant(required=True)


class SignOffSchema(Strict):
    """Whether more than 40 % absent is meant."""

    confirm_many_absent = YesNo(load_default=False)


class AdmitSchema(Strict):
    """Whether a place beyond the capacity is meant, and the organiser's own words for the mail."""

    over_capacity = YesNo(load_default=False)
    message = Text(2000, lines=True)


class DeclineSchema(Strict):
    """The organiser's own words, for the mail."""

    message = Text(2000, lines=True)


class WaiveSchema(Strict):
    """Why somebody is let off; ``other`` needs a note."""

    reason = choice(tuple(WaiverReason), required=True)
    note = Text(1000, lines=True)


class IssueSchema(Strict):
    """``force``: without waiting for the time to object."""

    force = YesNo(load_default=False)


class SliceSchema(Strict):
    """Which part of a list; a query is text, as a form is."""

    class Meta:
        unknown = EXCLUDE

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "form": True})

    limit = Whole(1, MOST_ITEMS, load_default=50)
    cursor = Text(100)


class InvoicesQuerySchema(SliceSchema):
    """Which invoices, and as what."""

    study_day = Text(80)
    format = choice(FORMATS, code="not-a-format", load_default="json")

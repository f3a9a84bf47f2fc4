"""The two forms as pages: the one that fits the moment, with what was typed and why it came back."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from flask import Response

from service.domain.refusals import Refusal, RegistrationOpen, TermsChanged
from service.domain.windows import Phase
from service.extensions import db
from service.reports.study_days import public_day
from service.web.clock import now
from service.web.kept import State, read_state
from service.web.public.day_view import view
from service.web.public.refusals import no_sign_up
from service.web.refused import NOT_REFUSED, Refused, refused
from service.web.rendering import render


class Form(StrEnum):
    """Each is the last part of its address."""

    SIGN_UP = "register"
    LATE_REQUEST = "late-request"


TEMPLATES: Mapping[Form, str] = {
    Form.SIGN_UP: "pages/public/register.html",
    Form.LATE_REQUEST: "pages/public/late_request.html",
}


def form_page(form: Form, language: str, state: State, values: Mapping[str, Any], said: Refused = NOT_REFUSED) -> str:
    """A form; ``said`` is why it came back."""
    day = public_day(db.session(), state.slug)
    return render(TEMPLATES[form], language, values=values, refused=said, **view(day, state, language, page=form.value))


def form_again(posted: Form, language: str, slug: str, values: Mapping[str, Any], refusal: Refusal) -> Response:
    """The answer to a form that was refused: itself, or the other one where that is what helps now (rules.md 5)."""
    state = read_state(slug, now=now())
    said = refused(refusal, language)
    fitting = Form.LATE_REQUEST if state.phase is Phase.CLOSED and not state.started else Form.SIGN_UP
    if fitting is not posted:
        said = refused(no_sign_up(state) or RegistrationOpen(), language, errors=said.errors)
    if fitting is not posted or isinstance(refusal, TermsChanged):
        values = {**values, "accept_terms": ""}  # the sentence beside the box is another one now
    return Response(form_page(fitting, language, state, values, said), said.status, headers=said.headers)

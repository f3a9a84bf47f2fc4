"""Pages that say why a form is not to be had now, and where to go instead."""

from flask import Response

from service.domain.refusals import (
    Full,
    Refusal,
    RegistrationClosed,
    RegistrationNotOpen,
    RegistrationOpen,
    StudyDayCancelled,
    StudyDayOver,
)
from service.domain.windows import Phase
from service.extensions import db
from service.reports.study_days import public_day
from service.web.kept import State
from service.web.public.day_view import view
from service.web.refused import refused
from service.web.rendering import render


def no_sign_up(state: State) -> Refusal | None:
    """Why nobody can sign up now, or None (rules.md 2)."""
    match state.phase:
        case Phase.ANNOUNCED:
            return RegistrationNotOpen()
        case Phase.CLOSED:
            return RegistrationClosed()
        case Phase.OVER:
            return StudyDayOver()
        case Phase.CANCELLED:
            return StudyDayCancelled()
        case Phase.FULL if not state.waiting_list:
            return Full()
        case _:
            return None


def no_late_request(state: State) -> Refusal | None:
    """Why nobody can ask for a late place now, or None (rules.md 5)."""
    match state.phase:
        case Phase.CLOSED:
            return StudyDayOver() if state.started else None
        case Phase.OPEN | Phase.FULL:
            return RegistrationOpen()
        case _:
            return no_sign_up(state)


def refused_page(language: str, state: State, refusal: Refusal, *, page: str) -> Response:
    """The refusal in words above what the study day's own page leads to."""
    said = refused(refusal, language)
    context = view(public_day(db.session(), state.slug), state, language, page=page)
    return Response(render("pages/public/refused.html", language, refused=said, **context), said.status)

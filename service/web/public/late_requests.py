"""The late request: after closing and until the start, a short way to the organiser's desk (rules.md 5)."""

from typing import Final

from flask import Blueprint, Response

from service.domain.actors import Actor
from service.domain.refusals import Refusal
from service.extensions import db
from service.reports.study_days import public_day
from service.transaction import transaction
from service.usecases.admit import request_late
from service.web.clock import now
from service.web.forms import load
from service.web.kept import keep, read_state
from service.web.limits import count_sign_up
from service.web.public import forms
from service.web.public.addresses import LANGUAGE
from service.web.public.day_view import view
from service.web.public.form_pages import Form, form_again, form_page
from service.web.public.refusals import no_late_request, refused_page
from service.web.rendering import render
from service.web.schemas import LateRequestSchema

ATTENDEE: Final = Actor("attendee", "form")
SCHEMA: Final = LateRequestSchema()

late_requests = Blueprint("late_requests", __name__)


@late_requests.get(f"{LANGUAGE}/<slug>/late-request")
def form(language: str, slug: str) -> Response:
    """The empty form; while registration is open, the way to the ordinary one."""
    state = read_state(slug, now=now())
    refusal = no_late_request(state)
    if refusal is not None:
        return refused_page(language, state, refusal, page="late-request")
    return keep(
        ("late-request", language, state), lambda: form_page(Form.LATE_REQUEST, language, state, forms.blank(language))
    )


@late_requests.post(f"{LANGUAGE}/<slug>/late-request")
def send(language: str, slug: str) -> Response:
    """Put the request on the organiser's desk; a second one from the same address changes nothing."""
    values = forms.typed(language)
    try:
        count_sign_up()
        application, message = load(SCHEMA, values)
        forms.require_human(values)
        with transaction() as session:
            request_late(session, slug, application, message, actor=ATTENDEE, now=now())
    except Refusal as refusal:
        return form_again(Form.LATE_REQUEST, language, slug, values, refusal)
    return Response(status=303, headers={"Location": f"/{language}/{slug}/late-request/sent"})


@late_requests.get(f"{LANGUAGE}/<slug>/late-request/sent")
def thanks(language: str, slug: str) -> Response:
    """A person decides, and answers by mail."""
    state = read_state(slug, now=now())

    def make() -> str:
        context = view(public_day(db.session(), slug), state, language, page="late-request/sent")
        return render("pages/public/thanks.html", language, place="requested", **context)

    return keep(("thanks", language, "requested", state), make)

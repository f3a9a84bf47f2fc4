"""The sign-up: form, registration, thanks (rules.md 3, 4)."""

from typing import Final

from flask import Blueprint, Response

from service.domain.actors import Actor
from service.domain.refusals import Refusal
from service.extensions import db
from service.reports.study_days import public_day
from service.transaction import transaction
from service.usecases.register import register
from service.web.clock import now
from service.web.forms import load
from service.web.kept import keep, read_state
from service.web.limits import count_sign_up
from service.web.public import forms
from service.web.public.addresses import LANGUAGE
from service.web.public.day_view import view
from service.web.public.form_pages import Form, form_again, form_page
from service.web.public.refusals import no_sign_up, refused_page
from service.web.rendering import render
from service.web.schemas import ApplicationSchema

ATTENDEE: Final = Actor("attendee", "form")
SCHEMA: Final = ApplicationSchema()

sign_up = Blueprint("sign_up", __name__)


@sign_up.get(f"{LANGUAGE}/<slug>/register")
def form(language: str, slug: str) -> Response:
    """The empty form, while there is something to register for."""
    state = read_state(slug, now=now())
    refusal = no_sign_up(state)
    if refusal is not None:
        return refused_page(language, state, refusal, page="register")
    return keep(("register", language, state), lambda: form_page(Form.SIGN_UP, language, state, forms.blank(language)))


@sign_up.post(f"{LANGUAGE}/<slug>/register")
def send(language: str, slug: str) -> Response:
    """Register; a form that is refused comes back with all that was typed."""
    values = forms.typed(language)
    try:
        count_sign_up()
        application = forms.with_shown_terms(load(SCHEMA, values), values)
        forms.require_human(values)
        with transaction() as session:
            place = register(session, slug, application, actor=ATTENDEE, now=now())
    except Refusal as refusal:
        return form_again(Form.SIGN_UP, language, slug, values, refusal)
    return Response(status=303, headers={"Location": f"/{language}/{slug}/registered/{place}"})


@sign_up.get(f"{LANGUAGE}/<slug>/registered/<any(confirmed, waiting):place>")
def thanks(language: str, slug: str, place: str) -> Response:
    """A mail is on its way: the same for everybody, also for those who were registered before."""
    state = read_state(slug, now=now())

    def make() -> str:
        context = view(public_day(db.session(), slug), state, language, page=f"registered/{place}")
        return render("pages/public/thanks.html", language, place=place, **context)

    return keep(("thanks", language, place, state), make)

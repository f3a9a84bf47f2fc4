"""Correct what one typed at sign-up; later, while a fee waits for its invoice, how that should look (rules.md 6, 8)."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, g, request

from service.domain.refusals import Refusal
from service.models import Registration
from service.transaction import transaction
from service.usecases.correct import FOR_THE_INVOICE, correct
from service.web.clock import now
from service.web.forms import load
from service.web.own.entry import ATTENDEE, back, enter_own, own, page, refuse, values_of
from service.web.own.standing import awaits_invoice, no_change
from service.web.refused import NOT_REFUSED, Refused, refused
from service.web.schemas import PersonSchema

SCHEMAS: Final = {"edit": PersonSchema(), "invoice": PersonSchema(only=FOR_THE_INVOICE)}
"""By the name of the form."""


@own.get("/edit")
def ask_edit(token: str) -> Response:
    """The form with what is stored; the address and the terms stay as they are."""
    registration = enter_own(token)
    refusal = _refusal(registration)
    return refuse(token, registration, refusal) if refusal else _form(token, registration, values_of(registration))


@own.post("/edit")
def do_edit(token: str) -> Response:
    """Store what was typed; a form that is refused comes back with it."""
    registration = enter_own(token)
    registration_id, schema = registration.id, SCHEMAS[_name(registration)]
    try:
        changes = load(schema, request.form)
        with transaction() as session:
            correct(session, registration_id, changes, actor=ATTENDEE, now=now())
    except Refusal as refusal:
        registration = enter_own(token)
        if _refusal(registration):
            return refuse(token, registration, refusal)
        return _form(token, registration, request.form, refused(refusal, str(g.language)))
    return back(token, "edit")


def _refusal(registration: Registration) -> Refusal | None:
    """Why there is nothing to correct any more, or None."""
    refusal = no_change(registration, now=now())
    return None if refusal and awaits_invoice(registration) else refusal


def _name(registration: Registration) -> str:
    """Which form it is: all of it until the start, then only what an invoice needs."""
    return "invoice" if no_change(registration, now=now()) else "edit"


def _form(token: str, registration: Registration, values: Mapping[str, Any], said: Refused = NOT_REFUSED) -> Response:
    return page(_name(registration), token, registration, said, values=values)

"""Correct what one typed at sign-up (rules.md 6)."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, g, request

from service.domain.refusals import Refusal
from service.models import Registration
from service.transaction import transaction
from service.usecases.correct import correct
from service.web.clock import now
from service.web.forms import load
from service.web.own.entry import ATTENDEE, back, enter_own, own, page, refuse, values_of
from service.web.own.standing import no_change
from service.web.public.forms import NOT_REFUSED, Refused, refused
from service.web.schemas import PersonSchema

SCHEMA: Final = PersonSchema()


@own.get("/edit")
def ask_edit(token: str) -> Response:
    """The form with what is stored; the address and the terms stay as they are."""
    registration = enter_own(token)
    refusal = no_change(registration, now=now())
    return refuse(token, registration, refusal) if refusal else _form(token, registration, values_of(registration))


@own.post("/edit")
def do_edit(token: str) -> Response:
    """Store what was typed; a form that is refused comes back with it."""
    registration_id = enter_own(token).id
    try:
        changes = load(SCHEMA, request.form)
        with transaction() as session:
            correct(session, registration_id, changes, actor=ATTENDEE, now=now())
    except Refusal as refusal:
        registration = enter_own(token)
        if no_change(registration, now=now()):
            return refuse(token, registration, refusal)
        return _form(token, registration, request.form, refused(refusal, str(g.language)))
    return back(token, "edit")


def _form(token: str, registration: Registration, values: Mapping[str, Any], said: Refused = NOT_REFUSED) -> Response:
    return page("edit", token, registration, said, values=values)

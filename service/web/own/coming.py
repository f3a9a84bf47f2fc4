"""Coming, or not: the page behind the two links of a last call."""

from flask import Response

from service.domain.refusals import NotConfirmed, Refusal
from service.domain.seats import Status
from service.transaction import transaction
from service.usecases.coming import say_coming
from service.web.clock import now
from service.web.own.entry import ATTENDEE, back, enter_own, own, page, refuse
from service.web.own.standing import no_change, standing


@own.get("/coming")
def ask_coming(token: str) -> Response:
    """The question, with what cancelling would mean now."""
    registration = enter_own(token)
    refusal = no_change(registration, now=now())
    if refusal is None and registration.status != Status.CONFIRMED:
        refusal = NotConfirmed()
    if refusal is not None:
        return refuse(token, registration, refusal)
    return page("coming", token, registration, standing=standing(registration, now=now()))


@own.post("/coming")
def do_coming(token: str) -> Response:
    """Yes."""
    registration_id = enter_own(token).id
    try:
        with transaction() as session:
            say_coming(session, registration_id, actor=ATTENDEE, now=now())
    except Refusal as refusal:
        return refuse(token, enter_own(token), refusal)
    return back(token, "coming")

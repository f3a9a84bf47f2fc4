"""Accept: a place on offer, or a colleague's place (rules.md 4, 6)."""

from flask import Response, g, request

from service.domain.refusals import InvalidInput, OfferLapsed, Refusal
from service.domain.seats import Status
from service.models import Registration
from service.transaction import transaction
from service.usecases.offer import accept_offer
from service.web.clock import now
from service.web.own.entry import ATTENDEE, Invited, back, enter, enter_own, own, page, refuse
from service.web.own.passing_on import take_over_page, take_over_place
from service.web.own.standing import no_change, standing
from service.web.refused import NOT_REFUSED, Refused, refused

AGREED = frozenset({"1", "true", "on", "yes"})


@own.get("/accept")
def ask_accept(token: str) -> Response:
    """What is on offer, with its fee."""
    found = enter(token)
    if isinstance(found, Invited):
        return take_over_page(token, found)
    return _offer(token, found)


@own.post("/accept")
def do_accept(token: str) -> Response:
    """Accept, knowing the fee: the box must be ticked."""
    found = enter(token)
    if isinstance(found, Invited):
        return take_over_place(token, found)
    registration_id = found.id
    if request.form.get("accept_terms") not in AGREED:
        unticked = InvalidInput({"accept_terms": "accept-terms"})
        return _offer(token, found, refused(unticked, str(g.language)))
    try:
        with transaction() as session:
            accept_offer(session, registration_id, actor=ATTENDEE, now=now())
    except Refusal as refusal:
        return refuse(token, enter_own(token), refusal)
    return back(token, "accept")


def _offer(token: str, registration: Registration, said: Refused = NOT_REFUSED) -> Response:
    """The offer, or why there is none (any more)."""
    stands = standing(registration, now=now())
    if stands.status == Status.OFFERED:
        return page("accept", token, registration, said, standing=stands)
    if registration.status == Status.CONFIRMED:
        return back(token)
    return refuse(token, registration, no_change(registration, now=now()) or OfferLapsed())

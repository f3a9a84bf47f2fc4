"""Send a colleague: the invitation, and the colleague's own acceptance (rules.md 6)."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, g, request

from service.domain.refusals import NotConfirmed, Refusal, StudyDayStarted, TermsChanged, TransferGone
from service.domain.seats import Status
from service.domain.windows import on_time
from service.letters.facts import AboutInvitation, PersonFacts
from service.letters.reading import person_facts
from service.letters.terms import of_invitation
from service.models import Registration
from service.runtime import runtime
from service.transaction import transaction
from service.usecases.transfer import invite_colleague, take_over
from service.web.clock import now
from service.web.facts import day_facts
from service.web.forms import load
from service.web.limits import INVITATIONS_PER_PLACE, count_attempt
from service.web.own.entry import ATTENDEE, Invited, back, enter, enter_own, own, page, refuse
from service.web.own.standing import no_change
from service.web.public.forms import with_shown_terms
from service.web.refused import NOT_REFUSED, Refused, refused
from service.web.schemas import ApplicationSchema, ColleagueSchema

APPLICATION: Final = ApplicationSchema()
COLLEAGUE: Final = ColleagueSchema()


@own.get("/transfer")
def ask_transfer(token: str) -> Response:
    """The form that asks who should come instead."""
    registration = enter_own(token)
    refusal = _no_transfer(registration)
    if refusal is not None:
        return refuse(token, registration, refusal)
    return page("transfer", token, registration, values={"language": registration.language})


@own.post("/transfer")
def do_transfer(token: str) -> Response:
    """Send the invitation; an earlier one is withdrawn."""
    registration_id = enter_own(token).id
    try:
        who = load(COLLEAGUE, request.form)
        count_attempt(INVITATIONS_PER_PLACE, "invitations", str(registration_id))
        with transaction() as session:
            invite_colleague(session, registration_id, who["email"], who["language"], actor=ATTENDEE, now=now())
    except Refusal as refusal:
        registration = enter_own(token)
        if _no_transfer(registration) is not None:
            return refuse(token, registration, refusal)
        return page("transfer", token, registration, refused(refusal, str(g.language)), values=request.form)
    return back(token, "transfer")


def take_over_page(
    token: str, invited: Invited, values: Mapping[str, Any] | None = None, said: Refused = NOT_REFUSED
) -> Response:
    """The invitation with its conditions, and the form of a sign-up; or why the place is gone."""
    gone = _no_take_over(invited)
    if gone is not None:
        return page("refused", token, invited.giver, refused(gone, str(g.language)), invited=True)
    transfer, giver = invited.transfer, invited.giver
    values = values or {"email": transfer.email, "language": transfer.language}
    conditions = of_invitation(
        AboutInvitation(
            decided_at=now(),
            person=PersonFacts(email=transfer.email, language=transfer.language),
            day=day_facts(giver.study_day, transfer.language),
            giver=person_facts(giver, email=giver.email, language=giver.language),
            url=runtime().links.colleague(transfer.id),
        )
    )
    return page("take_over", token, giver, said, values=values, email=transfer.email, conditions=conditions)


def take_over_place(token: str, invited: Invited) -> Response:
    """The colleague accepts. The address is the one that was invited: whoever has the link has read its mail."""
    transfer_id = invited.transfer.id
    values = request.form.copy()
    values["email"] = invited.transfer.email
    values.setdefault("language", invited.transfer.language)
    try:
        application = with_shown_terms(load(APPLICATION, values), values)
        with transaction() as session:
            taker_id = take_over(session, transfer_id, application, actor=ATTENDEE, now=now()).id
    except Refusal as refusal:
        again = enter(token)
        if not isinstance(again, Invited):
            raise
        if isinstance(refusal, TermsChanged):
            values["accept_terms"] = ""  # the sentence beside the box is another one now
        return take_over_page(token, again, values, refused(refusal, str(g.language)))
    return back(runtime().links.own_token(taker_id), "accept")


def _no_transfer(registration: Registration) -> Refusal | None:
    changed = no_change(registration, now=now())
    return changed or (None if registration.status == Status.CONFIRMED else NotConfirmed())


def _no_take_over(invited: Invited) -> Refusal | None:
    transfer, giver = invited.transfer, invited.giver
    if transfer.accepted_at or transfer.withdrawn_at or giver.status != Status.CONFIRMED:
        return TransferGone()
    return None if on_time(now(), giver.study_day.starts_at) else StudyDayStarted()

"""The own page, the calendar file, cancelling, "this was not me", and one's own data as a file."""

from collections.abc import Mapping
from typing import Any, Final

from flask import Response, json, request

from service.domain.fees import Channel
from service.domain.refusals import InvalidInput, NotConfirmed, Refusal
from service.domain.seats import Status
from service.extensions import db
from service.letters import calendar
from service.locale import N_, translate
from service.models import Registration
from service.reports.own_data import own_data
from service.transaction import transaction
from service.usecases.cancel import cancel, not_me
from service.web.clock import now
from service.web.facts import about_seat
from service.web.forms import load
from service.web.own.entry import ATTENDEE, Invited, back, enter, enter_own, own, page, refuse
from service.web.own.passing_on import take_over_page
from service.web.own.standing import no_change, standing
from service.web.refused import NOT_REFUSED, Refused, refused
from service.web.schemas import ReasonSchema

DONE: Final = {
    "edit": N_("Your details have been changed."),
    "transfer": N_("Your colleague gets a mail. Until they accept, the place is yours."),
    "accept": N_("You have accepted the place. We look forward to seeing you."),
    "coming": N_("Thank you for letting us know. We look forward to seeing you."),
}
"""What the own page confirms after a form; how things stand it says anyway."""


@own.get("")
def show(token: str) -> Response:
    """How things stand, and what can be done; for an invited colleague, the invitation."""
    found = enter(token)
    if isinstance(found, Invited):
        return take_over_page(token, found)
    done = DONE.get(request.args.get("done", ""))
    said = translate(found.language, done) if done else ""
    return page("show", token, found, done=said, standing=standing(found, now=now()))


@own.get("/invite.ics")
def invite(token: str) -> Response:
    """A file for calendars: the same entry as in the mails, hence no second one beside it."""
    registration = enter_own(token)
    if registration.status != Status.CONFIRMED:
        return refuse(token, registration, NotConfirmed())
    source = calendar.invite(about_seat(registration, now=now()))
    name = f"{registration.study_day.slug}.ics"
    return Response(source, mimetype="text/calendar", headers={"Content-Disposition": f'attachment; filename="{name}"'})


@own.get("/cancel")
def ask_cancel(token: str) -> Response:
    """What cancelling means now, before the button."""
    registration = enter_own(token)
    refusal = no_change(registration, now=now())
    return refuse(token, registration, refusal) if refusal else _cancel_form(token, registration)


@own.post("/cancel")
def do_cancel(token: str) -> Response:
    """Cancel, or leave the waiting list, or decline an offer."""
    registration_id = enter_own(token).id
    try:
        reason = load(ReasonSchema(), request.form)["reason"]
        with transaction() as session:
            cancel(session, registration_id, channel=Channel.LINK, reason=reason, actor=ATTENDEE, now=now())
    except Refusal as refusal:
        registration = enter_own(token)
        if isinstance(refusal, InvalidInput) and no_change(registration, now=now()) is None:
            return _cancel_form(token, registration, request.form, refused(refusal, registration.language))
        return refuse(token, registration, refusal)
    return back(token)


@own.get("/not-me")
def ask_not_me(token: str) -> Response:
    """What happens when somebody else gave this address."""
    registration = enter_own(token)
    return page("not_me", token, registration, standing=standing(registration, now=now()))


@own.post("/not-me")
def do_not_me(token: str) -> Response:
    """Remove the registration; no fee can follow."""
    registration_id = enter_own(token).id
    try:
        with transaction() as session:
            not_me(session, registration_id, actor=ATTENDEE, now=now())
    except Refusal as refusal:
        return refuse(token, enter_own(token), refusal)
    return back(token)


@own.route("/data", methods=["GET", "POST"])
def data(token: str) -> Response:
    """All that is kept about this registration, as a file (rules.md 10)."""
    registration = enter_own(token)
    text = json.dumps(own_data(db.session(), registration), indent=2, ensure_ascii=False, sort_keys=False)
    name = f"{registration.study_day.slug}.json"
    return Response(
        text + "\n", mimetype="application/json", headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )


def _cancel_form(
    token: str, registration: Registration, values: Mapping[str, Any] | None = None, said: Refused = NOT_REFUSED
) -> Response:
    stands = standing(registration, now=now())
    return page("cancel", token, registration, said, standing=stands, values=values or {})

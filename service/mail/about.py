"""One message and the rows it is about -> the facts of its letter.

What was decided when a message was queued comes from its own facts and holds whatever has happened since; names, titles
and times are those of today.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from service.domain.fees import Channel
from service.domain.quiet import STAFF_ZONE
from service.letters.facts import (
    About,
    AboutAdmission,
    AboutBulk,
    AboutCallingOff,
    AboutCancellation,
    AboutChange,
    AboutFee,
    AboutInvitation,
    AboutRequest,
    AboutSeat,
    AboutSignIn,
    AboutTest,
    BeforeFacts,
    PersonFacts,
)
from service.letters.reading import person_facts, programme_facts
from service.letters.reminder_facts import AboutPractical, AboutSignOff
from service.letters.writing import ABOUT
from service.links import Links
from service.mail.case import Case, day_case_facts, row_of, seat_case_facts
from service.mail.claims import Claim
from service.mail.gather import Found
from service.wording import address


def about(claim: Claim, found: Found, links: Links) -> About:
    """The facts of one letter.

    :raises MissingFactError: a row or a fact that the letter needs is not there.
    :raises KeyError: no letter has that name.
    """
    return BUILDERS[ABOUT[claim.letter]](Case(claim, found, links))


def _seat(case: Case) -> AboutSeat:
    return AboutSeat(**seat_case_facts(case))


def _admission(case: Case) -> AboutAdmission:
    request = case.found.requests.get(case.claim.facts.get("late_request", 0))
    return AboutAdmission(**seat_case_facts(case), message=request.answer if request else "")


def _practical(case: Case) -> AboutPractical:
    return AboutPractical(**seat_case_facts(case), programme=programme_facts(case.day.sessions, case.claim.language))


def _sign_off(case: Case) -> AboutSignOff:
    return AboutSignOff(
        **day_case_facts(case, case.reader),
        url=case.links.page(f"/desk/study-days/{case.day.slug}/sign-off"),
        again=bool(case.claim.facts.get("again")),
    )


def _cancellation(case: Case) -> AboutCancellation:
    ended = case.registration
    return AboutCancellation(
        **seat_case_facts(case), cancelled_at=ended.cancelled_at, removed=ended.cancelled_channel == Channel.REMOVED
    )


def _calling_off(case: Case) -> AboutCallingOff:
    return AboutCallingOff(**seat_case_facts(case), reason=case.fact("reason"))


def _change(case: Case) -> AboutChange:
    before, language = case.fact("before"), case.claim.language
    starts_at, ends_at = before.get("starts_at"), before.get("ends_at")
    place = address(before["venue"], language) if before.get("venue") else ""
    was = BeforeFacts(
        title=before.get("title"),
        mailbox=before.get("mailbox"),
        starts_at=datetime.fromisoformat(starts_at) if starts_at else None,
        ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
        place=place if "venue" in before else None,
        online_url=(before["online_url"] or "") if "online_url" in before else None,
        fee_cents=before.get("fee_cents"),
    )
    return AboutChange(**seat_case_facts(case), before=was)


def _fee(case: Case) -> AboutFee:
    charge = row_of(case.found.charges, case.fact("charge"), "charge")
    return AboutFee(
        **seat_case_facts(case),
        cause=charge.reason,
        amount_cents=charge.amount_cents,
        accepted_at=case.registration.terms_accepted_at,
        cancelled_at=case.registration.cancelled_at,
        objection_until=charge.objection_until,
    )


def _invitation(case: Case) -> AboutInvitation:
    return AboutInvitation(
        **day_case_facts(case, case.reader),
        giver=person_facts(case.registration, email=case.registration.email, language=case.registration.language),
        url=case.links.colleague(case.fact("transfer")),
    )


def _request(case: Case) -> AboutRequest:
    request = row_of(case.found.requests, case.fact("late_request"), "late request")
    person = PersonFacts(
        first_name=request.first_name,
        last_name=request.last_name,
        email=case.claim.recipient,
        language=case.claim.language,
    )
    message = request.answer if case.claim.letter == "declined" else request.message
    return AboutRequest(**day_case_facts(case, person), message=message)


def _sign_in(case: Case) -> AboutSignIn:
    organiser = case.found.organisers.get(case.claim.organiser_id or 0)
    settings = case.links.settings
    return AboutSignIn(
        decided_at=case.claim.created_at,
        person=case.reader,
        organiser=organiser.name if organiser else settings.organiser_name,
        mailbox=organiser.mailbox if organiser else settings.organiser_mailbox,
        zone=STAFF_ZONE,
        url=case.links.sign_in(case.fact("token")),
        expires_at=datetime.fromisoformat(case.fact("expires_at")),
    )


def _bulk(case: Case) -> AboutBulk:
    bulk, language = row_of(case.found.bulk_mails, case.fact("bulk_mail"), "mail to many"), case.claim.language
    return AboutBulk(**seat_case_facts(case), subject=bulk.subject[language], message=bulk.text[language])


def _test(case: Case) -> AboutTest:
    reader = case.reader
    return AboutTest(**day_case_facts(case, reader), letter=case.fact("sample"))


BUILDERS: Final[Mapping[type[About], Callable[[Case], About]]] = {
    AboutSeat: _seat,
    AboutAdmission: _admission,
    AboutCancellation: _cancellation,
    AboutCallingOff: _calling_off,
    AboutChange: _change,
    AboutFee: _fee,
    AboutInvitation: _invitation,
    AboutRequest: _request,
    AboutPractical: _practical,
    AboutSignOff: _sign_off,
    AboutSignIn: _sign_in,
    AboutBulk: _bulk,
    AboutTest: _test,
}

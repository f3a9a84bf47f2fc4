"""One message and the rows it is about -> the facts of its letter.

What was decided when a message was queued comes from its own facts and holds whatever has happened since; names, titles
and times are those of today.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from service.domain.fees import Channel
from service.domain.quiet import STAFF_ZONE
from service.domain.terms import binding
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
    Seat,
)
from service.letters.reading import day_facts, person_facts, seat_facts
from service.letters.writing import ABOUT
from service.links import Links
from service.mail.claims import Claim
from service.mail.gather import Found
from service.wording import address

STOOD: Final[Mapping[str, Seat]] = {
    "confirmed": "confirmed",
    "place_passed_on": "confirmed",
    "fee_notice": "confirmed",
    "decline_unsure": "confirmed",
    "waiting": "waiting",
    "offer": "offered",
    "admitted": "offered",
    "lapsed_offer": "offered",
}
"""Where somebody stood when the letter was queued, as far as its name says so."""


class MissingFactError(LookupError):
    """What the letter is about is not there (any more)."""


def about(claim: Claim, found: Found, links: Links) -> About:
    """The facts of one letter.

    :raises MissingFactError: a row or a fact that the letter needs is not there.
    :raises KeyError: no letter has that name.
    """
    return BUILDERS[ABOUT[claim.letter]](_Case(claim, found, links))


@dataclass(frozen=True, slots=True)
class _Case:
    """One message among all that was found for its batch."""

    claim: Claim
    found: Found
    links: Links

    def fact(self, name: str) -> Any:
        """What was decided when the message was queued."""
        if name not in self.claim.facts:
            raise MissingFactError(f"no fact {name}")
        return self.claim.facts[name]

    @property
    def day(self) -> Row[Any]:
        return _row(self.found.days, self.claim.study_day_id, "study day")

    @property
    def registration(self) -> Row[Any]:
        return _row(self.found.registrations, self.claim.registration_id, "registration")


def _row(rows: Mapping[int, Row[Any]], id: int | None, name: str) -> Row[Any]:
    if id is None or id not in rows:
        raise MissingFactError(f"no {name} {id}")
    return rows[id]


def _seat(case: _Case) -> AboutSeat:
    return AboutSeat(**_seat_facts(case))


def _admission(case: _Case) -> AboutAdmission:
    request = case.found.requests.get(case.claim.facts.get("late_request", 0))
    return AboutAdmission(**_seat_facts(case), message=request.answer if request else "")


def _cancellation(case: _Case) -> AboutCancellation:
    ended = case.registration
    return AboutCancellation(
        **_seat_facts(case), cancelled_at=ended.cancelled_at, removed=ended.cancelled_channel == Channel.REMOVED
    )


def _calling_off(case: _Case) -> AboutCallingOff:
    return AboutCallingOff(**_seat_facts(case), reason=case.fact("reason"))


def _change(case: _Case) -> AboutChange:
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
    return AboutChange(**_seat_facts(case), before=was)


def _fee(case: _Case) -> AboutFee:
    charge = _row(case.found.charges, case.fact("charge"), "charge")
    return AboutFee(
        **_seat_facts(case),
        cause=charge.reason,
        amount_cents=charge.amount_cents,
        accepted_at=case.registration.terms_accepted_at,
        cancelled_at=case.registration.cancelled_at,
        objection_until=charge.objection_until,
    )


def _invitation(case: _Case) -> AboutInvitation:
    return AboutInvitation(
        **_day_facts(case, PersonFacts(email=case.claim.recipient, language=case.claim.language)),
        giver=person_facts(case.registration, email=case.registration.email, language=case.registration.language),
        url=case.links.colleague(case.fact("transfer")),
    )


def _request(case: _Case) -> AboutRequest:
    request = _row(case.found.requests, case.fact("late_request"), "late request")
    person = PersonFacts(
        first_name=request.first_name,
        last_name=request.last_name,
        email=case.claim.recipient,
        language=case.claim.language,
    )
    message = request.answer if case.claim.letter == "declined" else request.message
    return AboutRequest(**_day_facts(case, person), message=message)


def _sign_in(case: _Case) -> AboutSignIn:
    organiser = case.found.organisers.get(case.claim.organiser_id or 0)
    settings = case.links.settings
    return AboutSignIn(
        decided_at=case.claim.created_at,
        person=PersonFacts(email=case.claim.recipient, language=case.claim.language),
        organiser=organiser.name if organiser else settings.organiser_name,
        mailbox=organiser.mailbox if organiser else settings.organiser_mailbox,
        zone=STAFF_ZONE,
        url=case.links.sign_in(case.fact("token")),
        expires_at=datetime.fromisoformat(case.fact("expires_at")),
    )


def _bulk(case: _Case) -> AboutBulk:
    bulk, language = _row(case.found.bulk_mails, case.fact("bulk_mail"), "mail to many"), case.claim.language
    return AboutBulk(**_seat_facts(case), subject=bulk.subject[language], message=bulk.text[language])


def _test(case: _Case) -> AboutTest:
    reader = PersonFacts(email=case.claim.recipient, language=case.claim.language)
    return AboutTest(**_day_facts(case, reader), letter=case.fact("sample"))


BUILDERS: Final[Mapping[type[About], Callable[[_Case], About]]] = {
    AboutSeat: _seat,
    AboutAdmission: _admission,
    AboutCancellation: _cancellation,
    AboutCallingOff: _calling_off,
    AboutChange: _change,
    AboutFee: _fee,
    AboutInvitation: _invitation,
    AboutRequest: _request,
    AboutSignIn: _sign_in,
    AboutBulk: _bulk,
    AboutTest: _test,
}


def _seat_facts(case: _Case) -> dict[str, Any]:
    """The fields of ``AboutSeat``."""
    registration, facts = case.registration, case.claim.facts
    seat = seat_facts(
        registration,
        binding(registration, case.day),
        status=_stood(case),
        came_by=facts.get("came_by", "sign_up"),
        sequence=facts.get("sequence", registration.sequence),
        own_url=case.links.own(registration.id),
    )
    person = person_facts(registration, email=case.claim.recipient, language=case.claim.language)
    return {**_day_facts(case, person), "seat": seat}


def _stood(case: _Case) -> Seat:
    """Where somebody stands, or stood when the letter was queued; only a confirmed place has a calendar entry."""
    registration, said = case.registration, STOOD.get(case.claim.letter)
    if said is not None:
        return said
    if case.claim.facts.get("calendar"):
        return "confirmed"
    stands: Seat = registration.cancelled_from or registration.status
    if "calendar" in case.claim.facts and stands == "confirmed":  # confirmed only since
        return "offered" if registration.offered_until else "waiting"
    return stands


def _day_facts(case: _Case, person: PersonFacts) -> dict[str, Any]:
    """The fields of ``AboutDay``."""
    day, language = case.day, case.claim.language
    page_url = case.links.page(f"/{language}/{day.slug}")
    facts = day_facts(day, language, organiser=day.organiser, page_url=page_url)
    return {"decided_at": case.claim.created_at, "person": person, "day": facts}

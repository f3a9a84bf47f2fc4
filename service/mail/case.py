"""One message among all that was found for its batch: what every letter about a study day wants to know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Row

from service.domain.terms import binding
from service.letters.facts import PersonFacts, Seat
from service.letters.reading import day_facts, person_facts, seat_facts
from service.links import Links
from service.mail.claims import Claim
from service.mail.gather import Found

STOOD: Final[Mapping[str, Seat]] = {
    "confirmed": "confirmed",
    "place_passed_on": "confirmed",
    "fee_notice": "confirmed",
    "decline_unsure": "confirmed",
    "decline_outdated": "confirmed",
    "last_call": "confirmed",
    "practical": "confirmed",
    "waiting": "waiting",
    "offer": "offered",
    "admitted": "offered",
    "lapsed_offer": "offered",
}
"""Where somebody stood when the letter was queued, as far as its name says so."""


class MissingFactError(LookupError):
    """What the letter is about is not there (any more)."""


@dataclass(frozen=True, slots=True)
class Case:
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
    def reader(self) -> PersonFacts:
        """Whoever gets it, of whom nothing else is known."""
        return PersonFacts(email=self.claim.recipient, language=self.claim.language)

    @property
    def day(self) -> Row[Any]:
        """The study day."""
        return row_of(self.found.days, self.claim.study_day_id, "study day")

    @property
    def registration(self) -> Row[Any]:
        """The registration."""
        return row_of(self.found.registrations, self.claim.registration_id, "registration")


def row_of(rows: Mapping[int, Row[Any]], id: int | None, name: str) -> Row[Any]:
    """That row. :raises MissingFactError: it was not found."""
    if id is None or id not in rows:
        raise MissingFactError(f"no {name} {id}")
    return rows[id]


def seat_case_facts(case: Case) -> dict[str, Any]:
    """The fields of ``AboutSeat``."""
    registration, facts = case.registration, case.claim.facts
    seat = seat_facts(
        registration,
        binding(registration, case.day),
        status=_stood(case),
        came_by=facts.get("came_by", "sign_up"),
        sequence=facts.get("sequence", registration.sequence),
        own_url=case.links.own(registration.id),
        declining_cancels=bool(case.links.settings.mailbox_url),
    )
    person = person_facts(registration, email=case.claim.recipient, language=case.claim.language)
    return {**day_case_facts(case, person), "seat": seat}


def _stood(case: Case) -> Seat:
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


def day_case_facts(case: Case, person: PersonFacts) -> dict[str, Any]:
    """The fields of ``AboutDay``."""
    day, language = case.day, case.claim.language
    page_url = case.links.page(f"/{language}/{day.slug}")
    facts = day_facts(day, language, organiser=day.organiser, page_url=page_url)
    return {"decided_at": case.claim.created_at, "person": person, "day": facts}

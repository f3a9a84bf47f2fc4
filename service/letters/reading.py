"""Rows -> facts: the same for the worker, which has rows of columns, and for pages, which have whole ones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from service.domain.fees import Policy
from service.domain.terms import Terms
from service.letters.facts import CameBy, DayFacts, PersonFacts, Seat, SeatFacts
from service.letters.reminder_facts import PartFacts
from service.locale import in_language
from service.wording import address


def day_facts(day: Any, language: str, *, organiser: str, page_url: str) -> DayFacts:
    """A study day in one language; ``day`` has the columns of ``models.StudyDay``."""
    return DayFacts(
        title=in_language(day.title, language),
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        zone=day.time_zone,
        organiser=organiser,
        mailbox=day.mailbox,
        page_url=page_url,
        place=address(day.venue, language) if day.venue else "",
        online_url=day.online_url or "",
        fee_cents=day.fee_cents,
        free_cancellation_until=day.free_cancellation_until,
        refill_lets_off=day.late_cancellation_policy == Policy.UNLESS_REFILLED,
    )


def programme_facts(sessions: Sequence[Mapping[str, Any]], language: str) -> tuple[PartFacts, ...]:
    """The parts of a programme, as ``StudyDay.sessions`` has them, by time."""
    parts = [
        PartFacts(
            title=in_language(session["title"], language),
            starts_at=datetime.fromisoformat(session["starts_at"]),
            ends_at=datetime.fromisoformat(session["ends_at"]),
        )
        for session in sessions
    ]
    return tuple(sorted(parts, key=lambda part: (part.starts_at, part.ends_at)))


def person_facts(registration: Any, *, email: str, language: str) -> PersonFacts:
    """Whoever registered, or whoever writes in their name; ``registration`` has the columns of the model."""
    return PersonFacts(
        first_name=registration.first_name,
        last_name=registration.last_name,
        email=email,
        organisation=registration.organisation,
        language=language,
    )


def seat_facts(
    registration: Any,
    terms: Terms,
    *,
    status: Seat,
    came_by: CameBy = "sign_up",
    sequence: int,
    own_url: str,
    declining_cancels: bool = False,
) -> SeatFacts:
    """Where a registration stands, and the terms that bind its person."""
    return SeatFacts(
        status=status,
        came_by=came_by,
        calendar_uid=registration.calendar_uid,
        sequence=sequence,
        own_url=own_url,
        not_me_url=f"{own_url}#not-me",
        fee_cents=terms.fee_cents,
        free_cancellation_until=terms.free_until,
        offered_until=registration.offered_until,
        declining_cancels=declining_cancels,
    )

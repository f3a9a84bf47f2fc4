"""A registration and its day as letters know them, so that pages and calendar files say the same in the same words."""

from datetime import datetime

from service.domain.seats import Status
from service.letters import reading
from service.letters.facts import AboutSeat, DayFacts, Seat
from service.models import Registration, StudyDay
from service.runtime import runtime


def about_seat(registration: Registration, *, now: datetime) -> AboutSeat:
    """The facts of a live registration as they are now."""
    return AboutSeat(
        decided_at=now,
        person=reading.person_facts(registration, email=registration.email, language=registration.language),
        day=day_facts(registration.study_day, registration.language),
        seat=reading.seat_facts(
            registration,
            registration.terms,
            status=_stands(registration),
            sequence=registration.sequence,
            own_url=runtime().links.own(registration.id),
        ),
    )


def day_facts(day: StudyDay, language: str) -> DayFacts:
    """The facts of a study day in one language."""
    page_url = runtime().links.page(f"/{language}/{day.slug}")
    return reading.day_facts(day, language, organiser=day.organiser.name, page_url=page_url)


def _stands(registration: Registration) -> Seat:
    match Status(registration.status):
        case Status.WAITING:
            return "waiting"
        case Status.OFFERED:
            return "offered"
        case _:
            return "confirmed"

"""A registration as letters and calendar entries know it, so that its page says the same in the same words."""

from datetime import datetime
from typing import Literal

from service.domain.fees import Policy
from service.domain.seats import Status
from service.letters.facts import AboutSeat, DayFacts, PersonFacts, SeatFacts
from service.models import Registration, StudyDay
from service.runtime import runtime
from service.web.texts import said
from service.wording import address


def about_seat(registration: Registration, *, now: datetime) -> AboutSeat:
    """The facts of a live registration as they are now."""
    own_url = runtime().links.own(registration.id)
    return AboutSeat(
        decided_at=now,
        person=PersonFacts(
            first_name=registration.first_name,
            last_name=registration.last_name,
            email=registration.email,
            organisation=registration.organisation,
            language=registration.language,
        ),
        day=day_facts(registration.study_day, registration.language),
        seat=SeatFacts(
            status=_stands(registration),
            calendar_uid=registration.calendar_uid,
            sequence=registration.sequence,
            own_url=own_url,
            not_me_url=f"{own_url}#not-me",
            fee_cents=registration.terms.fee_cents,
            free_cancellation_until=registration.terms.free_until,
            offered_until=registration.offered_until,
        ),
    )


def day_facts(day: StudyDay, language: str) -> DayFacts:
    """The facts of a study day in one language."""
    return DayFacts(
        title=said(day.title, language),
        starts_at=day.starts_at,
        ends_at=day.ends_at,
        zone=day.time_zone,
        organiser=day.organiser.name,
        mailbox=day.mailbox,
        page_url=runtime().links.page(f"/{language}/{day.slug}"),
        place=address(day.venue, language) if day.venue else "",
        online_url=day.online_url or "",
        fee_cents=day.fee_cents,
        free_cancellation_until=day.free_cancellation_until,
        refill_lets_off=day.late_cancellation_policy == Policy.UNLESS_REFILLED,
    )


def _stands(registration: Registration) -> Literal["confirmed", "waiting", "offered"]:
    match Status(registration.status):
        case Status.WAITING:
            return "waiting"
        case Status.OFFERED:
            return "offered"
        case _:
            return "confirmed"

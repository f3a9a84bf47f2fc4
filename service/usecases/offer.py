"""Accept a place on offer: after the waiting list or a late request (rules.md 4, 5)."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.fees import Channel
from service.domain.refusals import AlreadyCancelled, OfferLapsed, StudyDayCancelled
from service.domain.seats import Status
from service.domain.windows import on_time
from service.mail import outbox
from service.models import Registration
from service.usecases.application import accepted
from service.usecases.record import line, record
from service.usecases.seating import lock_registration


def accept_offer(session: Session, registration_id: int, *, actor: Actor, now: datetime) -> Registration:
    """Confirm an offered place; the terms are accepted anew, as they stand today. Accepting twice is accepting once.

    :raises OfferLapsed: too late; also where the worker has not noticed yet.
    :raises AlreadyCancelled: the registration ended otherwise, or there was never an offer.
    :raises StudyDayCancelled: the day was called off.
    """
    registration = lock_registration(session, registration_id)
    day = registration.study_day
    if registration.status == Status.CONFIRMED and registration.offered_until is not None:
        return registration
    if day.cancelled_at is not None:
        raise StudyDayCancelled(slug=day.slug, mailbox=day.mailbox)
    if registration.cancelled_channel == Channel.LAPSED:
        raise OfferLapsed(slug=day.slug)
    if registration.status != Status.OFFERED or registration.offered_until is None:
        raise AlreadyCancelled
    if not on_time(now, registration.offered_until):
        raise OfferLapsed(slug=day.slug)
    for name, value in accepted(registration.terms, registration.language, now=now).items():
        setattr(registration, name, value)
    registration.status, registration.seated_at = Status.CONFIRMED, now
    registration.seen(now)
    outbox.put(session, outbox.to_registrant("confirmed", registration, now=now, came_by="offer"))
    record(session, line("offer_accepted", outbox.about(registration), actor=actor, now=now))
    return registration

"""Correct what one typed at sign-up (rules.md 6)."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.questions import check_answers
from service.domain.refusals import AlreadyCancelled, InvalidInput, StudyDayStarted
from service.domain.seats import Status
from service.domain.windows import on_time
from service.mail import outbox
from service.models import Registration
from service.usecases.application import Application
from service.usecases.record import line, record
from service.usecases.seating import lock_registration

EDITABLE = tuple(field.name for field in fields(Application) if field.name != "email")


def correct(
    session: Session, registration_id: int, changes: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Registration:
    """Change one's own data; the address stays, for it is who the place belongs to. No change, no mail.

    :raises AlreadyCancelled: the registration is no longer live.
    :raises StudyDayStarted: changes are possible until the start.
    :raises InvalidInput: an answer is missing or no answer.
    """
    registration = lock_registration(session, registration_id)
    day = registration.study_day
    if registration.status == Status.CANCELLED:
        raise AlreadyCancelled
    if not on_time(now, day.starts_at):
        raise StudyDayStarted(slug=day.slug)
    wanted = {name: value for name, value in changes.items() if name in EDITABLE}
    if "answers" in wanted:
        wanted["answers"], wrong = check_answers(day.questions, wanted["answers"])
        if wrong:
            raise InvalidInput(wrong)
    changed = {name: value for name, value in wanted.items() if getattr(registration, name) != value}
    if not changed:
        return registration
    for name, value in changed.items():
        setattr(registration, name, value)
    if registration.status == Status.CONFIRMED:
        registration.sequence += 1
    if actor.kind == "attendee":
        registration.seen_at = now
    calendar = registration.status == Status.CONFIRMED
    outbox.put(session, outbox.to_registrant("changed", registration, now=now, calendar=calendar))
    record(session, line("corrected", outbox.about(registration), actor=actor, now=now, fields=sorted(changed)))
    return registration

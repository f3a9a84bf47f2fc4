"""Correct what one typed at sign-up, and how an invoice should look (rules.md 6, 8)."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.questions import check_answers
from service.domain.refusals import AlreadyCancelled, AlreadyInvoiced, InvalidInput, StudyDayStarted
from service.domain.seats import Status
from service.domain.windows import on_time
from service.mail import outbox
from service.models import Charge, Registration
from service.usecases.application import Application
from service.usecases.record import line, record
from service.usecases.seating import lock_registration

EDITABLE = frozenset(field.name for field in fields(Application)) - {"email", "shown"}
FOR_THE_INVOICE = frozenset(name for name in EDITABLE if name.startswith("invoice_"))


def correct(
    session: Session, registration_id: int, changes: Mapping[str, Any], *, actor: Actor, now: datetime
) -> Registration:
    """Change one's own data; the address stays, for it is who the place belongs to. No change, no mail.

    Until the start; while a fee waits to be invoiced, who owes it may still say how the invoice should look
    (rules.md 8), and nothing else of ``changes`` counts.

    :raises AlreadyCancelled: the registration is no longer live.
    :raises StudyDayStarted: changes are possible until the start.
    :raises AlreadyInvoiced: the invoice has been issued.
    :raises InvalidInput: an answer is missing or no answer.
    """
    registration = lock_registration(session, registration_id)
    editable = EDITABLE if _running(registration, now=now) else _of_a_charge(session, registration)
    wanted = {name: value for name, value in changes.items() if name in editable}
    if "answers" in wanted:
        wanted["answers"], wrong = check_answers(registration.study_day.questions, wanted["answers"])
        if wrong:
            raise InvalidInput(wrong)
    changed = {name: value for name, value in wanted.items() if getattr(registration, name) != value}
    if actor.kind == "attendee":
        registration.seen(now)
    if not changed:
        return registration
    for name, value in changed.items():
        setattr(registration, name, value)
    if editable is EDITABLE:
        _tell(session, registration, now=now)
    record(session, line("corrected", outbox.about(registration), actor=actor, now=now, fields=sorted(changed)))
    return registration


def _running(registration: Registration, *, now: datetime) -> bool:
    return registration.status != Status.CANCELLED and on_time(now, registration.study_day.starts_at)


def _of_a_charge(session: Session, registration: Registration) -> frozenset[str]:
    """What may still be corrected of a registration that ended, or whose day has begun: what a draft charge needs."""
    status = session.execute(
        sa.select(Charge.status).where(Charge.registration_id == registration.id)
    ).scalar_one_or_none()
    if status == "draft":
        return FOR_THE_INVOICE
    if status == "invoiced":
        raise AlreadyInvoiced
    if registration.status == Status.CANCELLED:
        raise AlreadyCancelled
    raise StudyDayStarted(slug=registration.study_day.slug)


def _tell(session: Session, registration: Registration, *, now: datetime) -> None:
    calendar = registration.status == Status.CONFIRMED
    if calendar:
        registration.sequence += 1
    outbox.put(session, outbox.to_registrant("changed", registration, now=now, calendar=calendar))

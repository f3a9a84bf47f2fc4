"""Cancel a registration: by its own person, on request, since it was not them, or as an offer lapsed (rules.md 6)."""

from collections.abc import Mapping
from dataclasses import fields
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import SYSTEM, Actor
from service.domain.fees import Channel, WaiverReason
from service.domain.refusals import AlreadyCancelled, AlreadyInvoiced, StudyDayCancelled, StudyDayStarted
from service.domain.seats import SEATED, Status
from service.domain.windows import Verdict, on_time, verdict
from service.mail import outbox
from service.models import Charge, Registration
from service.usecases.application import Application
from service.usecases.record import line, record
from service.usecases.seating import free_seat, lock_registration

TYPED_BY_A_STRANGER = tuple(
    {field.name for field in fields(Application)}
    - {"email", "language", "last_name", "organisation_kind", "answers", "shown"}
)
NOBODY = "–"
"""The name of somebody whose name was deleted: lists link it to their page."""
OFFERED: sa.ColumnClause[str] = sa.literal_column(f"'{Status.OFFERED}'")
"""Not a parameter, so that a partial index is used."""
LETTERS: Mapping[Channel, str] = {Channel.NOT_ME: "not_me", Channel.LAPSED: "lapsed_offer"}


def cancel(
    session: Session,
    registration_id: int,
    *,
    channel: Channel,
    reason: str = "",
    actor: Actor,
    now: datetime,
    received_at: datetime | None = None,
) -> Registration:
    """End a live registration and pass its seat on; who, when, through what, why and the verdict are stored now.

    :param received_at: when it reached us, where that was before ``now``: it is judged by this, and the seat is passed
        on by the other (docs/decisions/0043).
    :raises NotFound, AlreadyCancelled: there is nothing to cancel.
    :raises StudyDayStarted: too late for anybody; from the start on, attendance decides.
    :raises StudyDayCancelled: the day was called off.
    """
    registration = lock_registration(session, registration_id)
    day = registration.study_day
    if registration.status == Status.CANCELLED:
        raise StudyDayCancelled(slug=day.slug) if day.cancelled_at else AlreadyCancelled
    received_at = received_at or now
    if not on_time(received_at, day.starts_at):
        raise StudyDayStarted(slug=day.slug)
    _end(session, registration, channel=channel, reason=reason, actor=actor, now=now, received_at=received_at)
    return registration


def not_me(session: Session, registration_id: int, *, actor: Actor, now: datetime) -> Registration:
    """Somebody else gave this address: the registration goes, at any time before invoicing, and no fee follows.

    A draft charge is waived. What the stranger typed is emptied at once, as the letter says; the address stays, for it
    tells whose word this was.

    :raises AlreadyCancelled: it was removed in this way already.
    :raises AlreadyInvoiced: a credit note has to correct it.
    """
    registration = lock_registration(session, registration_id)
    charge = session.execute(sa.select(Charge).where(Charge.registration_id == registration.id)).scalar_one_or_none()
    if charge is not None and charge.status == "invoiced":
        raise AlreadyInvoiced
    if registration.cancelled_channel == Channel.NOT_ME:
        raise AlreadyCancelled
    if charge is not None and charge.status == "draft":
        charge.status, charge.waived_at, charge.waiver_reason = "waived", now, WaiverReason.OUR_MISTAKE
        about = outbox.about(registration)
        record(session, line("waived", about, actor=actor, now=now, charge=charge.id, why=charge.waiver_reason))
    if registration.status == Status.CANCELLED:
        registration.cancelled_channel, registration.cancelled_verdict = Channel.NOT_ME, Verdict.ON_TIME
        registration.sequence += 1
        _write_down(session, registration, channel=Channel.NOT_ME, actor=actor, now=now)
    else:
        _end(session, registration, channel=Channel.NOT_ME, reason="", actor=actor, now=now)
    for name in TYPED_BY_A_STRANGER:
        setattr(registration, name, "")
    registration.last_name, registration.organisation_kind, registration.answers = NOBODY, "other", {}
    return registration


def step_aside(session: Session, registration: Registration, *, actor: Actor, now: datetime) -> None:
    """Leave the queue, or an offer, for a place that a colleague passes on; the confirmation of that says enough.

    The registration is live, not confirmed, and locked.
    """
    _end(session, registration, channel=Channel.TRANSFER, reason="", actor=actor, now=now, tell=False)


def lapse_offers(session: Session, *, now: datetime) -> int:
    """End the offers that nobody accepted in time and pass their seats on; returns how many (rules.md 4)."""
    due = session.execute(
        sa.select(Registration.study_day_id, Registration.id)
        .where(Registration.status == OFFERED, Registration.offered_until <= now)
        .order_by(Registration.offered_until)
        .limit(100)
    ).all()
    lapsed = 0
    for _, registration_id in sorted(due):  # one order of study days, so that two workers never wait for each other
        registration = lock_registration(session, registration_id)
        if registration.status == Status.OFFERED:
            _end(session, registration, channel=Channel.LAPSED, reason="", actor=SYSTEM, now=now)
            lapsed += 1
    return lapsed


def _end(
    session: Session,
    registration: Registration,
    *,
    channel: Channel,
    reason: str,
    actor: Actor,
    now: datetime,
    received_at: datetime | None = None,
    tell: bool = True,
) -> None:
    day, received_at = registration.study_day, received_at or now
    seated = registration.status in SEATED
    judged = registration.status == Status.CONFIRMED and channel in (Channel.LINK, Channel.CALENDAR, Channel.ORGANISER)
    registration.cancelled_from = registration.status
    registration.cancelled_at, registration.cancelled_by = received_at, actor.kind
    registration.cancelled_channel, registration.cancelled_reason = channel, reason
    registration.cancelled_verdict = verdict(received_at, registration.terms.free_until) if judged else Verdict.ON_TIME
    registration.status = Status.CANCELLED
    registration.sequence += 1
    if actor.kind == "attendee":
        registration.seen(now)
    session.flush()
    _write_down(session, registration, channel=channel, actor=actor, now=now, tell=tell)
    if seated:
        free_seat(session, day, by_clock=channel is Channel.LAPSED, now=now)
    else:
        day.waiting -= 1


def _write_down(
    session: Session, registration: Registration, *, channel: Channel, actor: Actor, now: datetime, tell: bool = True
) -> None:
    """Tell them, and the history; why somebody cancels is personal and stays on the registration alone."""
    if tell:
        judged = "cancelled_late" if registration.cancelled_verdict == Verdict.LATE else "cancelled_in_time"
        letter = LETTERS.get(channel, judged)
        held_calendar_entry = registration.cancelled_from == Status.CONFIRMED
        outbox.put(session, outbox.to_registrant(letter, registration, now=now, calendar=held_calendar_entry))
    facts = {"verdict": registration.cancelled_verdict, "from": registration.cancelled_from, "through": channel}
    record(session, line("cancelled", outbox.about(registration), actor=actor, now=now, reason="", **facts))

"""Sign the attendance off: one draft charge for everyone who owes the fee (rules.md 7, 8)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.fees import Policy, due, many_absent, once_per_person
from service.domain.refusals import AttendanceNotTaken, ManyAbsent, StudyDayCancelled, TooEarly
from service.domain.seats import Status
from service.domain.windows import on_time
from service.mail import outbox
from service.models import Charge, Registration, StudyDay
from service.usecases.record import line, of_day, record
from service.usecases.seating import lock_day
from service.usecases.stories import Mails, mails_of, stories_of


def sign_off(
    session: Session, day_id: int, *, confirm_many_absent: bool = False, actor: Actor, now: datetime
) -> Sequence[Charge]:
    """Say that attendance is right; makes the draft charges and queues the notices. A second time changes nothing.

    Whoever still waits, or did not answer an offer, owes nothing and is left as they are.

    :raises StudyDayCancelled: there was no study day.
    :raises TooEarly: before the end (``from_when``).
    :raises AttendanceNotTaken: places were confirmed and nobody was checked in.
    :raises ManyAbsent: more than 40 % absent, and it was not confirmed.
    """
    day = lock_day(session, day_id)
    if day.cancelled_at is not None:
        raise StudyDayCancelled(slug=day.slug, mailbox=day.mailbox)
    if on_time(now, day.ends_at):
        raise TooEarly(from_when=day.ends_at)
    if day.signed_off_at is None:
        everyone = (
            session.execute(
                sa.select(Registration).where(Registration.study_day_id == day.id).order_by(Registration.id)
            )
            .scalars()
            .all()
        )
        _require_attendance(everyone, confirm_many_absent=confirm_many_absent)
        day.signed_off_at = now
        day.revise(now=now)
        charges = _charge(session, day, everyone, now=now)
        record(session, line("signed_off", of_day(day), actor=actor, now=now, charges=len(charges)))
    return session.execute(sa.select(Charge).where(Charge.study_day_id == day.id).order_by(Charge.id)).scalars().all()


def _require_attendance(everyone: Sequence[Registration], *, confirm_many_absent: bool) -> None:
    expected = [one for one in everyone if one.status == Status.CONFIRMED]
    absent = sum(one.checked_in_at is None for one in expected)
    if expected and absent == len(expected):
        raise AttendanceNotTaken(expected=len(expected))
    if many_absent(expected=len(expected), absent=absent) and not confirm_many_absent:
        raise ManyAbsent(absent=absent, expected=len(expected))


def _charge(session: Session, day: StudyDay, everyone: Sequence[Registration], *, now: datetime) -> list[Charge]:
    mails = mails_of(session, day.id)
    stories = stories_of(session, day.id, everyone, mails)
    policy = Policy(day.late_cancellation_policy)
    owed = {one.id: fee for one in everyone if one.terms.fee_cents and (fee := due(stories[one.id], policy=policy))}
    owed = once_per_person(owed, {one.id: one.email_folded for one in everyone})
    charges = [
        Charge(
            registration=one,
            study_day_id=day.id,
            reason=owed[one.id].reason,
            amount_cents=one.terms.fee_cents,
            waiver_proposed=owed[one.id].propose_waiver,
            evidence=_evidence(one, mails.get(one.id, Mails())),
            created_at=now,
            objection_until=now + timedelta(days=day.organiser.objection_days),
        )
        for one in everyone
        if one.id in owed
    ]
    session.add_all(charges)
    session.flush()
    notices = [charge for charge in charges if not charge.waiver_proposed]
    outbox.put(
        session,
        *(outbox.to_registrant("fee_notice", charge.registration, now=now, charge=charge.id) for charge in notices),
    )
    return charges


def _evidence(registration: Registration, mails: Mails) -> dict[str, Any]:
    """What shows that the fee is owed; nothing that a later change of the day could touch."""
    cancelled_at = registration.cancelled_at
    return {
        "accepted_at": registration.terms_accepted_at.isoformat(),
        "fee_cents": registration.terms_fee_cents,
        "free_cancellation_until": registration.terms_free_cancellation_until.isoformat(),
        "mails_sent": mails.sent,
        "mails_failed": mails.failed,
        "cancelled_at": cancelled_at.isoformat() if cancelled_at else None,
        "cancelled_channel": registration.cancelled_channel,
    }

"""Sign the attendance off: one draft charge for everyone who owes the fee (rules.md 7, 8)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.fees import Channel, Policy, Story, due, many_absent, refilled
from service.domain.refusals import AttendanceNotTaken, ManyAbsent, StudyDayCancelled, TooEarly
from service.domain.seats import SEATED, Status
from service.domain.windows import Verdict, on_time
from service.mail import outbox
from service.models import Charge, Message, Registration, StudyDay
from service.usecases.record import line, of_day, record
from service.usecases.seating import lock_day


def sign_off(
    session: Session, day_id: int, *, confirm_many_absent: bool = False, actor: Actor, now: datetime
) -> Sequence[Charge]:
    """Say that attendance is right; makes the draft charges and queues the notices. A second time changes nothing.

    Offers that were still open end here, without a fee.

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
        day.revision += 1
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
    mails = _mails(session, day.id)
    stories = _stories(everyone, mails)
    charges = []
    for registration in everyone:
        owed = due(stories[registration.id], policy=Policy(day.late_cancellation_policy))
        amount = min(registration.terms_fee_cents, day.fee_cents)  # a kinder fee helps all, a stricter one only later
        if owed is None or amount == 0:
            continue
        charge = Charge(
            registration_id=registration.id,
            study_day_id=day.id,
            reason=owed.reason,
            amount_cents=amount,
            waiver_proposed=owed.propose_waiver,
            evidence=_evidence(registration, mails),
            created_at=now,
            objection_until=now + timedelta(days=day.organiser.objection_days),
        )
        charges.append(charge)
        session.add(charge)
        session.flush()
        if not owed.propose_waiver:
            outbox.put(session, outbox.to_registrant("fee_notice", registration, now=now, charge=charge.id))
    return charges


def _stories(everyone: Sequence[Registration], mails: Mapping[int, tuple[int, int]]) -> dict[int, Story]:
    """What counts for each registration, by id."""
    late = [one for one in everyone if one.cancelled_verdict == Verdict.LATE and one.cancelled_at is not None]
    late.sort(key=lambda one: (one.cancelled_at, one.id))
    seatings = [one.seated_at for one in everyone if one.seated_at is not None]
    used = dict(
        zip(
            (one.id for one in late),
            refilled([one.cancelled_at for one in late if one.cancelled_at is not None], seatings),
            strict=True,
        )
    )
    came = {one.email_folded for one in everyone if one.status == Status.CONFIRMED and one.checked_in_at is not None}
    return {
        one.id: Story(
            status=Status(one.status),
            present=one.checked_in_at is not None,
            was_seated=one.status in SEATED or one.cancelled_from == Status.CONFIRMED,
            channel=Channel(one.cancelled_channel) if one.cancelled_channel else None,
            verdict=Verdict(one.cancelled_verdict) if one.cancelled_verdict else None,
            seat_refilled=used.get(one.id, False),
            came_after_all=one.email_folded in came,
            unreachable=_unreachable(one, mails),
        )
        for one in everyone
    }


def _unreachable(registration: Registration, mails: Mapping[int, tuple[int, int]]) -> bool:
    sent, failed = mails.get(registration.id, (0, 0))
    return failed > 0 and sent == 0 and registration.seen_at is None


def _mails(session: Session, study_day_id: int) -> dict[int, tuple[int, int]]:
    """Sent and failed mails per registration."""
    rows = session.execute(
        sa.select(
            Message.registration_id,
            sa.func.count().filter(Message.state == "sent"),
            sa.func.count().filter(Message.state == "failed"),
        )
        .where(Message.study_day_id == study_day_id, Message.registration_id.is_not(None))
        .group_by(Message.registration_id)
    )
    return {registration_id: (sent, failed) for registration_id, sent, failed in rows if registration_id is not None}


def _evidence(registration: Registration, mails: Mapping[int, tuple[int, int]]) -> dict[str, Any]:
    """What shows that the fee is owed; nothing that a later change of the day could touch."""
    sent, failed = mails.get(registration.id, (0, 0))
    cancelled_at = registration.cancelled_at
    return {
        "accepted_at": registration.terms_accepted_at.isoformat(),
        "fee_cents": registration.terms_fee_cents,
        "free_cancellation_until": registration.terms_free_cancellation_until.isoformat(),
        "mails_sent": sent,
        "mails_failed": failed,
        "cancelled_at": cancelled_at.isoformat() if cancelled_at else None,
        "cancelled_channel": registration.cancelled_channel,
    }

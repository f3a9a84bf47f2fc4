"""What happened to each registration of a study day, as the fee rules want to hear it (rules.md 8)."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.fees import Channel, Moment, Story, refilled
from service.domain.seats import SEATED, Status
from service.domain.windows import Verdict
from service.models import Message, Registration, Transfer

LOST = ("failed", "bounced")
"""The states of a mail that its recipient never got: refused at once, or taken and sent back later."""


class Mails(NamedTuple):
    """How many mails to one person were sent and failed; ``confirmed`` and ``lost``: the confirmations among them."""

    sent: int = 0
    failed: int = 0
    confirmed: int = 0
    lost: int = 0


def mails_of(session: Session, study_day_id: int) -> dict[int, Mails]:
    """Sent and failed mails per registration."""
    sent, failed, confirmation = Message.state == "sent", Message.state.in_(LOST), Message.letter == "confirmed"
    rows = session.execute(
        sa.select(
            Message.registration_id,
            *(sa.func.count().filter(which) for which in (sent, failed, confirmation & sent, confirmation & failed)),
        )
        .where(Message.study_day_id == study_day_id, Message.registration_id.is_not(None))
        .group_by(Message.registration_id)
    )
    return {registration_id: Mails(*counts) for registration_id, *counts in rows if registration_id is not None}


def stories_of(
    session: Session, study_day_id: int, everyone: Sequence[Registration], mails: Mapping[int, Mails]
) -> dict[int, Story]:
    """What counts for each registration of a study day, by id."""
    used = _refilled(everyone, _successors(session, study_day_id))
    came = {one.email_folded for one in everyone if one.status == Status.CONFIRMED and one.checked_in_at is not None}
    return {
        one.id: Story(
            status=Status(one.status),
            present=one.checked_in_at is not None,
            was_seated=one.status in SEATED or one.cancelled_from == Status.CONFIRMED,
            channel=Channel(one.cancelled_channel) if one.cancelled_channel else None,
            verdict=Verdict(one.cancelled_verdict) if one.cancelled_verdict else None,
            seat_refilled=one.id in used,
            came_after_all=one.email_folded in came,
            unreachable=_unreachable(one, mails.get(one.id, Mails())),
        )
        for one in everyone
    }


def _refilled(everyone: Sequence[Registration], successors: Collection[int]) -> set[int]:
    """Whose seat, given back late, somebody else used.

    A colleague who took over a place sits on that place, not on a freed one; and a place that was given back without
    a fee was not used.
    """
    late = [one for one in everyone if one.cancelled_verdict == Verdict.LATE]
    late.sort(key=lambda one: (one.cancelled_at, one.id))
    used_by = [
        Moment(one.seated_at, one.email_folded)
        for one in everyone
        if one.seated_at is not None
        and one.id not in successors
        and (one.status == Status.CONFIRMED or one.cancelled_verdict == Verdict.LATE or _passed_on(one))
    ]
    freed = [Moment(one.cancelled_at, one.email_folded) for one in late if one.cancelled_at is not None]
    return {one.id for one, again in zip(late, refilled(freed, used_by), strict=True) if again}


def _passed_on(registration: Registration) -> bool:
    return registration.cancelled_channel == Channel.TRANSFER


def _successors(session: Session, study_day_id: int) -> set[int]:
    """The registrations of colleagues who took over a place."""
    took_over = (
        sa.select(Transfer.successor_id)
        .join(Registration, Registration.id == Transfer.registration_id)
        .where(Registration.study_day_id == study_day_id)
    )
    return {successor for successor in session.execute(took_over).scalars() if successor is not None}


def _unreachable(registration: Registration, mails: Mails) -> bool:
    """Nothing ever came from them, and the confirmation was refused, or came back though a server had taken it.

    Another letter that was lost says nothing: whoever got the confirmation knows of the place, and how to cancel.
    """
    return mails.lost > 0 and mails.confirmed == 0 and registration.seen_at is None

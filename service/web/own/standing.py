"""How a registration stands: what binds its person, what cancelling would mean now, and what can still be done."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from service.domain.fees import Channel
from service.domain.refusals import AlreadyCancelled, Refusal, StudyDayCancelled, StudyDayStarted
from service.domain.seats import Status
from service.domain.windows import on_time
from service.extensions import db
from service.letters.terms import of_offer, of_place, of_waiting
from service.models import Charge, Registration, Transfer
from service.web.facts import about_seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """``status`` is what the person should read: an offer that nobody accepted in time has lapsed already.

    ``conditions`` is the sentence of the letters; ``free`` whether cancelling costs nothing now. ``may_change``: until
    the start, while the registration is live. ``in_line`` counts from 1. ``may_deny``: "this was not me" is possible.
    """

    status: str
    conditions: str
    free: bool
    may_change: bool
    may_deny: bool
    in_line: int | None
    invited: str | None
    charge: Charge | None


def standing(registration: Registration, *, now: datetime) -> Standing:
    """All that the own page says besides what was typed."""
    live = registration.status != Status.CANCELLED
    charge = _charge(registration)
    return Standing(
        status=_status(registration, now=now),
        conditions=_conditions(registration, now=now),
        free=cancels_free(registration, now=now),
        may_change=no_change(registration, now=now) is None,
        may_deny=registration.cancelled_channel != Channel.NOT_ME and (charge is None or charge.status != "invoiced"),
        in_line=_in_line(registration) if registration.status == Status.WAITING else None,
        invited=_invited(registration) if live else None,
        charge=charge,
    )


def no_change(registration: Registration, *, now: datetime) -> Refusal | None:
    """Why its person can change nothing any more, or None."""
    if registration.status == Status.CANCELLED:
        return StudyDayCancelled() if registration.study_day.cancelled_at else AlreadyCancelled()
    return None if on_time(now, registration.study_day.starts_at) else StudyDayStarted()


def awaits_invoice(registration: Registration) -> bool:
    """Whether a fee is due that can still be invoiced to whom its person says (rules.md 8)."""
    charge = _charge(registration)
    return charge is not None and charge.status == "draft"


def cancels_free(registration: Registration, *, now: datetime) -> bool:
    """Whether cancelling now costs nothing: who waits never owes anything (rules.md 4, 6)."""
    terms = registration.terms
    return registration.status != Status.CONFIRMED or terms.fee_cents == 0 or on_time(now, terms.free_until)


def _charge(registration: Registration) -> Charge | None:
    return db.session.execute(sa.select(Charge).where(Charge.registration_id == registration.id)).scalar_one_or_none()


def _status(registration: Registration, *, now: datetime) -> str:
    until = registration.offered_until
    if registration.status == Status.OFFERED and until is not None and not on_time(now, until):
        return Channel.LAPSED
    if registration.status == Status.CANCELLED:
        return registration.cancelled_channel or Status.CANCELLED
    return registration.status


def _conditions(registration: Registration, *, now: datetime) -> str:
    about = about_seat(registration, now=now)
    match registration.status:
        case Status.CONFIRMED:
            return of_place(about)
        case Status.OFFERED:
            return of_offer(about)
        case Status.WAITING:
            return of_waiting(about)
        case _:
            return ""


def _in_line(registration: Registration) -> int:
    before = sa.select(sa.func.count(Registration.id)).where(
        Registration.study_day_id == registration.study_day_id,
        Registration.status == Status.WAITING,
        Registration.id <= registration.id,
    )
    return db.session.execute(before).scalar_one()


def _invited(registration: Registration) -> str | None:
    """The colleague who has not answered yet."""
    waiting = sa.select(Transfer.email).where(
        Transfer.registration_id == registration.id, Transfer.accepted_at.is_(None), Transfer.withdrawn_at.is_(None)
    )
    return db.session.execute(waiting.order_by(Transfer.id.desc()).limit(1)).scalar_one_or_none()

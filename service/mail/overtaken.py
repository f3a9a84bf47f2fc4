"""Letters that waited, for a morning or for a mail server, until what they say was no longer so.

Whoever cancelled at night must not read at seven that a place is theirs. A letter that answers what somebody did is
not overtaken: it tells what happened, in the order in which it did. An offer is, by its own end: its button would lead
to nothing.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from service.domain.seats import Status
from service.domain.terms import binding
from service.domain.windows import on_time
from service.mail.claims import Claim
from service.mail.gather import Found

StillSo = Callable[[Claim, Found, datetime], bool]

OFFERS: Final = frozenset({"offer", "admitted"})
"""Letters that offer a place for a time."""


def overtaken(claim: Claim, found: Found, *, now: datetime) -> bool:
    """Whether the letter would say what has ended meanwhile; rows that are missing are for whoever writes it.

    :param found: the rows of its own, at least where it ``can_be_overtaken``.
    """
    if claim.letter in OFFERS and _lapsed(claim, found, now):
        return True
    return claim.quiet_zone is not None and claim.letter in STILL_SO and not STILL_SO[claim.letter](claim, found, now)


def can_be_overtaken(claim: Claim) -> bool:
    """Whether its rows have to be read, also where it is written already."""
    return claim.letter in OFFERS or (claim.quiet_zone is not None and claim.letter in STILL_SO)


def _registration(claim: Claim, found: Found) -> Row[Any] | None:
    return found.registrations.get(claim.registration_id or 0)


def _stands(*statuses: Status) -> StillSo:
    def stands(claim: Claim, found: Found, _now: datetime) -> bool:
        registration = _registration(claim, found)
        return registration is None or registration.status in statuses

    return stands


def _on_offer(claim: Claim, found: Found, now: datetime) -> bool:
    registration = _registration(claim, found)
    if registration is None or registration.offered_until is None:
        return registration is None
    return registration.status == Status.OFFERED and on_time(now, registration.offered_until)


def _lapsed(claim: Claim, found: Found, now: datetime) -> bool:
    registration = _registration(claim, found)
    return (
        registration is not None
        and registration.offered_until is not None
        and not on_time(now, registration.offered_until)
    )


def _owed_still(claim: Claim, found: Found, _now: datetime) -> bool:
    charge = found.charges.get(claim.facts.get("charge", 0))
    return charge is None or charge.status == "draft"


def _free_still(claim: Claim, found: Found, now: datetime) -> bool:
    registration, day = _registration(claim, found), found.days.get(claim.study_day_id or 0)
    if registration is None or day is None:
        return True
    return registration.status == Status.CONFIRMED and on_time(now, binding(registration, day).free_until)


def _to_come(claim: Claim, found: Found, now: datetime) -> bool:
    day = found.days.get(claim.study_day_id or 0)
    return (day is None or on_time(now, day.starts_at)) and _stands(Status.CONFIRMED)(claim, found, now)


def _not_signed_off(claim: Claim, found: Found, _now: datetime) -> bool:
    day = found.days.get(claim.study_day_id or 0)
    return day is None or day.signed_off_at is None


_LIVE: Final = _stands(Status.CONFIRMED, Status.OFFERED, Status.WAITING)
STILL_SO: Final[Mapping[str, StillSo]] = {
    "confirmed": _stands(Status.CONFIRMED),
    "offer": _on_offer,
    "bulk": _LIVE,
    "fee_notice": _owed_still,
    "last_call": _free_still,
    "practical": _to_come,
    "sign_off_due": _not_signed_off,
}
"""Of each letter that can be overtaken, what must still be so; all others tell what has happened, and that stays."""

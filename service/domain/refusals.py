"""One class per "no": a code and facts, never prose. The web maps codes to a status, a problem type and words."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

Fact = str | int | bool | datetime | None


class Refusal(Exception):
    """A rule said no. ``facts`` is what the answer may tell: instants are aware, amounts are cents."""

    code: ClassVar[str] = "conflict"

    def __init__(self, **facts: Fact) -> None:
        super().__init__(self.code)
        self.facts: Mapping[str, Fact] = facts


class InvalidInput(Refusal):
    """Values that no rule can accept: ``fields`` maps a field's name to the codes of what is wrong with it."""

    code = "invalid-input"

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__()
        self.fields = fields


class NotFound(Refusal):
    """There is no such thing, or it is not the caller's to see: the two answers are the same."""

    code = "not-found"


class NotAllowed(Refusal):
    """The caller is known, and this is not theirs to do."""

    code = "not-allowed"


class RegistrationNotOpen(Refusal):
    """Sign-up before ``opens_at``."""

    code = "registration-not-open"


class RegistrationClosed(Refusal):
    """Sign-up from ``closes_at`` on: ``mailbox`` and ``slug`` lead to the late request (rules.md 5)."""

    code = "registration-closed"


class RegistrationOpen(Refusal):
    """A late request while the ordinary form is open."""

    code = "registration-open"


class TermsChanged(Refusal):
    """Stricter than the form said; today's are ``fee_cents`` and ``free_cancellation_until``."""

    code = "terms-changed"


class Full(Refusal):
    """No seat left and no waiting list, or not enough seats for what was asked."""

    code = "full"


class StudyDayCancelled(Refusal):
    """The organiser called the day off."""

    code = "study-day-cancelled"


class StudyDayOver(Refusal):
    """The study day has ended, or has started where the start is the limit."""

    code = "study-day-over"


class StudyDayStarted(Refusal):
    """Cancelling, changing and passing on are possible until the start (rules.md 6)."""

    code = "study-day-started"


class AlreadyRegistered(Refusal):
    """One live registration per address and study day; only ever said to staff or inside, never on a public page."""

    code = "already-registered"


class AlreadyCancelled(Refusal):
    """The registration is no longer live."""

    code = "already-cancelled"


class OfferLapsed(Refusal):
    """The place on offer was not accepted in time and went to the next."""

    code = "offer-lapsed"


class NotConfirmed(Refusal):
    """Only a confirmed place can be checked in, passed on or sent to a colleague."""

    code = "not-confirmed"


class TransferGone(Refusal):
    """The invitation to take over a place was withdrawn, accepted or overtaken."""

    code = "transfer-gone"


class AlreadyDecided(Refusal):
    """Somebody has admitted, declined or waived this already."""

    code = "already-decided"


class TooEarly(Refusal):
    """Check-in before 3 hours before the start (``from_when``), or sign-off before the end."""

    code = "too-early"


class AttendanceNotTaken(Refusal):
    """Sign-off without a single check-in (rules.md 7)."""

    code = "attendance-not-taken"


class ManyAbsent(Refusal):
    """More than 40 % absent (``absent`` of ``expected``): sign-off wants to be asked twice (rules.md 7)."""

    code = "many-absent"


class AlreadySignedOff(Refusal):
    """Attendance was signed off: what is wrong now is a correction."""

    code = "already-signed-off"


class AlreadyInvoiced(Refusal):
    """The charge stands on an issued invoice: a credit note corrects it."""

    code = "already-invoiced"


class SlugTaken(Refusal):
    """Another study day of this installation has that address."""

    code = "slug-taken"


class LastAdmin(Refusal):
    """Nobody could give roles any more."""

    code = "last-admin"


class Conflict(Refusal):
    """Somebody else changed it in the meantime."""

    code = "conflict"


class AudienceChanged(Refusal):
    """A mail to many was confirmed for another number of people than there are by now: ``count``."""

    code = "audience-changed"


class IdempotencyMismatch(Refusal):
    """The same Idempotency-Key with another body."""

    code = "idempotency-mismatch"


class TooManyRequests(Refusal):
    """A limit against abuse; ``retry_after`` in seconds."""

    code = "too-many-requests"


class Unavailable(Refusal):
    """The database or the disk does not answer; nothing was half-written."""

    code = "unavailable"

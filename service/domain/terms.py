"""What somebody accepted, and what binds them: the kindest of that and of all granted since (rules.md 3, 4, 6)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Terms:
    """The fee, and the limit before which cancelling is free.

    "A kinder limit or fee helps all; a stricter one binds only new sign-ups" (rules.md 6).
    """

    fee_cents: int
    free_until: datetime

    def or_kinder(self, fee_cents: int | None, free_until: datetime | None) -> "Terms":
        """These terms, or those where they are kinder; None says nothing."""
        return Terms(
            self.fee_cents if fee_cents is None else min(self.fee_cents, fee_cents),
            self.free_until if free_until is None else max(self.free_until, free_until),
        )

    def until(self, starts_at: datetime) -> "Terms":
        """These terms with a limit not after the start: from then on nobody cancels, attendance decides."""
        return Terms(self.fee_cents, min(self.free_until, starts_at))

    def stricter_than(self, shown: "Terms") -> bool:
        """Whether somebody who was shown the other terms did not agree to these."""
        return self.fee_cents > shown.fee_cents or self.free_until < shown.free_until


class Accepted(Protocol):
    """A registration: what was accepted, and what was granted since (None: nothing)."""

    terms_fee_cents: int
    terms_free_cancellation_until: datetime
    granted_fee_cents: int | None
    granted_free_until: datetime | None


class Today(Protocol):
    """A study day as it is now; ``free_again_until`` comes from a notice of change."""

    fee_cents: int
    free_cancellation_until: datetime
    free_again_until: datetime | None
    starts_at: datetime


def binding(accepted: Accepted, day: Today) -> Terms:
    """What binds somebody: the kindest of what they accepted, what was granted since, and what the day says now."""
    return (
        Terms(accepted.terms_fee_cents, accepted.terms_free_cancellation_until)
        .or_kinder(accepted.granted_fee_cents, accepted.granted_free_until)
        .or_kinder(day.fee_cents, day.free_cancellation_until)
        .or_kinder(None, day.free_again_until)
        .until(day.starts_at)
    )


def today(day: Today) -> Terms:
    """What would bind somebody who signs up now: today's terms, with the kinder limit that a notice of change gave."""
    return Terms(day.fee_cents, day.free_cancellation_until).or_kinder(None, day.free_again_until).until(day.starts_at)

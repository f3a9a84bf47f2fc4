"""What an answer from somebody's calendar is worth (rules.md 6; RFC 5546, 2.1.5 and 3.2.3).

Who sent it, and whether it still holds, are two questions; an answer is acted upon only when both go well.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Doubt(StrEnum):
    """Why an answer may not be that of the one who registered."""

    FORGED = "forged"
    FORWARDED = "forwarded"
    NO_ATTENDEE = "no_attendee"


class Bearing(StrEnum):
    """How an answer stands to those before it, and to what is asked now."""

    CURRENT = "current"
    STALE = "stale"
    DOUBLED = "doubled"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Answer:
    """``participation`` as the calendar said it; ``sequence`` of the invitation answered; ``stamp`` is DTSTAMP."""

    participation: str
    sequence: int
    stamp: datetime | None

    def within(self, *, sequence: int, received_at: datetime) -> "Answer":
        """The same, never to a later invitation than was sent, never given after it arrived.

        A client whose clock runs a year ahead would otherwise make each honest answer after this one look stale.
        """
        stamp = None if self.stamp is None else min(self.stamp, received_at)
        return Answer(self.participation, min(self.sequence, sequence), stamp)


def doubt(*, registrant: str, attendee: str, sender: str, failed: bool) -> Doubt | None:
    """What speaks against its being the registrant's own word; None where nothing does.

    Addresses come folded. The UID alone proves little: whoever the invitation was forwarded to has it, too. ORGANIZER
    is not looked at, since Outlook leaves it out.

    :param failed: our own mail server found that the sender is not who From says (RFC 8601).
    """
    if not attendee:
        return Doubt.NO_ATTENDEE
    if attendee != registrant:
        return Doubt.FORWARDED
    return Doubt.FORGED if failed or sender != registrant else None


def bearing(answer: Answer, known: Answer | None, *, changed_in: Collection[int]) -> Bearing:
    """Whether an answer holds.

    Against the newest answer on record: one to an older SEQUENCE, or to the same one with an older DTSTAMP, was
    overtaken on its way; the very same one changes nothing. An answer without DTSTAMP is as new as its arrival.

    Against the invitation of today: SEQUENCE rises with each update, also when somebody only corrects their own name.
    An answer to an older SEQUENCE still holds then, since the day that it answers is the same. Where the day itself
    was moved in between (another time, another place), whoever declined has declined something else: they may be free
    on the new date, and they have been asked anew. To cancel them for it would take a place away that they never gave
    up; and to count an acceptance would say that they come to what they have not seen.

    :param known: the newest answer that was recorded.
    :param changed_in: the SEQUENCE of each update by which this person heard that the day itself had changed.
    """
    if known is not None:
        if answer == known:
            return Bearing.DOUBLED
        if answer.sequence < known.sequence:
            return Bearing.STALE
        both_stamped = answer.stamp is not None and known.stamp is not None
        if answer.sequence == known.sequence and both_stamped and answer.stamp < known.stamp:  # type: ignore[operator]
            return Bearing.STALE
    if any(answer.sequence < sequence for sequence in changed_in):
        return Bearing.SUPERSEDED
    return Bearing.CURRENT

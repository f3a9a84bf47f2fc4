"""Who owes the no-show fee, and why (rules.md 8)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from service.domain.seats import Status
from service.domain.windows import Verdict

TERMS_VERSION = "2026-11"
"""Which text of the conditions somebody accepted; raised when the sentence beside the box changes in meaning."""

MANY_ABSENT_PERCENT = 40


class Reason(StrEnum):
    """Why a fee is due."""

    NO_SHOW = "no_show"
    LATE_CANCELLATION = "late_cancellation"


class Policy(StrEnum):
    """What a late cancellation costs: always the fee, or not if the seat was used by someone else (rules.md 6)."""

    CHARGE = "charge"
    UNLESS_REFILLED = "unless_refilled"


class Channel(StrEnum):
    """Through what a registration ended."""

    LINK = "link"
    CALENDAR = "calendar"
    ORGANISER = "organiser"  # called in: the organiser acts on request, the clock judges
    REMOVED = "removed"  # the organiser's own wish: no fee
    NOT_ME = "not_me"
    TRANSFER = "transfer"
    CALLED_OFF = "called_off"
    LAPSED = "lapsed"


class WaiverReason(StrEnum):
    """Why the organiser lets somebody off."""

    ILL = "ill"
    FORCE_MAJEURE = "force_majeure"
    OUR_MISTAKE = "our_mistake"
    OTHER = "other"


FORGIVEN = frozenset({Channel.REMOVED, Channel.NOT_ME, Channel.TRANSFER, Channel.CALLED_OFF, Channel.LAPSED})


@dataclass(frozen=True, slots=True)
class Story:
    """All that counts for one registration at sign-off."""

    status: Status
    present: bool = False
    was_seated: bool = True
    channel: Channel | None = None
    verdict: Verdict | None = None
    seat_refilled: bool = False
    came_after_all: bool = False  # cancelled late, registered again with the same address and came
    unreachable: bool = False  # the confirmation bounced and no link, reply or check-in was ever seen


@dataclass(frozen=True, slots=True)
class Due:
    """A fee that is owed; ``propose_waiver`` leaves the last word to a person."""

    reason: Reason
    propose_waiver: bool = False


def due(story: Story, *, policy: Policy, called_off: bool = False) -> Due | None:
    """The table of rules.md 8: what is owed for one registration, or None."""
    if called_off or not story.was_seated:
        return None
    if story.status is Status.CONFIRMED:
        return None if story.present else Due(Reason.NO_SHOW, story.unreachable)
    if story.status is not Status.CANCELLED or story.channel in FORGIVEN or story.verdict is not Verdict.LATE:
        return None
    if story.came_after_all or (policy is Policy.UNLESS_REFILLED and story.seat_refilled):
        return None
    return Due(Reason.LATE_CANCELLATION, story.unreachable)


def once_per_person(owed: Mapping[int, Due], person: Mapping[int, str]) -> dict[int, Due]:
    """Of several fees of one person for one study day only the last: nobody missed more than one place.

    :param owed: by the id of the registration; ids rise with time.
    :param person: who that is, by the same ids.
    """
    last = {person[registration_id]: registration_id for registration_id in sorted(owed)}
    return {registration_id: owed[registration_id] for registration_id in last.values()}


@dataclass(frozen=True, slots=True)
class Moment:
    """Somebody (a case-folded address) left a seat, or took one."""

    at: datetime
    person: str


def refilled(freed: Sequence[Moment], seatings: Iterable[Moment]) -> list[bool]:
    """Which freed seats somebody else used again: each seating fills the earliest freed seat that is still empty.

    :param freed: late cancellations, ascending.
    :param seatings: confirmed places, in any order.
    """
    filled = [False] * len(freed)
    for seating in sorted(seatings, key=lambda moment: moment.at):
        for place, left in enumerate(freed):
            if not filled[place] and left.at <= seating.at and left.person != seating.person:
                filled[place] = True
                break
    return filled


def many_absent(*, expected: int, absent: int) -> bool:
    """Whether sign-off must be asked twice: more than 40 % absent (rules.md 7)."""
    return absent * 100 > expected * MANY_ABSENT_PERCENT

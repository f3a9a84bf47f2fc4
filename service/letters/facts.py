"""What letters are made of: frozen facts, harmless by construction, that a caller reads from its rows.

Times are aware (UTC). Texts come in the reader's language, plain, as people typed them: every class here takes line
ends, control characters and writing-direction overrides out of them when it is made, so that no letter, subject or
calendar object can forget to. One ``About…`` class per kind of occasion says which facts a letter needs.
"""

import re
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Final, Literal

_OVERRIDES: Final = "\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff"
CONTROLS: Final = re.compile(f"[\x00-\x1f\x7f-\x9f{_OVERRIDES}]")
CONTROLS_BUT_LINE_ENDS: Final = re.compile(f"[\x00-\x09\x0b-\x1f\x7f-\x9f{_OVERRIDES}]")
ADDRESS_LIKE: Final = re.compile(r"[/@]|\w{2,}\.\w{2,}")
"""In a name: what mail programs would turn into a link, by which a stranger could advertise in our letters."""
Seat = Literal["confirmed", "waiting", "offered"]
CameBy = Literal["sign_up", "waiting_list", "offer", "colleague"]
SEVERAL_LINES: Final = frozenset({"message", "reason"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The base of all: its texts are one line each, but for ``SEVERAL_LINES``."""

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, str):
                clean = several_lines if field.name in SEVERAL_LINES else one_line
                object.__setattr__(self, field.name, clean(value))


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFacts(Facts):
    """A study day in one language; ``place`` is the venue in one line and empty where the day is online only.

    ``fee_cents`` and ``free_cancellation_until`` are what a newcomer accepts today.
    """

    title: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    organiser: str
    mailbox: str
    page_url: str
    place: str = ""
    online_url: str = ""
    fee_cents: int
    free_cancellation_until: datetime
    refill_lets_off: bool = False  # late_cancellation_policy is unless_refilled


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts(Facts):
    """Who the letter is to."""

    first_name: str = ""
    last_name: str = ""
    email: str
    organisation: str = ""
    language: str

    @property
    def full_name(self) -> str:
        """First and last name as one."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatFacts(Facts):
    """A registration: where it stands (one that ended: where it stood), and what binds its person.

    ``fee_cents`` and ``free_cancellation_until`` are what was accepted, or what is kinder since. ``sequence`` is that
    of the moment the letter was decided, not of the moment it is written. ``declining_cancels``: answers of calendars
    are read, so that declining the invitation gives the place up.
    """

    status: Seat
    came_by: CameBy = "sign_up"
    calendar_uid: str
    sequence: int
    own_url: str
    not_me_url: str
    fee_cents: int
    free_cancellation_until: datetime
    offered_until: datetime | None = None
    declining_cancels: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeFacts(Facts):
    """What a study day was like before a change; None: unchanged, empty: there was none."""

    title: str | None = None
    mailbox: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    place: str | None = None
    online_url: str | None = None
    fee_cents: int | None = None

    @property
    def frees(self) -> bool:
        """Whether cancelling became free again: not for another title or mailbox (rules.md 6)."""
        told = (self.starts_at, self.ends_at, self.place, self.online_url, self.fee_cents)
        return any(value is not None for value in told)


@dataclass(frozen=True, slots=True, kw_only=True)
class About(Facts):
    """A letter to somebody, decided at ``decided_at``: what it says holds at that moment (also DTSTAMP)."""

    decided_at: datetime
    person: PersonFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutDay(About):
    """… about a study day."""

    day: DayFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSeat(AboutDay):
    """… about one's registration for it."""

    seat: SeatFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutAdmission(AboutSeat):
    """… that answers a request after closing; ``message`` is the organiser's own, if there is any."""

    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutCancellation(AboutSeat):
    """… that ended at ``cancelled_at``; ``removed``: by the organiser's own wish, hence without a fee."""

    cancelled_at: datetime
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutCallingOff(AboutSeat):
    """… for a day that will not take place, with the organiser's reason."""

    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutChange(AboutSeat):
    """… for a day that is different now; ``day`` holds it as it is."""

    before: BeforeFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutFee(AboutSeat):
    """… that a fee is due for; both answers (invoice details, objection) are welcome until ``objection_until``."""

    cause: Literal["no_show", "late_cancellation"]
    amount_cents: int
    accepted_at: datetime
    cancelled_at: datetime | None = None
    objection_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutInvitation(AboutDay):
    """A colleague is asked to take over a place; ``url`` is their own link."""

    giver: PersonFacts
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutRequest(AboutDay):
    """A request after closing; ``message`` is the asker's own, or the organiser's answer to it."""

    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutBulk(AboutSeat):
    """… for whom the organiser writes to many at once, in their own words."""

    subject: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutTest(AboutDay):
    """Another letter, sent to somebody on the staff so that they see what people would get; ``letter`` is its name."""

    letter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSignIn(About):
    """A member of staff wants to come in; no study day is concerned."""

    organiser: str
    mailbox: str
    zone: str
    url: str
    expires_at: datetime


def one_line(text: str) -> str:
    """The text without control characters and overrides, its runs of white space one space each."""
    return " ".join(CONTROLS.sub(" ", text).split())


def several_lines(text: str) -> str:
    """The text without control characters and overrides, its line ends bare."""
    bare = text.replace("\r\n", "\n").replace("\r", "\n")
    return CONTROLS_BUT_LINE_ENDS.sub(" ", bare).strip()


def printable_name(person: PersonFacts) -> str:
    """The name for a letter, or nothing where it looks like an address or has no letter (a name that was deleted)."""
    name = person.full_name
    return name if any(map(str.isalpha, name)) and not ADDRESS_LIKE.search(name) else ""

"""What the letters that the clock writes are made of, beside what all letters are (``facts``)."""

from dataclasses import dataclass
from datetime import datetime

from service.letters.facts import AboutDay, AboutSeat, Facts


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFacts(Facts):
    """A part of the programme."""

    title: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutPractical(AboutSeat):
    """… with what one needs on the day."""

    programme: tuple[PartFacts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutSignOff(AboutDay):
    """An organiser is asked to sign the attendance off at ``url``; ``again``: not for the first time."""

    url: str
    again: bool = False

"""A mail to many: whom it can go to, and which of its texts somebody gets."""

from collections.abc import Collection, Sequence
from enum import StrEnum


class Audience(StrEnum):
    """People of one study day; whoever has cancelled belongs to none."""

    EVERYBODY = "everybody"
    CONFIRMED = "confirmed"
    SILENT = "silent"  # confirmed, and have not said whether they come
    WAITING = "waiting"
    OFFERED = "offered"
    NOT_CHECKED_IN = "not_checked_in"  # confirmed
    CHECKED_IN = "checked_in"


AT_THE_DOOR = frozenset({Audience.NOT_CHECKED_IN, Audience.CHECKED_IN})
"""They mean something from the opening of the check-in on."""


def language_for(reader: str, *, written: Collection[str], announced: Sequence[str]) -> str:
    """The reader's own where there is a text in it, else the first of the study day's where there is, else any."""
    return next(language for language in (reader, *announced, *written) if language in written)

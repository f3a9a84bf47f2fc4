"""A mail that is not read further: too large, too deep, or made to break whoever reads it."""

from typing import Literal

Reason = Literal["too_many_parts", "header_too_long", "too_many_attendees", "broke_the_parser"]


class UnreadableError(Exception):
    """Put the mail aside and go on with the next one; a person may open it in the mailbox."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason

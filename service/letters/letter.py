"""What a letter is once it is written: all that a mail is built from, and nothing of the transport."""

from dataclasses import dataclass
from typing import Literal

Method = Literal["REQUEST", "CANCEL"]


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject (one line), the same content as text and as HTML, and a calendar object with its METHOD, or neither."""

    subject: str
    text: str
    html: str
    calendar: bytes | None = None
    method: Method | None = None

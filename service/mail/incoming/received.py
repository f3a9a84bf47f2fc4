"""A mail that reached the mailbox, parsed: all that deciding what it means may look at, and nothing of the transport.

Every text is bounded and free of control characters; addresses are lower-cased where they are compared. What it says
is a stranger's word until ``registration`` and address prove otherwise.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Participation = Literal["accepted", "tentative", "declined", "delegated", "counter"]
"""PARTSTAT of a METHOD:REPLY; ``counter`` stands for a METHOD:COUNTER, which proposes another time instead."""
Reason = Literal["too_many_parts", "header_too_long", "too_many_attendees", "broke_the_parser"]
"""Why a mail is not read further: too large, too deep, or made to break whoever reads it."""


class UnreadableError(Exception):
    """Put the mail aside and go on with the next one; a person may open it in the mailbox."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarReply:
    """One VEVENT of a METHOD:REPLY (RFC 5546, 3.2.3). ``stamp`` is its DTSTAMP; no ORGANIZER, clients leave it out."""

    uid: str
    attendee: str  # the address, without mailto:, folded; empty where none is named, or several but the sender
    participation: Participation
    sequence: int
    stamp: datetime | None
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BounceReport:
    """One recipient of a delivery status notification (RFC 3464); ``message_id`` is of our mail that came back.

    Either is empty where the notification does not say it: then a person has to look.
    """

    message_id: str
    recipient: str
    action: Literal["failed", "delayed", "delivered", "relayed", "expanded"]
    status: str  # 5.1.1
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedMail:
    """One mail. ``identity`` tells it from all others: hash of its Message-ID, or of its content without one.

    ``automatic``: no person wrote it (Auto-Submitted, an empty Return-Path, Precedence: bulk …), so it gets no answer.
    ``authentication``: fail where our own mail server found that From is forged (RFC 8601).
    ``replies``: calendar objects of the mail itself, each once; those inside forwarded mails and bounces are left out.
    ``unclear_answer``: it is an answer to some invitation, and there is none in ``replies``.
    """

    identity: str
    received_at: datetime
    message_id: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]  # To, Cc, Delivered-To and the like, folded, with their plus-part
    subject: str
    text: str
    automatic: bool = False
    authentication: Literal["fail", "none"] = "none"
    references: tuple[str, ...] = ()  # In-Reply-To and References
    replies: tuple[CalendarReply, ...] = ()
    unclear_answer: bool = False
    bounces: tuple[BounceReport, ...] = ()

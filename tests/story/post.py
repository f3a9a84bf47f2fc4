"""Where the story's mails arrive: a real SMTP server on loopback, and what people find in their mailboxes."""

import email
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage

from icalendar import Calendar

from tests.smtp import SmtpServer


class PostOffice:
    """The mails that a server took, in order, as their readers see them."""

    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    @property
    def mails(self) -> list[EmailMessage]:
        """All of them."""
        return [email.message_from_bytes(taken.source, policy=policy.default) for taken in self.server.mails]

    def to(self, address: str) -> list[EmailMessage]:
        """The mailbox of that address."""
        return [mail for mail in self.mails if address in str(mail["To"])]

    def newest(self, address: str) -> EmailMessage:
        """The mail that came last."""
        return self.to(address)[-1]


def text_of(mail: EmailMessage) -> str:
    """Its plain text."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def link_in(mail: EmailMessage, pattern: str) -> str:
    """The first address in its text whose path begins so; without its host."""
    found = re.search(rf"https?://[^/\s]+({pattern}[\w.~/-]*)", text_of(mail))
    assert found is not None, text_of(mail)
    return found[1]


@dataclass(frozen=True)
class Entry:
    """What a calendar program reads in an invitation."""

    method: str
    uid: str
    sequence: str
    status: str
    starts_at: datetime
    ends_at: datetime
    organizer: str
    attendee: str


def entry_in(mail: EmailMessage) -> Entry | None:
    """The calendar object of a mail, read again; None where there is none."""
    for part in mail.walk():
        if part.get_content_type() == "text/calendar":
            calendar = Calendar.from_ical(str(part.get_content()))
            event = calendar.events[0]
            return Entry(
                method=str(calendar["METHOD"]),
                uid=str(event["UID"]),
                sequence=str(event["SEQUENCE"]),
                status=str(event["STATUS"]),
                starts_at=event.decoded("DTSTART").astimezone(UTC),
                ends_at=event.decoded("DTEND").astimezone(UTC),
                organizer=str(event["ORGANIZER"]).lower(),
                attendee=str(event["ATTENDEE"]).lower(),
            )
    return None

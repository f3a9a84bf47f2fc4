"""From the octets of a mail to what the service may look at; runs in the limited process (``parser``)."""

import hashlib
from datetime import datetime
from email import message_from_bytes
from email.policy import compat32
from typing import Final

from service.mail.incoming.authentication import verdict
from service.mail.incoming.automatic import is_automatic
from service.mail.incoming.bounces import bounces
from service.mail.incoming.headers import LONGEST_HEADER, Mail, addresses, field, line, message_ids, sender
from service.mail.incoming.itip import replies
from service.mail.incoming.received import ReceivedMail, UnreadableError
from service.mail.incoming.texts import text_of

TO_US: Final = (
    "To",
    "Cc",
    "Delivered-To",
    "X-Original-To",
    "Envelope-To",
    "X-Envelope-To",
    "X-Delivered-To",
    "Resent-To",
)
LONGEST_SUBJECT: Final = 300
MOST_RECIPIENTS: Final = 100
MOST_REFERENCES: Final = 50


def read(source: bytes, *, identity: str, received_at: datetime, trusted: str) -> ReceivedMail:
    """Take a mail apart. ``identity``: empty where it has no Message-ID; ``trusted``: see ``authentication``.

    :raises UnreadableError: it goes beyond what a mail for us may be; other errors mean the same.
    """
    if len(_head(source)) > LONGEST_HEADER:
        raise UnreadableError("header_too_long")
    mail: Mail = message_from_bytes(source, policy=compat32)
    address, name = sender(mail)
    answers, unclear = replies(mail, address)
    references = message_ids(mail, "References", "In-Reply-To")
    return ReceivedMail(
        identity=identity or identity_of(source),
        received_at=received_at,
        message_id=next(iter(message_ids(mail, "Message-ID")), ""),
        sender=address,
        sender_name=name,
        recipients=addresses(mail, *TO_US)[:MOST_RECIPIENTS],
        subject=line(field(mail, "Subject"), LONGEST_SUBJECT),
        text=text_of(mail),
        automatic=is_automatic(mail, address),
        authentication=verdict(mail, trusted, address),
        references=references[-MOST_REFERENCES:],
        replies=answers,
        unclear_answer=unclear,
        bounces=bounces(mail),
    )


def identity_of(source: bytes) -> str:
    """By its content: who wrote when about what, and the body; not what servers on its way have put on top."""
    head = _head(source)
    kept = message_from_bytes(head, policy=compat32)
    told = "\n".join(str(kept.get(name, "")) for name in ("From", "Date", "Subject", "To"))
    return hashlib.sha256(told.encode("utf-8", "surrogateescape") + b"\n\n" + source[len(head) :].strip()).hexdigest()


def _head(source: bytes) -> bytes:
    ends = [at for at in (source.find(b"\r\n\r\n"), source.find(b"\n\n")) if at >= 0]
    return source[: min(ends)] if ends else source

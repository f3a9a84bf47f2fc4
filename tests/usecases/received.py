"""Mails as they reach the service: parsed, aimed at the model case; name only what the test is about."""

from datetime import datetime
from hashlib import sha256
from itertools import count
from typing import Any

import sqlalchemy as sa

from service.extensions import db
from service.mail.incoming.received import BounceReport, CalendarReply, ReceivedMail
from service.models import IncomingMail, MessageSource
from service.transaction import transaction
from service.usecases.file_mail import Filed, file_mail
from tests.builders import NOW
from tests.usecases.steps import row

MAILBOX = "events_bsog@vub.be"
_numbers = count(1)


def make_mail(sender: str = "an1@example.org", **overrides: Any) -> ReceivedMail:
    name = f"<{next(_numbers)}@mail.example>"
    values: dict[str, Any] = {
        "identity": sha256(name.encode()).hexdigest(),
        "received_at": NOW,
        "message_id": name,
        "sender": sender,
        "sender_name": "An Peeters",
        "recipients": (MAILBOX,),
        "subject": "Hello",
        "text": "May I still come?",
    }
    return ReceivedMail(**{**values, **overrides})


def make_reply(registration_id: int, **overrides: Any) -> CalendarReply:
    registration = row(registration_id)
    values: dict[str, Any] = {
        "uid": registration.calendar_uid,
        "attendee": registration.email,
        "participation": "declined",
        "sequence": registration.sequence,
        "stamp": NOW,
    }
    return CalendarReply(**{**values, **overrides})


def make_bounce(message_header_id: str, recipient: str, **overrides: Any) -> BounceReport:
    values: dict[str, Any] = {"action": "failed", "status": "5.1.1", "words": "550 no such user"}
    return BounceReport(message_id=message_header_id, recipient=recipient, **{**values, **overrides})


def filed(mail: ReceivedMail, *, now: datetime | None = None) -> Filed:
    with transaction() as session:
        return file_mail(session, mail, now=now or mail.received_at)


def answered(registration_id: int, *, at: datetime = NOW, now: datetime | None = None, **reply: Any) -> str:
    """A calendar answers; what became of it."""
    registration = row(registration_id)
    mail = make_mail(
        registration.email,
        received_at=at,
        replies=(make_reply(registration_id, **{"stamp": at, **reply}),),
    )
    return filed(mail, now=now).outcome


def sent_as(message_id: int) -> str:
    """As if that letter had gone out; its Message-ID."""
    name = f"<{message_id}.0123456789abcdef@vub.be>"
    with transaction() as session:
        session.add(MessageSource(message_id=message_id, message_header_id=name, subject="", source=b""))
    return name


def mails(*columns: str) -> list[Any]:
    """Those columns of all mails that were filed, in order."""
    db.session.rollback()
    rows = db.session.execute(sa.select(*(getattr(IncomingMail, name) for name in columns)).order_by(IncomingMail.id))
    return [found[0] if len(columns) == 1 else tuple(found) for found in rows]

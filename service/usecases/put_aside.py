"""Put a mail aside that could not be read or filed: it lies in a folder of its own, and a person is told so."""

from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from service.mail.incoming.received import ReceivedMail
from service.models import IncomingMail
from service.usecases.addressed import organisers_of
from service.usecases.file_mail import Filed

FOLDER: Final = "Put aside"


def put_aside(session: Session, mail: ReceivedMail, reason: str, *, now: datetime) -> Filed:
    """One row for it; ``mail`` holds what little is known, ``reason`` becomes its outcome."""
    addressed = organisers_of(session, mail.recipients)
    row = IncomingMail(
        identity=mail.identity,
        received_at=min(mail.received_at, now),
        kind="unreadable",
        outcome=reason,
        state="waiting",
        folder=FOLDER,
        organiser_id=addressed.pop() if len(addressed) == 1 else None,
        message_header_id=mail.message_id,
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
        text=mail.text,
    )
    session.add(row)
    session.flush()
    return Filed(kind=row.kind, outcome=row.outcome, state=row.state, folder=FOLDER)

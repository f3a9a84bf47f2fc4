"""File one mail that reached the mailbox: what it means, what follows from it, and whether a person has to look.

Each mail once, whatever the mailbox shows twice; nothing that arrives is dropped (rules.md 5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.mail.incoming.received import ReceivedMail
from service.models import IncomingMail

FOLDERS: Final[Mapping[str, str]] = {
    "reply": "Calendar replies",
    "late_request": "Late requests",
    "bounce": "Undeliverable",
    "automatic": "Automatic",
}
"""Where a mail goes that is done with, by its kind; what waits for a person stays where it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """What became of a mail, as its row has it: ``kind``, ``outcome``, ``state`` (done, waiting for a person).

    ``folder``: the name of the one that it belongs in now, without prefix; empty: it stays in the inbox.
    """

    kind: str
    outcome: str
    state: str
    folder: str


def file_mail(session: Session, mail: ReceivedMail, *, now: datetime) -> Filed:
    """Make of it what it means, and write it down; a mail that is known already changes nothing."""
    known = session.execute(sa.select(IncomingMail).where(IncomingMail.identity == mail.identity)).scalar_one_or_none()
    if known is not None:
        return _filed(known)
    row = IncomingMail(
        identity=mail.identity,
        received_at=min(mail.received_at, now),
        kind="other",
        outcome="for_a_person",
        state="waiting",
        message_header_id=mail.message_id,
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
        text=mail.text,
    )
    session.add(row)
    session.flush()
    return _filed(row)


def _filed(row: IncomingMail) -> Filed:
    folder = "" if row.state == "waiting" else FOLDERS.get(row.kind, "")
    return Filed(kind=row.kind, outcome=row.outcome, state=row.state, folder=folder)

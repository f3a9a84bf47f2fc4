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
from service.usecases.addressed import organisers_of
from service.usecases.answer import answer
from service.usecases.bounce import bounce
from service.usecases.late_mail import from_a_person

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
    """Make of it what it means, and write it down; a mail that is known already changes nothing.

    An answer to an invitation counts, also where a calendar sent it by itself, as Gmail says that it does. Nothing else
    that is automatic is answered or acted upon, nor anything that a mail which came back to us carries inside.
    """
    known = session.execute(sa.select(IncomingMail).where(IncomingMail.identity == mail.identity)).scalar_one_or_none()
    if known is not None:
        return _filed(known)
    row = _written_down(session, mail, now=now)
    if mail.bounces:
        bounce(session, row, mail, now=now)
    elif mail.replies:
        answer(session, row, mail, now=now)
    elif mail.automatic and not mail.unclear_answer:
        row.kind, row.outcome, row.state = "automatic", "automatic", "done"
    else:
        from_a_person(session, row, mail, now=now)
    if row.state == "done" and row.kind != "late_request":
        row.text = ""  # it lies in the mailbox; nobody needs to read it here
    filed = _filed(row)
    row.folder = filed.folder
    session.flush()
    return filed


def _written_down(session: Session, mail: ReceivedMail, *, now: datetime) -> IncomingMail:
    addressed = organisers_of(session, mail.recipients)
    row = IncomingMail(
        identity=mail.identity,
        received_at=min(mail.received_at, now),
        kind="other",
        outcome="",
        state="waiting",
        organiser_id=addressed.pop() if len(addressed) == 1 else None,
        message_header_id=mail.message_id,
        sender=mail.sender,
        sender_name=mail.sender_name,
        subject=mail.subject,
        text=mail.text,
    )
    session.add(row)
    session.flush()
    return row


def _filed(row: IncomingMail) -> Filed:
    folder = "" if row.state == "waiting" else FOLDERS.get(row.kind, "")
    return Filed(kind=row.kind, outcome=row.outcome, state=row.state, folder=folder)

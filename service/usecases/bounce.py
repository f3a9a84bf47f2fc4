"""A mail of ours that came back: its message and its person are marked (rules.md 8; RFC 3464)."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.subject import Subject
from service.mail.incoming.received import BounceReport, ReceivedMail
from service.models import IncomingMail, Message, MessageSource, Registration
from service.usecases.application import folded
from service.usecases.record import line, record
from service.usecases.seating import lock_day

MAIL_SERVER: Final = Actor("system", "mail")
OUTCOMES: Final = ("undeliverable", "unmatched", "delayed")
"""What can become of a report; of several recipients the first of these tells."""
LONGEST_ERROR: Final = 500


def bounce(session: Session, row: IncomingMail, mail: ReceivedMail, *, now: datetime) -> None:
    """Mark what could not be delivered; whatever is still under way, or arrived, says nothing yet."""
    sent = {report: sent_as(session, report.message_id) for report in mail.bounces}
    in_order = sorted(sent.items(), key=lambda item: _place(item[1]))  # so that two workers never wait for each other
    told = [_one(session, row, report, message, now=now) for report, message in in_order]
    row.kind, row.outcome = "bounce", min(told, key=OUTCOMES.index)
    row.state = "waiting" if row.outcome == "unmatched" else "done"


def _place(message: Message | None) -> tuple[int, int]:
    return (message.study_day_id or 0, message.id) if message else (0, 0)


def _one(session: Session, row: IncomingMail, report: BounceReport, message: Message | None, *, now: datetime) -> str:
    if message is not None:
        if message.study_day_id is not None:
            lock_day(session, message.study_day_id)
            session.refresh(message)
        row.message_id, row.registration_id = message.id, message.registration_id
        row.organiser_id, row.study_day_id = message.organiser_id or row.organiser_id, message.study_day_id
    if report.action != "failed":
        return "delayed"
    if message is None or folded(message.recipient) != folded(report.recipient):
        return "unmatched"  # a mail that was passed on, and could not be delivered there, did arrive here
    if message.state == "bounced":
        return "undeliverable"
    message.state, message.error = "bounced", " ".join(filter(None, (report.status, report.words)))[:LONGEST_ERROR]
    if message.registration_id is not None:
        session.execute(
            sa.update(Registration)
            .where(Registration.id == message.registration_id, Registration.email_folded == folded(report.recipient))
            .values(undeliverable_at=now)
        )
    about = Subject(message.organiser_id, message.study_day_id, message.registration_id)
    came = line("mail_bounced", about, actor=MAIL_SERVER, now=now, message=message.id, status=report.status)
    record(session, came)
    return "undeliverable"


def sent_as(session: Session, message_header_id: str) -> Message | None:
    """Our mail of that Message-ID, with or without its angle brackets; None where it is not ours."""
    bare = message_header_id.strip().strip("<>")
    if not bare:
        return None
    return session.execute(
        sa.select(Message)
        .join(MessageSource, MessageSource.message_id == Message.id)
        .where(MessageSource.message_header_id == f"<{bare}>")
    ).scalar_one_or_none()

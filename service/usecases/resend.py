"""Queue a mail again that did not get through; the same bytes go out under the same Message-ID."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.refusals import Conflict, NotFound
from service.domain.subject import Subject
from service.models import Message
from service.models.message import DEAD, SECRET
from service.usecases.record import line, record


def resend(session: Session, message_id: int, *, actor: Actor, now: datetime) -> Message:
    """Try a failed message once more from the beginning, say after its address or the server was put right.

    :raises NotFound: there is no such message.
    :raises Conflict: it has not failed or bounced; or it held a sign-in link, of which a new one has to be asked for.
    """
    message = session.get(Message, message_id, with_for_update=True, populate_existing=True)
    if message is None:
        raise NotFound
    if message.state not in DEAD or message.letter in SECRET:
        raise Conflict
    _queue_again(session, message, actor=actor, now=now)
    return message


def resend_failed(session: Session, study_day_id: int, *, actor: Actor, now: datetime) -> int:
    """The same for all of a study day that nobody has dismissed, say after days without a mail server; how many.

    What came back stays: its receivers' servers have said why.
    """
    failed = sa.select(Message).where(Message.study_day_id == study_day_id, Message.state == "failed")
    wanted = failed.where(Message.dismissed_at.is_(None), Message.letter.not_in(SECRET)).with_for_update()
    messages = session.execute(wanted.order_by(Message.id).execution_options(populate_existing=True)).scalars().all()
    for message in messages:
        _queue_again(session, message, actor=actor, now=now)
    return len(messages)


def _queue_again(session: Session, message: Message, *, actor: Actor, now: datetime) -> None:
    message.state, message.due_at, message.attempts, message.error = "queued", now, 0, ""
    message.sent_at = message.dismissed_at = None
    about = Subject(message.organiser_id, message.study_day_id, message.registration_id)
    record(session, line("mail_resent", about, actor=actor, now=now, message=message.id, letter=message.letter))

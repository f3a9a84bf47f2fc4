"""Mails of a study day or a registration: which letter, to whom, how it went, and each as it was sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.refusals import NotFound
from service.models import Message, MessageSource
from service.reports.paging import FIRST, Page, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageItem:
    """One mail, its ``state`` as in ``Message``; ``subject`` is None until it was written."""

    id: int
    study_day_id: int | None
    registration_id: int | None
    letter: str
    language: str
    recipient: str
    state: str
    attempts: int
    error: str
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None
    dismissed_at: datetime | None
    subject: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SentMessage:
    """A mail with the bytes that went out (RFC 5322)."""

    item: MessageItem
    message_header_id: str
    source: bytes


_OWN: Final = [name for name in MessageItem.__dataclass_fields__ if name != "subject"]
UNDELIVERED: Final = ("failed", "bounced")
_SELECT: Final = sa.select(*(getattr(Message, name) for name in _OWN), MessageSource.subject).outerjoin(
    MessageSource, MessageSource.message_id == Message.id
)


def messages_of_day(
    session: Session, study_day_id: int, *, state: str | None = None, part: Slice = FIRST
) -> Page[MessageItem]:
    """A page of a day's mails, in one statement; those that failed with those that came back, as the desk counts them.

    :raises InvalidInput: the cursor is none.
    """
    wanted = _SELECT.where(Message.study_day_id == study_day_id)
    if state is not None:
        wanted = wanted.where(Message.state.in_(UNDELIVERED if state == "failed" else (state,)))
    return _page(session, wanted, part)


def messages_of_registration(session: Session, registration_id: int, part: Slice = FIRST) -> Page[MessageItem]:
    """A page of a registration's mails, in one statement.

    :raises InvalidInput: the cursor is none.
    """
    return _page(session, _SELECT.where(Message.registration_id == registration_id), part)


def message(session: Session, message_id: int) -> MessageItem:
    """One mail, sent or not.

    :raises NotFound: there is none.
    """
    row = session.execute(_SELECT.where(Message.id == message_id)).one_or_none()
    if row is None:
        raise NotFound
    return MessageItem(**row._asdict())


def sent_message(session: Session, message_id: int) -> SentMessage:
    """One mail as it was written down for sending.

    :raises NotFound: there is none, or it has not been written yet.
    """
    item = message(session, message_id)
    source = session.get(MessageSource, message_id)
    if source is None:
        raise NotFound
    return SentMessage(item=item, message_header_id=source.message_header_id, source=source.source)


def _page(session: Session, wanted: sa.Select[Any], part: Slice) -> Page[MessageItem]:
    rows = session.execute(part.of(wanted, Message.id)).all()
    return part.page([MessageItem(**row._asdict()) for row in rows], lambda item: item.id)

"""One mail of the inbox becomes one row: fetched in pieces, parsed in the limited process, filed in one transaction."""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.refusals import Conflict, Refusal, Unavailable
from service.mail.incoming.inbox import Envelope, Inbox
from service.mail.incoming.limited import Parser
from service.mail.incoming.received import ReceivedMail, UnreadableError
from service.models import IncomingMail
from service.transaction import glance, transaction
from service.usecases.file_mail import Filed, file_mail
from service.usecases.put_aside import put_aside

log = logging.getLogger(__name__)

LARGEST: Final = 10 * 1024 * 1024
"""Octets; what is larger is not fetched, but for the beginning of its header."""
GLIMPSE: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mail belongs, as its row has it: the folder, empty for the inbox; ``state``: done or waiting."""

    folder: str
    state: str


class Filing:
    """Files mails one after the other; nothing that a mail does keeps the next one waiting."""

    def __init__(self, inbox: Inbox, parser: Parser, clock: Callable[[], datetime]) -> None:
        self._inbox, self._parser, self._clock = inbox, parser, clock

    def file(self, envelope: Envelope) -> Place:
        """See to it that the mail has its row, and where it belongs.

        :raises MailboxError: it cannot be fetched now.
        :raises Refusal: the database does not answer.
        """
        identity = _hash(envelope.message_id.encode()) if envelope.message_id else ""
        if identity and (known := _known(identity)) is not None:
            return known
        if envelope.size > LARGEST:
            return self._put_aside(self._glimpse(envelope, identity), "too_large")
        chunks = self._inbox.source(envelope.uid, LARGEST)
        try:
            mail = self._parser.read(chunks, identity=identity, received_at=self._received(envelope))
        except UnreadableError as error:
            log.warning("a mail cannot be read (%s) and is put aside", error)
            return self._put_aside(self._glimpse(envelope, identity), error.reason)
        return self._filed(mail)

    def _glimpse(self, envelope: Envelope, identity: str) -> ReceivedMail:
        """What can be told of a mail that is not read: who wrote about what, where even that can be."""
        head = self._inbox.head(envelope.uid, GLIMPSE)
        identity = identity or _hash(b"%d\n" % envelope.size + head)
        try:
            return self._parser.read([head], identity=identity, received_at=self._received(envelope))
        except UnreadableError:
            return _unknown(identity, self._received(envelope))

    def _received(self, envelope: Envelope) -> datetime:
        return envelope.received_at or self._clock()

    def _filed(self, mail: ReceivedMail) -> Place:
        """What the use-case makes of it; a mail that it stumbles over is put aside like one that cannot be parsed."""
        for _ in range(2):  # after a conflict once more: the row of another worker is there by then
            try:
                return self._row(mail, lambda session: file_mail(session, mail, now=self._clock()))
            except Unavailable:
                raise
            except Conflict:
                continue
            except Exception:
                log.exception("a mail could not be filed")
                break
        return self._put_aside(mail, "not_filed")

    def _put_aside(self, mail: ReceivedMail, reason: str) -> Place:
        """Make its row with what is known of it; where that cannot be stored either, with nothing but that it came."""
        try:
            return self._aside(mail, reason)
        except Refusal:
            raise
        except Exception:
            log.exception("what is known of a mail could not be stored")
            return self._aside(_unknown(mail.identity, mail.received_at), reason)

    def _aside(self, mail: ReceivedMail, reason: str) -> Place:
        try:
            return self._row(mail, lambda session: put_aside(session, mail, reason, now=self._clock()))
        except Conflict:  # another worker did the same
            known = _known(mail.identity)
            if known is None:
                raise
            return known

    def _row(self, mail: ReceivedMail, work: Callable[[Session], Filed]) -> Place:
        """The one row of this mail, made by ``work`` where there is none."""
        with transaction() as session:
            if (known := session.execute(_place(mail.identity)).one_or_none()) is not None:
                return Place(known.folder, known.state)
            filed = work(session)
        return Place(filed.folder, filed.state)


def _unknown(identity: str, received_at: datetime) -> ReceivedMail:
    """A mail of which nothing can be told, but that it came."""
    return ReceivedMail(
        identity=identity,
        received_at=received_at,
        message_id="",
        sender="",
        sender_name="",
        recipients=(),
        subject="",
        text="",
    )


def _known(identity: str) -> Place | None:
    """That of a mail that has its row."""
    with glance() as connection:
        row = connection.execute(_place(identity)).one_or_none()
    return None if row is None else Place(row.folder, row.state)


def _place(identity: str) -> sa.Select[str, str]:
    return sa.select(IncomingMail.folder, IncomingMail.state).where(IncomingMail.identity == identity)


def _hash(octets: bytes) -> str:
    return hashlib.sha256(octets).hexdigest()

"""Claimed messages -> finished mails: written once, and stored before the first attempt.

A later attempt, also of another worker, sends what was stored, byte for byte and under the same Message-ID. Where the
letter is secret nothing is stored but its Message-ID, and the same bytes are made again.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from email.parser import BytesHeaderParser
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any, Final
from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy import Connection

from service.domain.windows import on_time
from service.inserting import INSERTS
from service.letters.facts import About, AboutDay, AboutSignIn, one_line, printable_name
from service.letters.letter import Letter
from service.letters.writing import write
from service.links import Links
from service.mail.about import about
from service.mail.claims import Claim
from service.mail.compose import Head, compose
from service.mail.gather import Found, find
from service.mail.overtaken import can_be_overtaken, overtaken
from service.mail.signing import signed
from service.mail.transport import Parcel
from service.models import MessageSource
from service.models.message import SECRET

StoredRow = sa.Row[int, str, bytes]
Stored = Mapping[int, StoredRow]
LONGEST_DOMAIN: Final = 150
AGAIN: Final = re.compile(r"^(?:(?:re|aw|antw|sv|rif|r)\s*:\s*)+", re.IGNORECASE)
"""What mail programs put before a subject, however often."""
_STORED = sa.select(MessageSource.message_id, MessageSource.message_header_id, MessageSource.source).where(
    MessageSource.message_id.in_(sa.bindparam("ids", expanding=True))
)
_STORE = {
    name: insert(MessageSource.__table__).on_conflict_do_nothing().returning(MessageSource.message_id)
    for name, insert in INSERTS.items()
}


@dataclass(frozen=True, slots=True)
class Ready:
    """A message with its finished mail."""

    claim: Claim
    parcel: Parcel


@dataclass(frozen=True, slots=True)
class Broken:
    """A message that cannot become a mail, and why: the name of an error, a colon, its words."""

    claim: Claim
    words: str


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch: what goes, what cannot be written, and what need not go any more."""

    ready: list[Ready]
    broken: list[Broken]
    overtaken: list[Claim]


@dataclass(frozen=True, slots=True)
class _Written:
    ready: Ready
    row: dict[str, Any]


class TooLateError(Exception):
    """What the letter offers is over before it could be sent."""


def prepare(connection: Connection, claims: Sequence[Claim], links: Links, *, now: datetime) -> Prepared:
    """The mails of a batch, in its order, and what could not be written: one bad message never stops the others.

    :param connection: in autocommit; at most eight statements, however many messages there are.
    """
    rows_stored = connection.execute(_STORED, {"ids": [claim.id for claim in claims]})
    stored: Stored = {row.message_id: row for row in rows_stored}
    found = find(connection, [claim for claim in claims if can_be_overtaken(claim) or not _source(stored, claim)])
    ready: dict[int, Ready] = {}
    rows: list[dict[str, Any]] = []
    broken: list[Broken] = []
    late: list[Claim] = []
    for claim in claims:
        try:
            if overtaken(claim, found, now=now):
                late.append(claim)
                continue
            if source := _source(stored, claim):
                ready[claim.id] = _again(claim, source, links)
                continue
            written = _write(claim, found, links, stored.get(claim.id), now=now)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one letter, the queue goes on
            broken.append(Broken(claim, f"{type(error).__name__}: {error}"[:500]))
            continue
        ready[claim.id] = written.ready
        if claim.id not in stored:
            rows.append(written.row)
    if rows:
        own = set(connection.execute(_STORE[connection.dialect.name], rows).scalars())
        for row in rows:  # a source that was there already is another worker's, who took this claim back
            if row["message_id"] not in own:
                del ready[row["message_id"]]
    return Prepared([ready[claim.id] for claim in claims if claim.id in ready], broken, late)


def _source(stored: Stored, claim: Claim) -> bytes:
    found = stored.get(claim.id)
    return found.source if found else b""


def _again(claim: Claim, source: bytes, links: Links) -> Ready:
    """What an earlier attempt sent."""
    header = BytesHeaderParser(policy=SMTP).parsebytes(source)["From"]
    return Ready(claim, Parcel(_envelope_sender(links, parseaddr(str(header))[1]), claim.recipient, source))


def _write(claim: Claim, found: Found, links: Links, stored: StoredRow | None, *, now: datetime) -> _Written:
    facts = about(claim, found, links)
    if isinstance(facts, AboutSignIn) and not on_time(now, facts.expires_at):
        raise TooLateError("the link has expired")
    secret = claim.letter in SECRET
    answers = claim.facts.get("answers") or {}
    letter = _under(write(claim.letter, facts), answers)
    name, sender = _sender(facts, links)
    head = Head(
        message_id=stored.message_header_id if stored else _message_id(claim, sender),
        sender_name=name,
        sender=sender,
        recipient_name=printable_name(facts.person),
        recipient=claim.recipient,
        language=claim.language,
        date=claim.created_at if secret else now,
        in_reply_to=answers.get("message_id", ""),
        list_id=_list_id(claim, found, links),
    )
    source = signed(compose(letter, head), sender, links.settings, at=head.date)
    row = {
        "message_id": claim.id,
        "message_header_id": head.message_id,
        "subject": letter.subject,
        "source": b"" if secret else source,
    }
    return _Written(Ready(claim, Parcel(_envelope_sender(links, sender), claim.recipient, source)), row)


def _under(letter: Letter, answers: Mapping[str, str]) -> Letter:
    """A letter that answers a mail bears its subject, as any answer does; without one its own."""
    subject = AGAIN.sub("", one_line(answers.get("subject", "")))
    return replace(letter, subject=f"Re: {subject}") if subject else letter


def _sender(facts: About, links: Links) -> tuple[str, str]:
    """Name and address in From: the mailbox that calendar objects call ORGANIZER and that answers come to."""
    if isinstance(facts, AboutDay):
        return facts.day.organiser, facts.day.mailbox
    if isinstance(facts, AboutSignIn):
        return facts.organiser, links.settings.mail_default_sender or facts.mailbox
    raise TypeError(f"no sender for {type(facts).__name__}")


def _list_id(claim: Claim, found: Found, links: Links) -> str:
    """What mail programs sort the mails of one study day by (RFC 2919); a host without a name is "localhost" there."""
    day = found.days.get(claim.study_day_id or 0)
    host = urlsplit(links.settings.base_url).hostname or ""
    return f"{day.slug}.{host if host.rpartition('.')[2].isalpha() else 'localhost'}" if day else ""


def _envelope_sender(links: Links, sender: str) -> str:
    """Whom bounces go to: the address that this installation sends as, where it has one of its own."""
    return links.settings.mail_default_sender or sender


def _message_id(claim: Claim, sender: str) -> str:
    """Of the sender's own domain, cut where it is so long that the column would not hold it."""
    domain = sender.rpartition("@")[2][:LONGEST_DOMAIN].rstrip(".-")
    return f"<{claim.id}.{secrets.token_hex(8)}@{domain}>"

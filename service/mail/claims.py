"""Who sends which message: claims and results on the rows of the outbox, each one statement and its own transaction.

A claim is a conditional UPDATE, so that of two workers one gets the row; it is good for ``STALE_AFTER``, then any
worker takes it back. All functions want a connection in autocommit: what a statement did is durable when it returns,
for a single round trip, and nothing is locked while a server is talked to.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import Connection

from service.domain.quiet import awake, night
from service.models import Message
from service.models.message import SECRET

STALE_AFTER: Final = timedelta(seconds=90)
FIRST_RETRY: Final = timedelta(seconds=5)
LONGEST_RETRY: Final = timedelta(hours=1)
MOST_ATTEMPTS: Final = 60
"""Ten of them within the first hour and a half, then hourly: somewhat more than two days, as mail servers do."""
SPREAD: Final = 0.2
GIVE_UP_AFTER: Final = timedelta(days=2)
"""How long a message that is due waits for a mail server that is away altogether."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A message that this worker, and no other, is to send; ``claimed_at`` tells this claim from later ones."""

    id: int
    organiser_id: int | None
    study_day_id: int | None
    registration_id: int | None
    letter: str
    language: str
    recipient: str
    facts: dict[str, Any]
    created_at: datetime
    attempts: int
    claimed_at: datetime
    quiet_zone: str | None


_table: sa.Table = Message.__table__  # type: ignore[assignment]  # declarative mapping makes tables
_at = _table.c.due_at.type
_which, _whichever = _table.c.id == sa.bindparam("which"), _table.c.id.in_(sa.bindparam("which", expanding=True))
# Literals, not parameters: a plan that is made once for all values could not use the partial indexes.
_queued = _table.c.state == sa.literal_column("'queued'")
_sending = _table.c.state == sa.literal_column("'sending'")
_mine = (_sending, _table.c.claimed_at == sa.bindparam("mine", type_=_at))

_DUE = (
    sa.select(_table.c.id)
    .where(_queued, _table.c.due_at <= sa.bindparam("now", type_=_at))
    .order_by(_table.c.due_at, _table.c.id)
    .limit(sa.bindparam("most"))
)
_CLAIM = (
    sa.update(_table)
    .where(_whichever, _queued)
    .values(state="sending", claimed_at=sa.bindparam("now", type_=_at), attempts=_table.c.attempts + 1)
    .returning(*(_table.c[field.name] for field in fields(Claim)))
)
_RENEW = (
    sa.update(_table).where(_whichever, *_mine).values(claimed_at=sa.bindparam("now", type_=_at)).returning(_table.c.id)
)
_RELEASE = (
    sa.update(_table).where(_whichever, *_mine).values(state="queued", claimed_at=None, attempts=_table.c.attempts - 1)
)
_SENT = (
    sa.update(_table)
    .where(_which)
    .values(state="sent", claimed_at=None, error="", sent_at=sa.bindparam("now", type_=_at))
)
# PostgreSQL only: committed and seen by all, whatever happens to us; on the disk some moments later.
_LAZILY = sa.func.set_config("synchronous_commit", "off", sa.true()).is_not(None)
_RETRY = (
    sa.update(_table)
    .where(_which, *_mine)
    .values(state="queued", claimed_at=None, due_at=sa.bindparam("due", type_=_at), error=sa.bindparam("words"))
)
_FAILED = sa.update(_table).where(_which, *_mine).values(state="failed", claimed_at=None, error=sa.bindparam("words"))
_NOTE = sa.update(_table).where(_which, _queued).values(error=sa.bindparam("words"))
_HOLD = (
    sa.update(_table)
    .where(_whichever, *_mine)
    .values(state="queued", claimed_at=None, attempts=_table.c.attempts - 1, due_at=sa.bindparam("due", type_=_at))
)
_OVERTAKEN = sa.update(_table).where(_which, *_mine).values(state="suppressed", claimed_at=None)
_TAKE_BACK = (
    sa.update(_table)
    .where(
        _sending,
        sa.not_(_table.c.claimed_at.between(sa.bindparam("since", type_=_at), sa.bindparam("until", type_=_at))),
    )
    .values(state="queued", claimed_at=None)
)


def due(connection: Connection, most: int, *, now: datetime) -> list[int]:
    """The ids of what may go now, oldest first; the one question that an idle worker asks."""
    return list(connection.execute(_DUE, {"now": now, "most": most}).scalars())


def overdue(connection: Connection, most: int, *, now: datetime) -> list[int]:
    """The ids of what has been due for so long that it is given up where there is no way out, oldest first."""
    return due(connection, most, now=now - GIVE_UP_AFTER)


def claim(connection: Connection, ids: Sequence[int], *, now: datetime) -> list[Claim]:
    """Those of the messages that nobody else took meanwhile; each attempt is counted before it is made."""
    if not ids:
        return []
    rows = connection.execute(_CLAIM, {"which": ids, "now": now}).all()
    return sorted((Claim(*row) for row in rows), key=lambda claim: claim.id)


def renew(connection: Connection, claims: Sequence[Claim], *, now: datetime) -> list[Claim]:
    """The same claims made afresh, without those that another worker has taken back."""
    if not claims:
        return []
    same = {"which": [claim.id for claim in claims], "mine": claims[0].claimed_at, "now": now}
    kept = set(connection.execute(_RENEW, same).scalars())
    return [replace(claim, claimed_at=now) for claim in claims if claim.id in kept]


def release(connection: Connection, claims: Sequence[Claim]) -> None:
    """Give back what was not tried: it stays due, and no attempt is counted."""
    if claims:
        connection.execute(_RELEASE, {"which": [claim.id for claim in claims], "mine": claims[0].claimed_at})


def by_day(connection: Connection, claims: Sequence[Claim], *, now: datetime) -> list[Claim]:
    """Those that may leave at this hour; the others, say after an hour without a mail server, wait for the morning."""
    asleep = [claim for claim in claims if claim.quiet_zone is not None and night(now, claim.quiet_zone)]
    for zone in {claim.quiet_zone for claim in asleep}:
        those = [claim.id for claim in asleep if claim.quiet_zone == zone]
        same = {"which": those, "mine": asleep[0].claimed_at, "due": awake(now, zone or "")}
        connection.execute(_HOLD, same)
    held = {claim.id for claim in asleep}
    return [claim for claim in claims if claim.id not in held]


def overtaken(connection: Connection, claim: Claim) -> None:
    """It need not go any more: what it would say has ended."""
    connection.execute(_OVERTAKEN, {"which": claim.id, "mine": claim.claimed_at})


def sent(connection: Connection, claim: Claim, *, now: datetime, lazily: bool = False) -> None:
    """It left. True whoever holds the claim by now, so that whoever has not sent it yet will not.

    :param lazily: do not wait for the disk of a PostgreSQL server: only its own crash, not ours, would undo this.
    """
    statement = _SENT.where(_LAZILY) if lazily and connection.dialect.name == "postgresql" else _SENT
    connection.execute(_discreetly(statement, claim), {"which": claim.id, "now": now})


def failed(connection: Connection, claim: Claim, words: str) -> None:
    """It will not go; a person may queue it again."""
    connection.execute(_discreetly(_FAILED, claim), {"which": claim.id, "mine": claim.claimed_at, "words": words})


def retry(connection: Connection, claim: Claim, words: str, *, now: datetime) -> None:
    """Not now: each time later, and after ``MOST_ATTEMPTS`` not at all."""
    if claim.attempts >= MOST_ATTEMPTS:
        failed(connection, claim, words)
        return
    due_at = now + retry_in(claim.attempts)
    connection.execute(_RETRY, {"which": claim.id, "mine": claim.claimed_at, "due": due_at, "words": words})


def retry_in(attempts: int) -> timedelta:
    """Twice as long after each attempt; spread, so that what failed together does not come back together."""
    doubled: timedelta = FIRST_RETRY * 2 ** min(attempts - 1, 30)
    return min(doubled, LONGEST_RETRY) * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 - no secret


def note(connection: Connection, id: int, words: str) -> None:
    """Why a message that nobody could try still waits: no attempt is counted, and it stays due."""
    connection.execute(_NOTE, {"which": id, "words": words})


def take_back(connection: Connection, *, now: datetime) -> int:
    """Queue what a worker claimed and did not finish, since it was killed; returns how many.

    A claim of the future is one of before the clock was set back.
    """
    return connection.execute(_TAKE_BACK, {"since": now - STALE_AFTER, "until": now + STALE_AFTER}).rowcount


def _discreetly(statement: sa.Update, claim: Claim) -> sa.Update:
    """At the end a letter that lets its reader in leaves nothing to do so with."""
    if claim.letter not in SECRET:
        return statement
    return statement.values(facts={name: fact for name, fact in claim.facts.items() if name != "token"})

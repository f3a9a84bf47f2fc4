"""How far the mailbox has been read, and what hinders it: one row, written by short statements of their own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from service.models import MailboxState
from service.transaction import glance

STALE_AFTER: Final = timedelta(seconds=20)
RENEW_AFTER: Final = timedelta(seconds=5)
_INSERT: Final[dict[str, Any]] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def last_uid(name: str, uid_validity: int) -> int:
    """Mails up to this one are done with; 0 where nothing is known, or the server has numbered all mails anew."""
    wanted = sa.select(MailboxState.last_uid).where(
        MailboxState.name == name, MailboxState.uid_validity == uid_validity
    )
    with glance() as connection:
        return connection.execute(wanted).scalar_one_or_none() or 0


def advance(name: str, uid_validity: int, uid: int) -> None:
    """Mails up to ``uid`` are done with; what another worker has written meanwhile is never taken back."""
    further = sa.or_(MailboxState.uid_validity != uid_validity, MailboxState.last_uid < uid)
    _write(name, further, uid_validity=uid_validity, last_uid=uid)


def read_at(name: str, now: datetime) -> None:
    """All is well."""
    _write(name, polled_at=now, error="")


def failed(name: str, words: str) -> None:
    """It cannot be read, and why."""
    _write(name, error=words)


class Turn:
    """One worker reads the mailbox at a time: two that move the same mail make two of it, on dovecot for one.

    As with messages that go out, a claim is a conditional UPDATE, and that of a worker which was killed goes stale.
    """

    def __init__(self, name: str, clock: Callable[[], datetime]) -> None:
        self._name, self._clock = name, clock
        self._since: datetime | None = None

    def take(self) -> bool:
        """Whether it is ours now, or still."""
        now = self._clock()
        free = sa.or_(MailboxState.claimed_at.is_(None), MailboxState.claimed_at < now - STALE_AFTER)
        if self._since is not None and now - self._since < RENEW_AFTER:
            return True
        _write(self._name)  # the row is there
        taken = self._change(free if self._since is None else MailboxState.claimed_at == self._since, now)
        self._since = now if taken else None
        return taken

    def end(self) -> None:
        """Let others have it."""
        if self._since is not None:
            self._change(MailboxState.claimed_at == self._since, None)
            self._since = None

    def _change(self, only: sa.ColumnElement[bool], claimed_at: datetime | None) -> bool:
        named = sa.update(MailboxState).where(MailboxState.name == self._name, only)
        with glance() as connection:
            return connection.execute(named.values(claimed_at=claimed_at)).rowcount == 1


def _write(name: str, only: sa.ColumnElement[bool] | None = None, **values: Any) -> None:
    fresh = {"uid_validity": 0, "last_uid": 0, "polled_at": None, "error": ""}
    with glance() as connection:
        row = _INSERT[connection.dialect.name](MailboxState).values(name=name, **(fresh | values))
        if values:
            row = row.on_conflict_do_update(index_elements=["name"], set_=values, where=only)
        else:
            row = row.on_conflict_do_nothing()
        connection.execute(row)

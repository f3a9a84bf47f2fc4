"""How far the mailbox has been read, and what hinders it: one row, written by short statements of their own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from service.inserting import insert_into
from service.models import MailboxState
from service.transaction import glance

STALE_AFTER: Final = timedelta(seconds=20)
RENEW_AFTER: Final = timedelta(seconds=5)


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
    """All is well; what was known of another mailbox, from before the settings changed, is of no interest any more."""
    _write(name, polled_at=now, error="", failing_since=None)
    with glance() as connection:
        connection.execute(sa.delete(MailboxState).where(MailboxState.name != name))


def failed(name: str, words: str, now: datetime) -> None:
    """It cannot be read, and why."""
    _write(name, error=words, failing_since=sa.func.coalesce(MailboxState.failing_since, now))


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
        if self._since is not None and abs(now - self._since) < RENEW_AFTER:
            return True
        claimed_at = MailboxState.claimed_at
        in_use = claimed_at.between(now - STALE_AFTER, now + STALE_AFTER)  # else stale, or of before a clock was set
        free = sa.or_(claimed_at.is_(None), sa.not_(in_use))
        mine = MailboxState.claimed_at == self._since
        taken = _write(self._name, free if self._since is None else mine, claimed_at=now)
        self._since = now if taken else None
        return taken

    def end(self) -> None:
        """Let others have it."""
        if self._since is not None:
            _write(self._name, MailboxState.claimed_at == self._since, claimed_at=None)
            self._since = None


def _write(name: str, *only: sa.ColumnElement[bool], **values: Any) -> bool:
    """Change the row of this mailbox, which is made where there is none; whether it was as ``only`` wants it."""
    fresh = {"name": name, "uid_validity": 0, "last_uid": 0, "error": ""}
    with glance() as connection:
        connection.execute(insert_into(MailboxState, connection).values(fresh).on_conflict_do_nothing())
        named = sa.update(MailboxState).where(MailboxState.name == name, *only)
        return connection.execute(named.values(**values)).rowcount == 1

"""From due messages to results, batch by batch: claim, write, send, record.

At least once: a result is committed before the next mail's DATA begins, so that a worker killed between a server's
answer and its record makes one duplicate at most, with the same Message-ID. Nothing is locked during SMTP.
"""

import logging
import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from service.domain.refusals import Unavailable
from service.links import Links
from service.mail import claims
from service.mail.claims import Claim
from service.mail.prepare import Ready, prepare
from service.mail.transport import Answer, Fate, Transport, UnreachableError
from service.transaction import glance

log = logging.getLogger(__name__)

BATCH: Final = 100
RENEW_AFTER: Final = 20.0
"""Seconds; with the longest exchange of SMTP on top a claim is still younger than ``claims.STALE_AFTER``."""
IDLE_SESSION: Final = 15.0
"""Seconds after which a session that nobody needs is ended."""
SHORTEST_REST: Final = 0.5
LONGEST_REST: Final = 30.0
TOLERATED: Final = 1
"""Mails in a row that may be put off before it looks as if the server wants a rest."""
LOOKED_FOR: Final = timedelta(hours=1)
"""How long a worker looks for a mail server before it gives up what has waited for days."""
FLUSH_EVERY: Final = 0.1
"""Seconds; in a stream of mails only so often is a result waited for until it lies on the disk of PostgreSQL."""
RECORD_AGAIN: Final = 1.0
RECORDS_AT_THE_END: Final = 15
"""How often a result is tried to be recorded, a second apart, when the worker is asked to stop."""


@dataclass(slots=True)
class Delivery:
    """One worker's way of sending; ``between`` is called between two mails, for what must not wait for a batch."""

    transport: Transport
    links: Links
    clock: Callable[[], datetime]
    stop: Event = field(default_factory=Event)
    between: Callable[[], None] = lambda: None
    _troubles: int = 0
    _rests_until: float = 0.0
    _last_mail: float = 0.0
    _flushed: float = -FLUSH_EVERY
    _away_since: datetime | None = None

    @property
    def rest(self) -> float:
        """Seconds for which the server is left alone."""
        return max(0.0, self._rests_until - time.monotonic())

    def batch(self) -> bool:
        """Send what is due, one batch at most; True when it makes sense to go on at once.

        :raises Unavailable: the database does not answer; what was sent before has been recorded.
        """
        if self.rest or self.stop.is_set():
            return False
        with glance() as connection:
            ids = claims.due(connection, BATCH, now=self.clock())
            if not ids:
                if time.monotonic() - self._last_mail > IDLE_SESSION:
                    self.transport.close()
                return False
            try:
                self.transport.open()
            except UnreachableError as error:
                self._no_way_out(connection, ids[0], str(error))
                return False
            self._away_since = None
            now, since = self.clock(), time.monotonic()
            claimed = claims.by_day(connection, claims.claim(connection, ids, now=now), now=now)
            prepared = prepare(connection, claimed, self.links, now=now)
            for late in prepared.overtaken:
                claims.overtaken(connection, late)
            for bad in prepared.broken:
                log.error(
                    "mail %s (%s) cannot be written: %s", bad.claim.id, bad.claim.letter, bad.words.partition(":")[0]
                )
                claims.failed(connection, bad.claim, bad.words)
            self._send(connection, deque(prepared.ready), since)
        return True

    def _send(self, connection: Connection, waiting: deque[Ready], since: float) -> None:
        while waiting:
            if self.stop.is_set() or self.rest:
                break
            if time.monotonic() - since > RENEW_AFTER:
                waiting, since = self._renewed(connection, waiting), time.monotonic()
                continue
            ready = waiting[0]
            answer = self.transport.deliver(ready.parcel)
            self._last_mail = time.monotonic()
            if answer.fate is Fate.UNTRIED:
                break
            waiting.popleft()
            if not self._record(connection, ready.claim, answer):
                return  # the rest goes stale and comes back
            self._learn(ready.claim, answer)
            self.between()
            if not answer.connected:
                break
        claims.release(connection, [ready.claim for ready in waiting])

    def _renewed(self, connection: Connection, waiting: deque[Ready]) -> deque[Ready]:
        now = self.clock()
        kept = claims.renew(connection, [ready.claim for ready in waiting], now=now)
        by_id = {claim.id: claim for claim in claims.by_day(connection, kept, now=now)}
        return deque(Ready(by_id[r.claim.id], r.parcel) for r in waiting if r.claim.id in by_id)

    def _record(self, connection: Connection, claim: Claim, answer: Answer) -> bool:
        """Make the result durable, however long the database is away; False when the connection was lost over it."""
        try:
            self._write(connection, claim, answer)
        except DBAPIError as error:
            log.warning("mail %s: the result cannot be recorded yet: %s", claim.id, type(error.orig).__name__)
        else:
            return True
        tries = 0
        while True:
            time.sleep(RECORD_AGAIN)
            tries += self.stop.is_set()
            try:
                with glance() as fresh:
                    self._write(fresh, claim, answer)
            except (DBAPIError, Unavailable):
                if tries > RECORDS_AT_THE_END:
                    raise
            else:
                return False

    def _write(self, connection: Connection, claim: Claim, answer: Answer) -> None:
        match answer.fate:
            case Fate.SENT:
                lazily = time.monotonic() - self._flushed < FLUSH_EVERY
                claims.sent(connection, claim, now=self.clock(), lazily=lazily)
                self._flushed = self._flushed if lazily else time.monotonic()
            case Fate.REFUSED:
                claims.failed(connection, claim, answer.words)
            case _:
                claims.retry(connection, claim, answer.words, now=self.clock())

    def _learn(self, claim: Claim, answer: Answer) -> None:
        """Rest when the server puts one mail after another off (421, 432, 450 …): a hot loop would not help it."""
        if answer.fate is not Fate.SENT:
            log.warning("mail %s, attempt %s: %s (code %s)", claim.id, claim.attempts, answer.fate.value, answer.code)
        if answer.fate is not Fate.LATER:
            self._troubles = 0
            return
        self._troubles += 1
        if self._troubles > TOLERATED or not answer.connected:
            self._take_a_rest()

    def _take_a_rest(self) -> None:
        doubled = SHORTEST_REST * 2 ** min(max(0, self._troubles - 1), 10)
        self._rests_until = time.monotonic() + min(doubled, LONGEST_REST) * random.uniform(0.8, 1.2)  # noqa: S311

    def _no_way_out(self, connection: Connection, first: int, words: str) -> None:
        """Nothing was tried, so that all goes out at once when the server is back; the first message says why it waits.

        What has waited for days is given up, unless this worker has only just begun to look for the server.
        """
        log.warning("no session with the mail server: %s", words)
        now = self.clock()
        self._away_since = self._away_since or now
        claims.note(connection, first, words)
        if now - self._away_since >= LOOKED_FOR:
            for claim in claims.claim(connection, claims.overdue(connection, BATCH, now=now), now=now):
                claims.failed(connection, claim, words)
        self._troubles += 1
        self._take_a_rest()

"""One look at the mailbox: what came since the last one is filed, then moved; never the other way round.

How far it has come is written down in step, and only past mails that are where they belong. So a mail that was filed
but not moved, because this process was killed in between or the server did not want to, is met again, known by its
identity, and moved then.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Final

from service.mail.incoming import state
from service.mail.incoming.connection import RefusedError
from service.mail.incoming.filing import Filing
from service.mail.incoming.inbox import Envelope, GoneError, Inbox
from service.mail.incoming.limited import Parser

log = logging.getLogger(__name__)

BATCH: Final = 100
"""Envelopes that are fetched together."""


@dataclass(slots=True)
class Tally:
    """What one look has found: mails that were moved, and mails that stay in the inbox. ``trouble``: one line."""

    moved: int = 0
    left: int = 0
    trouble: str = ""


class Poll:
    """One look, in one session with the server and one process that parses."""

    def __init__(self, inbox: Inbox, parser: Parser, *, clock: Callable[[], datetime], stop: Event) -> None:
        self._inbox, self._stop = inbox, stop
        self._filing = Filing(inbox, parser, clock)
        self.tally = Tally()

    def run(self, name: str, turn: state.Turn) -> Tally:
        """All that is new, oldest first, until ``stop`` is set or the turn is lost. ``name``: of the mailbox.

        :raises MailboxError: the session is over.
        :raises Refusal: the database does not answer.
        """
        validity = self._inbox.uid_validity
        seen = last = state.last_uid(name, validity)
        settled = True
        while uids := self._inbox.uids_after(seen)[:BATCH]:  # until nothing is new: more may come meanwhile
            there = {envelope.uid: envelope for envelope in self._inbox.envelopes(uids)}
            for seen in uids:
                if self._stop.is_set() or not turn.take():
                    return self.tally
                settled = (seen not in there or self._settled(there[seen], turn)) and settled
                last = seen if settled else last
            state.advance(name, validity, last)
        return self.tally

    def _settled(self, envelope: Envelope, turn: state.Turn) -> bool:
        """File one mail and put it where it belongs; whether that is done."""
        try:
            place = self._filing.file(envelope)
            if not turn.take():  # it took so long that another worker moves it by now
                return False
            if place.folder:
                self._inbox.move(envelope.uid, place.folder)
                self.tally.moved += 1
            else:
                if place.state == "waiting":
                    self._inbox.mark(envelope.uid)
                self.tally.left += 1
        except GoneError:
            return True
        except RefusedError as error:
            log.warning("a mail cannot be moved or marked: %s", error)
            self.tally.trouble = str(error)
            return False
        return True

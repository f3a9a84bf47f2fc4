"""The mailbox while the worker runs: a thread of its own, so that a slow server never keeps mail from leaving.

The session stays open, and the server says when something comes (IDLE, RFC 2177) where it can. Whatever goes wrong is
written down beside the mailbox, and tried again: soon, then ever more seldom.
"""

import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from threading import Event, Thread
from typing import Final

from sqlalchemy.exc import SQLAlchemyError

from service.domain.refusals import Refusal
from service.mail.incoming import state
from service.mail.incoming.connection import Address, MailboxError
from service.mail.incoming.inbox import Inbox
from service.mail.incoming.limited import Parser
from service.mail.incoming.polling import Poll, Tally
from service.runtime import elsewhere
from service.settings import Settings

log = logging.getLogger(__name__)

LOOK_EVERY: Final = 60.0
"""Seconds between two looks while the server says nothing; it also shows whether it is still there."""
BETWEEN_TURNS: Final = 5.0
"""The same, while another worker reads: it may have been killed."""
PATIENCE: Final = 25.0
"""Seconds that a single look waits for its turn: longer than a claim of a worker that was killed is good for."""
FIRST_REST: Final = 5.0
LONGEST_REST: Final = 600.0
AFTER_TROUBLE: Final = 3.0
"""Seconds to wait when the database does not answer."""


class Watch:
    """Reads the mailbox that the settings name, once or for ever; does nothing where they name none."""

    def __init__(self, settings: Settings, clock: Callable[[], datetime], stop: Event) -> None:
        self._address = Address.of(settings.mailbox_url) if settings.mailbox_url else None
        self._ca_file, self._trusted = settings.mail_ca_file, settings.mailbox_authserv_id.casefold()
        self._clock, self._stop, self._rest = clock, stop, FIRST_REST

    def once(self) -> Tally | None:
        """One look; None where there is no mailbox.

        :raises MailboxError: it cannot be read; written down already.
        :raises Refusal: the database does not answer.
        """
        if self._address is None:
            return None
        try:
            with Inbox(self._address, ca_file=self._ca_file) as inbox:
                until = time.monotonic() + PATIENCE
                while (tally := self._look(inbox, self._address.name)) is None and time.monotonic() < until:
                    self._stop.wait(1)
        except MailboxError as error:
            state.failed(self._address.name, str(error), self._clock())
            raise
        if tally is None:
            raise MailboxError("another worker is reading it")
        return tally

    def start(self) -> Thread | None:
        """Look again and again beside whoever calls this, until ``stop`` is set."""
        if self._address is None:
            return None
        thread = Thread(target=self._run, args=(self._address, elsewhere()), name="mailbox", daemon=True)
        thread.start()
        return thread

    def _run(self, address: Address, context: AbstractContextManager[object]) -> None:
        with context:
            while not self._stop.is_set():
                try:
                    self._session(address)
                except (Refusal, SQLAlchemyError) as error:
                    log.error("the database does not answer (%s); trying again", type(error).__name__)  # noqa: TRY400
                    self._stop.wait(AFTER_TROUBLE)
                except Exception as error:  # noqa: BLE001 - whatever it is, the worker goes on
                    self._note(address, error)
                    self._stop.wait(self._rest)
                    self._rest = min(self._rest * 2, LONGEST_REST)

    def _session(self, address: Address) -> None:
        """Look, wait, look: as long as the server plays along."""
        with Inbox(address, ca_file=self._ca_file) as inbox:
            while not self._stop.is_set():
                looked = self._look(inbox, address.name) is not None
                self._rest = FIRST_REST
                inbox.wait(LOOK_EVERY if looked else BETWEEN_TURNS, self._stop)

    def _look(self, inbox: Inbox, name: str) -> Tally | None:
        """None where another worker is at it; it sees what we would see."""
        turn = state.Turn(name, self._clock)
        if not turn.take():
            return None
        try:
            with Parser(trusted=self._trusted) as parser:  # ends with the look: an idle one would only take memory
                tally = Poll(inbox, parser, clock=self._clock, stop=self._stop).run(name, turn)
        finally:
            turn.end()
        if tally.trouble:
            state.failed(name, tally.trouble, self._clock())
        else:
            state.read_at(name, self._clock())
        return tally

    def _note(self, address: Address, error: Exception) -> None:
        """Say what is wrong, to whoever reads the log and to whoever looks at the desk."""
        if isinstance(error, MailboxError):
            log.error("the mailbox cannot be read: %s", error)
            words = str(error)
        else:
            log.error("a mistake in reading the mailbox", exc_info=error)
            words = f"a mistake of Studiedag itself: {type(error).__name__}"
        with suppress(Refusal, SQLAlchemyError):
            state.failed(address.name, words, self._clock())

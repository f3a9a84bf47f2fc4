"""The worker: sends due mail and does timed work, once or for ever.

Mail leaves at least once: every message of the outbox is claimed, written, stored, sent and recorded, in this order,
and what is interrupted on the way begins anew with the same bytes (``delivery``, ``claims``).
"""

import logging
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from types import FrameType
from typing import Final, NoReturn

from sqlalchemy.exc import SQLAlchemyError

from service.domain.refusals import Refusal
from service.extensions import db
from service.mail.delivery import Delivery
from service.mail.incoming.connection import MailboxError
from service.mail.incoming.watch import Watch
from service.mail.signing import signing_key
from service.mail.timed import Timetable
from service.mail.transport import Transport, transport_for
from service.runtime import runtime

log = logging.getLogger(__name__)

POLL: Final = 0.5
"""Seconds between two looks at an empty queue."""
AFTER_TROUBLE: Final = 3.0
"""Seconds to wait when the database does not answer."""
PATIENCE: Final = 2.0
"""Seconds that a single run waits for a server which asks for a rest."""
LAST_WISH: Final = 10.0
"""Seconds that the mail on its way gets when the worker is to end."""


def work_once(transport: Transport, *, clock: Callable[[], datetime], stop: Event | None = None) -> None:
    """All that is due now: timed work, then mail until nothing is due, or the server wants no more for the moment.

    :raises Refusal: the database does not answer.
    """
    delivery = Delivery(transport, runtime().links, clock, stop or Event())
    Timetable(clock).run()
    try:
        while delivery.batch() or 0 < delivery.rest <= PATIENCE:
            delivery.stop.wait(delivery.rest)
    finally:
        transport.close()


def work_forever(transport: Transport, *, clock: Callable[[], datetime], stop: Event) -> None:
    """The same again and again until ``stop`` is set; the mail on its way is finished first."""
    timetable = Timetable(clock)
    delivery = Delivery(transport, runtime().links, clock, stop, between=timetable.run)
    while not stop.is_set():
        try:
            timetable.run()
            busy = delivery.batch()
        except (Refusal, SQLAlchemyError) as error:
            log.error("the database does not answer (%s); trying again", type(error).__name__)  # noqa: TRY400
            stop.wait(AFTER_TROUBLE)
            continue
        if not busy:
            stop.wait(POLL)
    transport.close()


def become_a_worker() -> NoReturn:
    """Put the worker in the place of this process, which has all pages in memory that no worker shows (some 20 MB)."""
    path = os.pathsep.join(filter(None, [str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH")]))
    os.execve(  # noqa: S606 - this very interpreter; the last word is for whoever lists processes
        sys.executable, [sys.executable, "-P", "-m", "service.mail", "worker"], {**os.environ, "PYTHONPATH": path}
    )


def utc_now() -> datetime:
    """The present instant, aware."""
    return datetime.now(UTC)


def run(*, once: bool) -> None:
    """Work in the present application; SIGTERM and SIGINT end it cleanly."""
    signing_key(runtime().settings)  # a wrong one stops the start
    stop = Event()
    transport = transport_for(runtime().settings)

    def end(_number: int, _frame: FrameType | None) -> None:
        stop.set()
        transport.hurry(LAST_WISH)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    watch = Watch(runtime().settings, runtime().clock, stop)
    if once:
        _look_once(watch)
        work_once(transport, clock=runtime().clock, stop=stop)
    else:
        watching = watch.start()
        work_forever(transport, clock=runtime().clock, stop=stop)
        if watching is not None:
            watching.join(LAST_WISH)
    db.engine.dispose()


def _look_once(watch: Watch) -> None:
    """Read the mailbox first, so that answers to what came leave in the same run."""
    try:
        watch.once()
    except MailboxError as error:
        log.error("the mailbox cannot be read: %s", error)  # noqa: TRY400

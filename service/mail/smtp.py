"""SMTP sessions that cannot hang: a deadline over each exchange, on top of the timeout of each wait.

smtplib's own timeout begins anew with every byte that arrives, so that a server which answers one byte at a time would
hold a worker for ever; its claims would go stale meanwhile, and another worker would send the same mails.
"""

import smtplib
import time
from collections.abc import Callable
from typing import Any, Final

LONGEST_WAIT: Final = 30.0
"""Seconds without a byte, or without being able to send one, after which the server counts as gone."""
LONGEST_EXCHANGE: Final = 60.0
"""Seconds for one mail from MAIL to the answer after DATA, or for greeting, TLS and AUTH."""
LONGEST_ANSWER: Final = 64 * 1024
SLICE: Final = 1.0
"""Seconds of waiting at a time, so that a deadline which is moved forward counts soon."""


class Session(smtplib.SMTP):
    """A connection whose exchanges end in time, one way or the other."""

    def __init__(self, host: str, port: int, *, wait: float, exchange: float, **options: Any) -> None:
        self.wait, self.exchange = wait, exchange
        self.deadline = time.monotonic() + exchange
        self.in_data = False
        self._received = 0
        super().__init__(host, port, timeout=wait, **options)

    def begin(self) -> None:
        """A new exchange: the time runs from here."""
        self.deadline, self._received, self.in_data = time.monotonic() + self.exchange, 0, False

    def hurry(self, seconds: float) -> None:
        """The exchange that is going on ends within so many seconds."""
        self.deadline = min(self.deadline, time.monotonic() + seconds)

    def data(self, msg: Any) -> tuple[int, bytes]:
        """From here on, a connection that breaks leaves open whether the mail was taken."""
        self.in_data = True
        return super().data(msg)

    def send(self, s: Any) -> None:
        """All of it within the time that is left."""
        if self.sock is not None:
            self.sock.settimeout(self._time_left(self.wait))
        super().send(s)

    def getreply(self) -> tuple[int, bytes]:
        """The server's next answer; the lines come from a reader that minds the deadline."""
        if self.file is None:
            self.file = _Answers(self._receive)
        return super().getreply()

    def _receive(self) -> bytes:
        silent_since = time.monotonic()
        while self.sock is not None:
            left = min(self._time_left(self.wait), silent_since + self.wait - time.monotonic())
            self.sock.settimeout(max(0.01, min(SLICE, left)))
            try:
                received = self.sock.recv(4096)
            except TimeoutError:
                if left <= SLICE:
                    raise
                continue
            self._received += len(received)
            if self._received > LONGEST_ANSWER:
                raise ConnectionAbortedError("the answer does not end")
            return received
        return b""

    def _time_left(self, at_most: float) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("timed out")
        return min(at_most, left)


class TlsSession(Session, smtplib.SMTP_SSL):
    """The same, inside TLS from the first byte."""


class _Answers:
    """What smtplib reads lines from: a file of the socket, but for the deadline."""

    def __init__(self, receive: Callable[[], bytes]) -> None:
        self._receive = receive
        self._buffer = b""

    def readline(self, _limit: int) -> bytes:
        """One line with its end; what is left when the server hangs up, then nothing."""
        while b"\n" not in self._buffer:
            received = self._receive()
            if not received:
                rest, self._buffer = self._buffer, b""
                return rest
            self._buffer += received
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line + b"\n"

    def close(self) -> None:
        """The socket is closed by whoever opened it."""

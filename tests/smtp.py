"""A real SMTP server for tests, on loopback, that fails on command."""

import contextlib
import socket
import socketserver
import ssl
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

DROP: Final = object()
"""Instead of an answer: hang up."""
HANG: Final = object()
"""Instead of an answer: nothing, until the server is stopped or the client goes."""
DRIP: Final = object()
"""Instead of an answer: one of its bytes now and then, never a whole line."""
USUAL: Final = {
    "CONNECT": "220 test ESMTP",
    "HELO": "250 test",
    "MAIL": "250 2.1.0 fine",
    "RCPT": "250 2.1.5 fine",
    "DATA": "354 go on",
    "END": "250 2.0.0 taken",
    "RSET": "250 2.0.0 fine",
    "NOOP": "250 2.0.0 fine",
    "QUIT": "221 2.0.0 bye",
    "AUTH": "235 2.7.0 welcome",
    "STARTTLS": "220 2.0.0 go on",
}


@dataclass(frozen=True)
class Received:
    """A mail that was acknowledged."""

    sender: str
    recipient: str
    source: bytes

    @property
    def message_id(self) -> str:
        """The header of that name."""
        return next(line[12:].decode() for line in self.source.split(b"\r\n") if line.startswith(b"Message-ID: "))


@dataclass
class SmtpServer:
    """Takes every mail, but for what a test plans.

    `TEXT` is said instead of taking a mail's text, and ends the session; `END` is the answer after it.
    """

    context: ssl.SSLContext | None = None
    implicit_tls: bool = False
    offers_starttls: bool = True
    answers_late: bool = False  # a mail that is not refused outright after its text is taken, whatever is answered
    mails: list[Received] = field(default_factory=list)
    seen: list[str] = field(default_factory=list)  # verbs, in order
    texts: list[bytes] = field(default_factory=list)  # all that came after DATA, acknowledged or not
    sessions: int = 0
    refused: dict[str, str] = field(default_factory=dict)  # recipient -> answer
    throttled: int = 0
    port: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    on_text: Callable[[], None] = lambda: None
    _plans: dict[str, deque[Any]] = field(default_factory=lambda: defaultdict(deque))
    _always: dict[str, Any] = field(default_factory=dict)
    _allowed: float = float("inf")
    _window: tuple[int, int] = (0, 0)  # the second that runs, and how many recipients it has seen

    def plan(self, verb: str, *answers: Any) -> None:
        """The next answers to a verb; after them it is as always."""
        self._plans[verb].extend(answers)

    def always(self, verb: str, answer: Any) -> None:
        """Every answer to a verb, until something else is said."""
        self._always[verb] = answer

    def allow(self, recipients: int) -> None:
        """So many recipients within a second; to all others, and for the whole second, "432 slow down"."""
        self._allowed = recipients

    def has_something_to_say(self, verb: str) -> bool:
        """Whether an answer is planned to what is answered by itself otherwise."""
        return bool(self._plans[verb]) or verb in self._always

    def usual(self) -> None:
        """No more failures."""
        self._plans.clear()
        self._always.clear()
        self.refused.clear()

    def answer(self, verb: str, recipient: str = "") -> Any:
        """What a session says next."""
        self.seen.append(verb)
        if verb == "RCPT" and self._over_the_limit():
            self.throttled += 1
            return "432 4.3.2 slow down"
        if self._plans[verb]:
            return self._plans[verb].popleft()
        if verb == "RCPT" and recipient in self.refused:
            return self.refused[recipient]
        return self._always.get(verb, USUAL.get(verb, "500 5.5.1 what?"))

    def _over_the_limit(self) -> bool:
        second, count = int(time.monotonic()), 1
        if self._window[0] == second:
            count += self._window[1]
        self._window = (second, count)
        return count > self._allowed

    @contextlib.contextmanager
    def running(self) -> Iterator["SmtpServer"]:
        """Listens on `port` of 127.0.0.1 while the block runs."""
        with _Tcp(("127.0.0.1", self.port), _Session) as tcp:
            tcp.smtp = self
            self.port = tcp.server_address[1]
            thread = threading.Thread(target=tcp.serve_forever, kwargs={"poll_interval": 0.05})
            thread.start()
            try:
                yield self
            finally:
                self.stopped.set()
                tcp.shutdown()
                tcp.hang_up()
                thread.join()


class _Tcp(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    smtp: SmtpServer

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.open: set[socket.socket] = set()

    def hang_up(self) -> None:
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, *_: Any) -> None:
        """A client that goes is no news."""


class _Session(socketserver.BaseRequestHandler):
    server: _Tcp

    def handle(self) -> None:
        self.smtp = self.server.smtp
        self.smtp.sessions += 1
        self.adopt(self.request)
        try:
            if self.smtp.implicit_tls:
                self.start_tls()
            if self.say(self.smtp.answer("CONNECT")):
                while self.obey(self.reader.readline()):
                    pass
        except OSError:  # the client went, or wanted no such certificate
            pass
        finally:
            self.reader.close()
            self.server.open.discard(self.connection)
            self.connection.close()

    def adopt(self, connection: socket.socket) -> None:
        self.connection = connection
        self.server.open.add(connection)
        self.reader = connection.makefile("rb")
        self.sender = self.recipient = ""

    def start_tls(self) -> None:
        assert self.smtp.context is not None
        self.server.open.discard(self.connection)
        self.reader.close()
        self.adopt(self.smtp.context.wrap_socket(self.connection, server_side=True))

    def obey(self, line: bytes) -> bool:
        """One command; False ends the session."""
        verb, _, rest = line.decode("ascii", "replace").strip().partition(" ")
        verb, address = verb.upper(), rest.partition("<")[2].partition(">")[0]
        match verb:
            case "":
                return False
            case "MAIL":
                self.sender = address
            case "RCPT":
                self.recipient = address
            case "EHLO" if not self.smtp.has_something_to_say(verb):
                offers = "250-STARTTLS\r\n" if self.smtp.context and self.smtp.offers_starttls else ""
                return self.say(f"250-test\r\n{offers}250-AUTH PLAIN\r\n250 SIZE 10000000")
        answer = self.smtp.answer(verb, address)
        if not self.say(answer) or verb == "QUIT":
            return False
        if verb == "STARTTLS" and str(answer).startswith("220"):
            self.start_tls()
        return verb != "DATA" or not str(answer).startswith("354") or self.take()

    def take(self) -> bool:
        """The text of a mail, its doubled dots single again."""
        if self.smtp.has_something_to_say("TEXT"):
            self.say(self.smtp.answer("TEXT"))
            return False
        lines = []
        while (line := self.reader.readline()) != b".\r\n":
            if not line:
                return False  # the client went in the middle of it
            lines.append(line.removeprefix(b"."))
        text = b"".join(lines)
        self.smtp.texts.append(text)
        self.smtp.on_text()
        answer = self.smtp.answer("END")
        refused = isinstance(answer, str) and answer[0] in "45"
        if str(answer).startswith("250") or (self.smtp.answers_late and not refused):
            self.smtp.mails.append(Received(self.sender, self.recipient, text))
        return self.say(answer)

    def say(self, answer: Any) -> bool:
        if answer is DROP:
            return False
        if answer is HANG:
            self.smtp.stopped.wait()
            return False
        while answer is DRIP:
            self.connection.sendall(b"2")
            if self.smtp.stopped.wait(0.05):
                return False
        self.connection.sendall(answer if isinstance(answer, bytes) else answer.encode() + b"\r\n")
        return True


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """A server without TLS."""
    with SmtpServer().running() as server:
        yield server

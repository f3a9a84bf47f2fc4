"""A session with an IMAP server that is who it says it is, and that ends in time, one way or the other.

imaplib verifies no certificate unless it is told to, and its timeout begins anew with every byte. So the socket is made
here, and a second handle on it cuts the line when an exchange takes too long, whatever it is waiting for.
"""

import imaplib
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Timer
from typing import Final
from urllib.parse import unquote, urlsplit

from imap_tools.errors import ImapToolsError, UnexpectedCommandStatusError
from imap_tools.mailbox import BaseMailBox

LONGEST_WAIT: Final = 30.0
"""Seconds without a byte after which the server counts as gone."""
LONGEST_EXCHANGE: Final = 60.0
"""Seconds for one command and its answer, or for connecting, TLS and greeting."""
LONGEST_WORDS: Final = 500
TLS_PORT: Final = 993
PLAIN_PORT: Final = 143
_CONTROLS: Final = re.compile(r"[^\x20-\x7e]+")


class MailboxError(Exception):
    """The mailbox cannot be read at present; holds one line that says why, and no password."""


class RefusedError(MailboxError):
    """The server said no to one command; the session goes on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where the mailbox is, and who may read it; what MAILBOX_URL says."""

    host: str
    port: int
    tls: bool
    user: str
    password: str
    folder: str

    @classmethod
    def of(cls, url: str) -> "Address":
        """From ``imaps://user:password@host:993/INBOX``, which the settings have checked."""
        parts = urlsplit(url)
        tls = parts.scheme == "imaps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (TLS_PORT if tls else PLAIN_PORT),
            tls=tls,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            folder=unquote(parts.path.strip("/")) or "INBOX",
        )

    @property
    def name(self) -> str:
        """Which mailbox this is, without the password."""
        return f"{self.user}@{self.host}/{self.folder}"[:200]


class Connection(BaseMailBox):
    """The session of imap-tools, over a line that can be cut."""

    def __init__(self, address: Address, *, ca_file: str, wait: float, exchange: float) -> None:
        self.address, self._ca_file, self._wait, self._exchange = address, ca_file, wait, exchange
        self._line: socket.socket | None = None
        self._cut = False
        try:
            with self.exchange():
                super().__init__()
        except MailboxError:
            self.hang_up()
            raise

    def sign_in(self) -> frozenset[str]:
        """Log in and open the folder; what the server can do, which it tells in full only now.

        :raises MailboxError: it did not come to that.
        """
        user, password = self.address.user, self.address.password
        login = self.login if (user + password).isascii() else self.login_utf8
        with self.exchange():
            login(user, password, initial_folder=None)
            _, told = self.client.capability()
            self.folder.set(self.address.folder)
        return frozenset(told[-1].decode("ascii", "replace").upper().split())

    @contextmanager
    def exchange(self) -> Iterator[None]:
        """What happens inside ends in time, and every way in which it can fail is a ``MailboxError``."""
        timer = Timer(self._exchange, self._cut_line)
        timer.start()
        try:
            yield
        except UnexpectedCommandStatusError as error:
            raise RefusedError(_said(error)) from error
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
            words = f"no answer within {self._exchange:g} seconds" if self._cut else _said(error)
            raise MailboxError(words) from error
        finally:
            timer.cancel()

    def hang_up(self) -> None:
        """End it without another word from the server."""
        with suppress(OSError, AttributeError):  # there is no client where the server was not even reached
            self.client.shutdown()
        if self._line is not None:
            self._line.close()
            self._line = None

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        context = ssl.create_default_context(cafile=self._ca_file or None) if self.address.tls else None
        return _Client(self, context)

    def connected(self) -> socket.socket:
        """A new connection, of which a handle is kept."""
        line = socket.create_connection((self.address.host, self.address.port), self._wait)
        self._line = line.dup()
        return line

    def _cut_line(self) -> None:
        self._cut = True
        if self._line is not None:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)


class _Client(imaplib.IMAP4):
    """imaplib's, but for the making of its socket; it would not verify the certificate."""

    def __init__(self, connection: Connection, context: ssl.SSLContext | None) -> None:
        self._connection, self._context = connection, context
        super().__init__(connection.address.host, connection.address.port)

    def _create_socket(self, timeout: float | None) -> socket.socket:  # noqa: ARG002 - the connection knows better
        line = self._connection.connected()
        if self._context is None:
            return line
        return self._context.wrap_socket(line, server_hostname=self._connection.address.host)


def _said(error: Exception) -> str:
    """One printable line, the server's own words where it had any."""
    words: object = str(error) or type(error).__name__
    if isinstance(error, UnexpectedCommandStatusError):
        words = next(iter(error.command_result[1] or ()), b"") or words
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else str(words)
    return _CONTROLS.sub(" ", text).strip()[:LONGEST_WORDS]

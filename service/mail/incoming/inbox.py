"""The folder that mails arrive in: which are new, how large they are, what they hold, and where they go afterwards.

Nothing here deletes: imap-tools' own ``move`` and ``flag`` expunge the folder, and with it what somebody else has
marked in there, so the commands are given one by one.
"""

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Event
from typing import Any, Final, Self

from imap_tools.errors import MailboxFetchError, MailboxFlagError, MailboxMoveError
from imap_tools.utils import check_command_status, encode_folder

from service.mail.incoming.connection import LONGEST_EXCHANGE, LONGEST_WAIT, Address, Connection, MailboxError
from service.mail.incoming.folders import Folders

CHUNK: Final = 512 * 1024
"""Octets that are fetched at a time, so that no mail is in this process's memory as a whole."""
SLICE: Final = 1.0
"""Seconds of waiting at a time, so that whoever wants to stop is heard soon."""
WITHOUT_IDLE: Final = 20.0
"""Seconds between two looks where the server does not tell by itself."""
LONGEST_ID: Final = 998
_WANTED: Final = "(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]<0.4096>)"
_SHORT: Final = re.compile(rb'\bBODY\[[^\]]*\](?:<\d+>)? "([^"]*)"')
"""A text so short that a server may quote it instead of counting it."""
_UID: Final = re.compile(rb"\bUID (\d+)")
_SIZE: Final = re.compile(rb"\bRFC822\.SIZE (\d+)")
_DATE: Final = re.compile(rb'\bINTERNALDATE "([^"]+)"')


class GoneError(MailboxError):
    """Somebody has moved or deleted the mail meanwhile; the session goes on."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of a mail before it is fetched: ``size`` in octets, its Message-ID or nothing."""

    uid: int
    size: int
    received_at: datetime | None
    message_id: str


class Inbox:
    """One session with it; every method may raise ``MailboxError``, after which the session is over."""

    def __init__(
        self, address: Address, *, ca_file: str = "", wait: float = LONGEST_WAIT, exchange: float = LONGEST_EXCHANGE
    ) -> None:
        self._connection = Connection(address, ca_file=ca_file, wait=wait, exchange=exchange)
        try:
            self._can = self._connection.sign_in()
        except BaseException:
            self._connection.hang_up()
            raise
        self._client = self._connection.client
        self._folders = Folders(self._connection, self._can)
        _, (validity, *_) = self._client.response("UIDVALIDITY")
        self.uid_validity = int(validity or 0)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            try:
                with self._connection.exchange():
                    self._connection.logout()
            except MailboxError:
                pass
        self._connection.hang_up()

    def uids_after(self, last: int) -> list[int]:
        """The mails that came later, in their order."""
        self._client.response("EXISTS")  # what is told from here on is news for ``wait``
        with self._connection.exchange():
            found = self._connection.uids(f"UID {last + 1}:*", charset=None)
        return sorted(uid for uid in map(int, found) if uid > last)  # "n:*" names the last one in any case

    def envelopes(self, uids: Sequence[int]) -> list[Envelope]:
        """Of those that are still there."""
        answers = self._fetch(",".join(map(str, uids)), _WANTED)
        return sorted(filter(None, map(_envelope, _records(answers))), key=lambda envelope: envelope.uid)

    def head(self, uid: int, most: int) -> bytes:
        """The beginning of its header."""
        return self._section(uid, f"BODY.PEEK[HEADER]<0.{most}>")

    def source(self, uid: int, most: int) -> Iterator[bytes]:
        """All of it, piece by piece; no more than ``most`` octets, whatever the server said before."""
        for start in range(0, most, CHUNK):
            chunk = self._section(uid, f"BODY.PEEK[]<{start}.{CHUNK}>")
            yield chunk
            if len(chunk) < CHUNK:
                return

    def mark(self, uid: int) -> None:
        """Flag it, for a person to see that it waits for them."""
        with self._connection.exchange():
            check_command_status(self._client.uid("STORE", str(uid), "+FLAGS", r"(\Flagged)"), MailboxFlagError)

    def move(self, uid: int, name: str) -> None:
        """Into our folder of that name, which is made where it is missing.

        :raises RefusedError: the server does not want that; the mail is where it was.
        """
        with self._connection.exchange():
            folder = encode_folder(self._folders.ready(name)).decode("ascii")
            if "MOVE" in self._can:
                check_command_status(self._client.uid("MOVE", str(uid), folder), MailboxMoveError)
                return
            check_command_status(self._client.uid("COPY", str(uid), folder), MailboxMoveError)
            check_command_status(self._client.uid("STORE", str(uid), "+FLAGS", r"(\Deleted \Seen)"), MailboxFlagError)
            if "UIDPLUS" in self._can:  # else it stays, marked: EXPUNGE would take along what others have marked
                self._client.uid("EXPUNGE", str(uid))

    def wait(self, seconds: float, stop: Event) -> None:
        """Until something may have changed, ``seconds`` are over, or ``stop`` is set."""
        if "IDLE" not in self._can:
            stop.wait(min(seconds, WITHOUT_IDLE))
        with self._connection.exchange():
            self._client.noop()
        _, news = self._client.response("EXISTS")  # since the last look: IDLE would not tell it again
        if "IDLE" not in self._can or (news and news[0]):
            return
        idle, until = self._connection.idle, time.monotonic() + seconds
        with self._connection.exchange():
            idle.start()
        while not stop.is_set() and time.monotonic() < until:
            began = time.monotonic()
            with self._connection.exchange():
                if idle.poll(SLICE) or time.monotonic() - began < SLICE / 2:  # an early nothing: the line is dead
                    break
        with self._connection.exchange():
            idle.stop()

    def _section(self, uid: int, section: str) -> bytes:
        found = [literal for about, literal in _records(self._fetch(str(uid), f"(UID {section})")) if b"BODY[" in about]
        if not found:
            raise GoneError("the mail is no longer there")
        return found[0]

    def _fetch(self, uids: str, what: str) -> list[Any]:
        with self._connection.exchange():
            status, answers = self._client.uid("FETCH", uids, what)
            check_command_status((status, answers), MailboxFetchError)
        return list(answers)


def _records(answers: list[Any]) -> Iterator[tuple[bytes, bytes]]:
    """What imaplib makes of FETCH answers, put together: all around the literal of one mail, and the literal."""
    about, literal = b"", b""
    for one in answers:
        if isinstance(one, tuple):
            about, literal = about + one[0], one[1]
        elif one:
            short = _SHORT.search(one)
            yield about + one, literal or (short.group(1) if short else b"")
            about, literal = b"", b""


def _envelope(record: tuple[bytes, bytes]) -> Envelope | None:
    """None where the answer is about something else: flags that changed meanwhile.

    :raises MailboxError: it is about what was asked for, and says it in a way that is not IMAP; no mail is passed over.
    """
    about, literal = record
    if b"BODY[" not in about:
        return None
    uid, size = _UID.search(about), _SIZE.search(about)
    if uid is None or size is None:
        raise MailboxError("the server answers without UID or RFC822.SIZE")
    return Envelope(int(uid.group(1)), int(size.group(1)), _date(about), _message_id(literal))


def _date(about: bytes) -> datetime | None:
    found = _DATE.search(about)
    try:
        return datetime.strptime(found.group(1).decode().strip(), "%d-%b-%Y %H:%M:%S %z") if found else None
    except ValueError:
        return None


def _message_id(header: bytes) -> str:
    """As it stands there; empty where it is missing or longer than any is."""
    name, _, value = b"".join(header.splitlines()).partition(b":")
    text = value.decode("ascii", "replace").strip()
    return text if name.strip().lower() == b"message-id" and len(text) <= LONGEST_ID else ""

"""The last step: a finished mail leaves, through SMTP or into a Maildir; and what became of it, in four words.

Every SMTP error is an ``OSError``, so what one means is read from its code: 4xx, silence, lost connections and
answers that are none pass; 5xx to this sender, recipient or mail does not (RFC 5321, 4.2.1).
"""

import contextlib
import logging
import mailbox
import os
import re
import smtplib
import socket
import ssl
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Final, Protocol

from flask import current_app
from flask_mail import Connection, Mail

from service.mail.smtp import LONGEST_EXCHANGE, LONGEST_WAIT, Session, TlsSession
from service.settings import Settings

log = logging.getLogger(__name__)

TEMPORARY: Final = range(400, 500)
PERMANENT: Final = range(500, 600)
CLOSING: Final = 421
GARBAGE: Final = -1
"""What smtplib says instead of a code that it could not read."""
NOT_SIGNED_IN: Final = frozenset({530, 534, 535, 538})
"""Answers to MAIL about our sign-in: the fault of a setting, not of the mail (RFC 4954, 6)."""
LONGEST_WORDS: Final = 500
CONTROLS: Final = re.compile(r"[^\x20-\x7e]+")


class Fate(Enum):
    """What became of one attempt."""

    SENT = "sent"
    REFUSED = "refused"  # for good
    LATER = "later"  # not now
    UNTRIED = "untried"  # the server ended a session that had worked, before this mail: try at once on a new one


@dataclass(frozen=True, slots=True)
class Answer:
    """The fate of an attempt in the words of the server; ``connected``: whether the next mail can follow at once."""

    fate: Fate
    code: int = 250
    words: str = ""
    connected: bool = True


@dataclass(frozen=True, slots=True)
class Parcel:
    """A finished mail with its envelope; addresses are ASCII, the source has CRLF line ends."""

    sender: str
    recipient: str
    source: bytes


class UnreachableError(OSError):
    """No session with the mail server: not there, not to be trusted, or not willing. Holds one line that says why."""


class Transport(Protocol):
    """Takes mails one by one; opened when there is something to send, closed when idle."""

    def open(self) -> None:
        """Be ready for the next mail; nothing happens when that is so already.

        :raises UnreachableError: there is no way out at present.
        """

    def deliver(self, parcel: Parcel) -> Answer:
        """One attempt; no error of a server comes out of here as an exception."""

    def close(self) -> None:
        """End the session, if there is one."""

    def hurry(self, seconds: float) -> None:
        """Somebody waits for the end: what is on its way gets at most so many seconds."""


class SmtpTransport(Connection):
    """One SMTP session for many mails. Flask-Mail's connection, but with timeouts and verified certificates.

    Flask-Mail waits for ever and trusts every certificate (house.md); where TLS is asked for, no mail leaves without.
    """

    def __init__(
        self, mail: Mail, *, ca_file: str = "", wait: float = LONGEST_WAIT, exchange: float = LONGEST_EXCHANGE
    ) -> None:
        super().__init__(mail)
        self._context = ssl.create_default_context(cafile=ca_file or None)
        self._own_name = socket.getfqdn()
        self._times: dict[str, Any] = {"wait": wait, "exchange": exchange}
        self._session: Session | None = None

    def configure_host(self) -> Session:
        """A new session, signed in where a user name is set.

        :raises OSError: every way in which that can fail.
        """
        server, port, times = self.mail.server, int(self.mail.port or 0), self._times
        if self.mail.use_ssl:
            session: Session = TlsSession(server, port, local_hostname=self._own_name, context=self._context, **times)
        else:
            session = Session(server, port, local_hostname=self._own_name, **times)
        try:
            if self.mail.use_tls:
                session.starttls(context=self._context)
            if self.mail.username and self.mail.password:
                session.login(self.mail.username, self.mail.password)
            session.ehlo_or_helo_if_needed()  # a server that does not like our name refuses us, not a mail
        except BaseException:
            session.close()
            raise
        return session

    def open(self) -> None:
        """See ``Transport``."""
        if self._session is not None:
            return
        try:
            self._session = self.configure_host()
        except (OSError, ValueError) as error:  # ValueError: an answer that base64 or a host name cannot be
            raise UnreachableError(_said(error)) from error
        self.num_emails = 0

    def deliver(self, parcel: Parcel) -> Answer:
        """See ``Transport``."""
        session = self._session
        if session is None:
            return Answer(Fate.UNTRIED, connected=False)
        session.begin()
        try:
            session.sendmail(parcel.sender, [parcel.recipient], parcel.source)
        except (OSError, ValueError) as error:
            answer = _classified(error, fresh=self.num_emails == 0, in_data=session.in_data)
            if not answer.connected or session.sock is None:
                self._drop()
            return answer
        self.num_emails += 1
        return Answer(Fate.SENT)

    def close(self) -> None:
        """See ``Transport``."""
        if self._session is not None:
            self._session.begin()
            with contextlib.suppress(OSError):
                self._session.quit()
            self._drop()

    def hurry(self, seconds: float) -> None:
        """See ``Transport``."""
        if self._session is not None:
            self._session.hurry(seconds)

    def _drop(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


class MaildirTransport:
    """The embedded default: mails go into a folder that any mail program opens, and none leaves this machine."""

    def __init__(self, folder: Path) -> None:
        for name in ("", "tmp", "new", "cur"):
            (folder / name).mkdir(0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._maildir = mailbox.Maildir(folder)

    def open(self) -> None:
        """See ``Transport``."""

    def deliver(self, parcel: Parcel) -> Answer:
        """See ``Transport``: written and synchronised in ``tmp``, then moved to ``new``, as Maildir has it."""
        try:
            self._maildir.add(parcel.source.replace(b"\r\n", b"\n"))
            new = os.open(self._folder / "new", os.O_RDONLY)
            try:
                os.fsync(new)
            finally:
                os.close(new)
        except (OSError, mailbox.Error) as error:
            return Answer(Fate.LATER, 0, _said(error))
        return Answer(Fate.SENT)

    def close(self) -> None:
        """See ``Transport``."""

    def hurry(self, seconds: float) -> None:
        """See ``Transport``."""


def transport_for(settings: Settings) -> Transport:
    """What the environment asks for: the Maildir where no server is named."""
    if settings.mail_server:
        return SmtpTransport(current_app.extensions["mail"], ca_file=settings.mail_ca_file)
    return MaildirTransport(settings.data_folder / "mail")


def _classified(error: Exception, *, fresh: bool, in_data: bool) -> Answer:
    """What an exception of ``sendmail`` means for the mail, and for the session."""
    code, words = _code(error), _said(error)
    if not fresh and not in_data and (isinstance(error, smtplib.SMTPServerDisconnected) or _closing_time(error)):
        return Answer(Fate.UNTRIED, code, words, connected=False)
    if isinstance(error, UnicodeError | smtplib.SMTPNotSupportedError):
        return Answer(Fate.REFUSED, code, words)
    if isinstance(error, smtplib.SMTPSenderRefused) and code in NOT_SIGNED_IN:
        return Answer(Fate.LATER, code, words, connected=False)
    if code in PERMANENT:
        return Answer(Fate.REFUSED, code, words)
    return Answer(Fate.LATER, code, words, connected=code in TEMPORARY and code != CLOSING)


def _closing_time(error: Exception) -> bool:
    """The server ends the session at MAIL: enough mails for one session, or idle for too long."""
    return isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code == CLOSING


def _code(error: Exception) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return next(code for code, _ in error.recipients.values())
    return int(error.smtp_code) if isinstance(error, smtplib.SMTPResponseException) else 0


def _said(error: Exception) -> str:
    """One printable line: the server's own words where it had any, else what went wrong on the way."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        words: object = next(words for _, words in error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
    else:
        words = str(error) or type(error).__name__
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else str(words)
    code = _code(error)
    if code == GARBAGE:
        return "not an SMTP answer"
    return CONTROLS.sub(" ", f"{code} {text}" if code > 0 else text).strip()[:LONGEST_WORDS]

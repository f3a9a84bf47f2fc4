import mailbox
import socket
import stat
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_mail import Mail

from service.mail.transport import Answer, Fate, MaildirTransport, Parcel, SmtpTransport, UnreachableError
from tests.smtp import DRIP, DROP, HANG, Authority, SmtpServer

SOURCE = b"From: a@example.org\r\nTo: b@example.org\r\nMessage-ID: <1@example.org>\r\n\r\n.dot\r\nend\r\n"
PARCEL = Parcel("a@example.org", "b@example.org", SOURCE)
Connect = Callable[..., SmtpTransport]


@pytest.fixture
def connect(smtp_server: SmtpServer) -> Iterator[Connect]:
    """A transport to a server, by default that of the test; it is closed at the end."""
    made = []

    def connect(server: SmtpServer = smtp_server, ca_file: str = "", **config: Any) -> SmtpTransport:
        app = Flask(__name__)
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=server.port, **config)
        Mail(app)
        transport = SmtpTransport(app.extensions["mail"], ca_file=ca_file, wait=0.4, exchange=0.8)
        made.append(transport)
        return transport

    yield connect
    smtp_server.stopped.set()
    for transport in made:
        transport.close()


def opened(transport: SmtpTransport) -> SmtpTransport:
    transport.open()
    return transport


class TestSmtp:
    def test_mail_when_all_is_well_arrives_byte_for_byte(self, connect: Connect, smtp_server: SmtpServer) -> None:
        transport = opened(connect())

        answers = [transport.deliver(PARCEL), transport.deliver(replace(PARCEL, recipient="c@example.org"))]

        assert answers == [Answer(Fate.SENT), Answer(Fate.SENT)]
        assert [(mail.sender, mail.recipient, mail.source) for mail in smtp_server.mails] == [
            ("a@example.org", "b@example.org", SOURCE),
            ("a@example.org", "c@example.org", SOURCE),
        ]
        assert smtp_server.sessions == 1

    @pytest.mark.parametrize(
        ("verb", "answer", "expected"),
        [
            ("MAIL", "452 4.3.1 full", Answer(Fate.LATER, 452, "452 4.3.1 full")),
            ("MAIL", "421 4.7.0 busy", Answer(Fate.LATER, 421, "421 4.7.0 busy", connected=False)),
            ("MAIL", "553 5.1.8 not yours", Answer(Fate.REFUSED, 553, "553 5.1.8 not yours")),
            ("MAIL", "530 5.7.0 sign in", Answer(Fate.LATER, 530, "530 5.7.0 sign in", connected=False)),
            ("RCPT", "450 4.2.0 later", Answer(Fate.LATER, 450, "450 4.2.0 later")),
            ("RCPT", "421 4.7.0 busy", Answer(Fate.LATER, 421, "421 4.7.0 busy", connected=False)),
            ("RCPT", "432 4.3.2 slow down", Answer(Fate.LATER, 432, "432 4.3.2 slow down")),
            ("RCPT", "550-5.1.1 no\r\n550 5.1.1 such user", Answer(Fate.REFUSED, 550, "550 5.1.1 no 5.1.1 such user")),
            ("DATA", "451 4.3.0 later", Answer(Fate.LATER, 451, "451 4.3.0 later")),
            ("DATA", "554 5.7.1 no", Answer(Fate.REFUSED, 554, "554 5.7.1 no")),
            ("END", "451 4.3.0 later", Answer(Fate.LATER, 451, "451 4.3.0 later")),
            ("END", "552 5.3.4 too big", Answer(Fate.REFUSED, 552, "552 5.3.4 too big")),
            ("RCPT", "hello", Answer(Fate.LATER, -1, "not an SMTP answer", connected=False)),
            ("END", b"\x00\xff\xfe\r\n", Answer(Fate.LATER, -1, "not an SMTP answer", connected=False)),
            ("RCPT", "999 what", Answer(Fate.LATER, 999, "999 what", connected=False)),
            ("RCPT", "252 perhaps", Answer(Fate.LATER, 252, "252 perhaps", connected=False)),
        ],
    )
    def test_mail_when_server_answers_otherwise(
        self, connect: Connect, smtp_server: SmtpServer, verb: str, answer: Any, expected: Answer
    ) -> None:
        smtp_server.plan(verb, answer)

        assert opened(connect()).deliver(PARCEL) == expected
        assert smtp_server.mails == []

    def test_next_mail_when_one_recipient_is_refused_goes_on(self, connect: Connect, smtp_server: SmtpServer) -> None:
        smtp_server.refused["b@example.org"] = "550 5.1.1 no such user"
        transport = opened(connect())

        fates = [transport.deliver(replace(PARCEL, recipient=f"{who}@example.org")).fate for who in "abc"]

        assert fates == [Fate.SENT, Fate.REFUSED, Fate.SENT]
        assert smtp_server.sessions == 1

    @pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "END"])
    def test_mail_when_connection_breaks(self, connect: Connect, smtp_server: SmtpServer, verb: str) -> None:
        smtp_server.plan(verb, DROP)

        answer = opened(connect()).deliver(PARCEL)

        assert (answer.fate, answer.code, answer.connected) == (Fate.LATER, 0, False)

    @pytest.mark.parametrize(("verb", "answer"), [("MAIL", DROP), ("MAIL", "421 4.4.2 enough"), ("RCPT", DROP)])
    def test_mail_when_a_session_that_worked_ends_was_not_tried(
        self, connect: Connect, smtp_server: SmtpServer, verb: str, answer: Any
    ) -> None:
        transport = opened(connect())
        transport.deliver(PARCEL)
        smtp_server.plan(verb, answer)

        ended = transport.deliver(PARCEL)
        transport.open()

        assert (ended.fate, ended.connected) == (Fate.UNTRIED, False)
        assert transport.deliver(PARCEL).fate is Fate.SENT
        assert (smtp_server.sessions, len(smtp_server.mails)) == (2, 2)

    def test_mail_when_a_session_that_worked_breaks_after_data_was_tried(
        self, connect: Connect, smtp_server: SmtpServer
    ) -> None:
        transport = opened(connect())
        transport.deliver(PARCEL)
        smtp_server.plan("END", DROP)

        assert transport.deliver(PARCEL).fate is Fate.LATER

    @pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "END"])
    @pytest.mark.parametrize("trap", [HANG, DRIP])
    def test_mail_when_server_is_a_tarpit_ends_in_time(
        self, connect: Connect, smtp_server: SmtpServer, verb: str, trap: object
    ) -> None:
        smtp_server.plan(verb, trap)
        transport = opened(connect())

        began = time.monotonic()
        answer = transport.deliver(PARCEL)

        assert (answer.fate, answer.connected) == (Fate.LATER, False)
        assert time.monotonic() - began < 1.5

    def test_mail_when_answer_has_no_end_is_given_up(self, connect: Connect, smtp_server: SmtpServer) -> None:
        smtp_server.plan("MAIL", b"250-more\r\n" * 20_000)

        assert opened(connect()).deliver(PARCEL).fate is Fate.LATER

    def test_mail_when_the_worker_is_to_end_gets_little_time(self, connect: Connect, smtp_server: SmtpServer) -> None:
        smtp_server.plan("END", HANG)
        transport = opened(connect())
        smtp_server.on_text = lambda: transport.hurry(0.1)

        began = time.monotonic()
        answer = transport.deliver(PARCEL)

        assert answer.fate is Fate.LATER
        assert time.monotonic() - began < 0.35

    @pytest.mark.parametrize(
        ("plan", "words"),
        [
            ("554 5.3.2 no service", "554 5.3.2 no service"),
            (DROP, "Connection unexpectedly closed"),
            (HANG, "Connection unexpectedly closed: timed out"),
            (DRIP, "Connection unexpectedly closed: timed out"),
            (b"\xff\xfe garbage\r\n", "not an SMTP answer"),
        ],
    )
    def test_session_when_greeting_is_none(
        self, connect: Connect, smtp_server: SmtpServer, plan: Any, words: str
    ) -> None:
        smtp_server.plan("CONNECT", plan)

        with pytest.raises(UnreachableError) as error:
            connect().open()

        assert str(error.value) == words

    def test_session_when_nobody_listens(self, connect: Connect) -> None:
        with socket.socket() as nobody:
            nobody.bind(("127.0.0.1", 0))

            with pytest.raises(UnreachableError, match="refused"):
                connect(SmtpServer(port=nobody.getsockname()[1])).open()

    def test_session_when_password_is_wrong(self, connect: Connect, smtp_server: SmtpServer) -> None:
        smtp_server.always("AUTH", "535 5.7.8 wrong")

        with pytest.raises(UnreachableError, match=r"^535 5\.7\.8 wrong$"):
            connect(MAIL_USERNAME="desk", MAIL_PASSWORD="secret").open()


class TestTls:
    @pytest.mark.parametrize("implicit", [False, True])
    def test_mail_when_certificate_is_known(self, connect: Connect, authority: Authority, *, implicit: bool) -> None:
        with SmtpServer(authority.context, implicit_tls=implicit).running() as server:
            transport = connect(
                server,
                str(authority.ca_file),
                MAIL_USE_SSL=implicit,
                MAIL_USE_TLS=not implicit,
                MAIL_USERNAME="desk",
                MAIL_PASSWORD="secret",
            )

            answer = opened(transport).deliver(PARCEL)
            transport.close()

        assert answer == Answer(Fate.SENT)
        assert server.seen == [
            *(["CONNECT"] if implicit else ["CONNECT", "STARTTLS"]),
            *["AUTH", "MAIL", "RCPT", "DATA", "END", "QUIT"],
        ]

    @pytest.mark.parametrize("implicit", [False, True])
    def test_session_when_certificate_is_of_a_stranger_is_refused(
        self, connect: Connect, authority: Authority, *, implicit: bool
    ) -> None:
        with SmtpServer(authority.context, implicit_tls=implicit).running() as server:
            transport = connect(server, MAIL_USE_SSL=implicit, MAIL_USE_TLS=not implicit)

            with pytest.raises(UnreachableError, match="CERTIFICATE_VERIFY_FAILED"):
                transport.open()

        assert "MAIL" not in server.seen

    def test_session_when_certificate_is_for_another_name_is_refused(
        self, connect: Connect, authority: Authority, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with SmtpServer(authority.context).running() as server:
            transport = connect(server, str(authority.ca_file), MAIL_USE_TLS=True)
            monkeypatch.setattr(transport.mail, "server", "localhost")

            with pytest.raises(UnreachableError, match="Hostname mismatch"):
                transport.open()

    def test_session_when_starttls_is_not_offered_is_refused(self, connect: Connect, smtp_server: SmtpServer) -> None:
        with pytest.raises(UnreachableError, match="STARTTLS extension not supported by server"):
            connect(MAIL_USE_TLS=True).open()

        assert smtp_server.seen == ["CONNECT"]

    def test_session_when_starttls_is_put_off_is_refused(self, connect: Connect, authority: Authority) -> None:
        with SmtpServer(authority.context).running() as server:
            server.plan("STARTTLS", "454 4.7.0 not now")

            with pytest.raises(UnreachableError, match=r"^454 4\.7\.0 not now$"):
                connect(server, str(authority.ca_file), MAIL_USE_TLS=True).open()


class TestMaildir:
    def test_mail_when_no_server_is_named_lies_in_new(self, tmp_path: Path) -> None:
        transport = MaildirTransport(tmp_path / "var" / "mail")

        assert transport.deliver(PARCEL) == Answer(Fate.SENT)

        folder = mailbox.Maildir(tmp_path / "var" / "mail", create=False)
        assert [message.get_subdir() for message in folder] == ["new"]
        assert [bytes(message) for message in folder] == [SOURCE.replace(b"\r\n", b"\n")]
        assert list((tmp_path / "var" / "mail" / "tmp").iterdir()) == []
        assert stat.S_IMODE((tmp_path / "var" / "mail").stat().st_mode) == 0o700

    def test_mail_when_folder_cannot_be_written_waits(self, tmp_path: Path) -> None:
        transport = MaildirTransport(tmp_path / "mail")
        (tmp_path / "mail" / "tmp").rmdir()

        assert transport.deliver(PARCEL).fate is Fate.LATER

import socket
import time
from dataclasses import replace
from typing import Any

import pytest

from service.mail.transport import Answer, Fate, UnreachableError
from tests.mail.sessions import IMPATIENT, IN_TIME, PARCEL, SOURCE, Connect, opened
from tests.smtp import DRIP, DROP, HANG, SmtpServer


def test_mail_when_all_is_well_arrives_byte_for_byte(connect: Connect, smtp_server: SmtpServer) -> None:
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
    connect: Connect, smtp_server: SmtpServer, verb: str, answer: Any, expected: Answer
) -> None:
    smtp_server.plan(verb, answer)

    assert opened(connect()).deliver(PARCEL) == expected
    assert smtp_server.mails == []


def test_next_mail_when_one_recipient_is_refused_goes_on(connect: Connect, smtp_server: SmtpServer) -> None:
    smtp_server.refused["b@example.org"] = "550 5.1.1 no such user"
    transport = opened(connect())

    fates = [transport.deliver(replace(PARCEL, recipient=f"{who}@example.org")).fate for who in "abc"]

    assert fates == [Fate.SENT, Fate.REFUSED, Fate.SENT]
    assert smtp_server.sessions == 1


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "END"])
def test_mail_when_connection_breaks(connect: Connect, smtp_server: SmtpServer, verb: str) -> None:
    smtp_server.plan(verb, DROP)

    answer = opened(connect()).deliver(PARCEL)

    assert (answer.fate, answer.code, answer.connected) == (Fate.LATER, 0, False)


@pytest.mark.parametrize(("verb", "answer"), [("MAIL", DROP), ("MAIL", "421 4.4.2 enough"), ("RCPT", DROP)])
def test_mail_when_a_session_that_worked_ends_was_not_tried(
    connect: Connect, smtp_server: SmtpServer, verb: str, answer: Any
) -> None:
    transport = opened(connect())
    transport.deliver(PARCEL)
    smtp_server.plan(verb, answer)

    ended = transport.deliver(PARCEL)
    transport.open()

    assert (ended.fate, ended.connected) == (Fate.UNTRIED, False)
    assert transport.deliver(PARCEL).fate is Fate.SENT
    assert (smtp_server.sessions, len(smtp_server.mails)) == (2, 2)


def test_mail_when_a_session_that_worked_breaks_after_data_was_tried(connect: Connect, smtp_server: SmtpServer) -> None:
    transport = opened(connect())
    transport.deliver(PARCEL)
    smtp_server.plan("END", DROP)

    assert transport.deliver(PARCEL).fate is Fate.LATER


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", "END"])
@pytest.mark.parametrize("trap", [HANG, DRIP])
def test_mail_when_server_is_a_tarpit_ends_in_time(
    connect: Connect, smtp_server: SmtpServer, verb: str, trap: object
) -> None:
    smtp_server.plan(verb, trap)
    transport = opened(connect(times=IMPATIENT))

    began = time.monotonic()
    answer = transport.deliver(PARCEL)

    assert (answer.fate, answer.connected) == (Fate.LATER, False)
    assert time.monotonic() - began < IN_TIME


def test_mail_when_answer_has_no_end_is_given_up(connect: Connect, smtp_server: SmtpServer) -> None:
    smtp_server.plan("MAIL", b"250-more\r\n" * 20_000)

    assert opened(connect()).deliver(PARCEL).fate is Fate.LATER


def test_mail_when_the_worker_is_to_end_gets_little_time(connect: Connect, smtp_server: SmtpServer) -> None:
    smtp_server.plan("END", HANG)
    transport = opened(connect())
    smtp_server.on_text = lambda: transport.hurry(0.1)

    began = time.monotonic()
    answer = transport.deliver(PARCEL)

    assert answer.fate is Fate.LATER
    assert time.monotonic() - began < IN_TIME


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
def test_session_when_greeting_is_none(connect: Connect, smtp_server: SmtpServer, plan: Any, words: str) -> None:
    smtp_server.plan("CONNECT", plan)

    with pytest.raises(UnreachableError) as error:
        connect(times=IMPATIENT).open()

    assert str(error.value) == words


def test_session_when_nobody_listens(connect: Connect) -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))

        with pytest.raises(UnreachableError, match="refused"):
            connect(SmtpServer(port=nobody.getsockname()[1])).open()


def test_session_when_password_is_wrong(connect: Connect, smtp_server: SmtpServer) -> None:
    smtp_server.always("AUTH", "535 5.7.8 wrong")

    with pytest.raises(UnreachableError, match=r"^535 5\.7\.8 wrong$"):
        connect(MAIL_USERNAME="desk", MAIL_PASSWORD="secret").open()


def test_session_when_server_wants_nobody_of_our_name_begins_with_no_mail(
    connect: Connect, smtp_server: SmtpServer
) -> None:
    for verb in ("EHLO", "HELO"):
        smtp_server.always(verb, "550 5.7.1 not from there")

    with pytest.raises(UnreachableError, match=r"^550 5\.7\.1 not from there$"):
        connect().open()

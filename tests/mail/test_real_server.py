"""The full path through a real mail server, Debian's postfix: our worker, its queue, a mailbox; and back again."""

import time
from dataclasses import replace
from email import message_from_bytes

import pytest

from service.extensions import db
from service.mail.incoming.reading import read
from service.mail.transport import transport_for
from service.mail.worker import work_once
from service.models import Registration
from service.runtime import runtime
from service.settings import Settings
from service.transaction import transaction
from service.usecases.file_mail import file_mail
from tests.builders import NOW
from tests.mail.outgoing import change, messages, queue, sources
from tests.postfix import Postfix
from tests.smtp import Received, SmtpServer

pytestmark = [
    pytest.mark.slow,
    pytest.mark.usefixtures("app"),
    pytest.mark.parametrize("database_url", ["sqlite"], indirect=True),
]


@pytest.fixture
def settings(settings: Settings, postfix: Postfix) -> Settings:
    """As everywhere, but mail goes through postfix."""
    return replace(settings, mail_port=postfix.port)


def work() -> None:
    work_once(transport_for(runtime().settings), clock=runtime().clock)


def relayed(server: SmtpServer, count: int) -> list[Received]:
    until = time.monotonic() + 20
    while len(server.mails) < count and time.monotonic() < until:
        time.sleep(0.05)
    assert len(server.mails) == count
    return server.mails


def test_mail_when_the_server_keeps_the_mailbox_lies_in_it_as_it_was_written(postfix: Postfix) -> None:
    queue(1)
    change(1, recipient="els@vub.be")

    work()

    mail = postfix.arrived("els")
    assert messages("state", "error") == [("sent", "")]
    assert message_from_bytes(mail)["Return-Path"] == "<events_bsog@vub.be>"
    assert mail.endswith(sources()[1].replace(b"\r\n", b"\n"))


def test_mails_when_the_server_relays_them_arrive_byte_for_byte_behind_their_trace(smtp_server: SmtpServer) -> None:
    queue(3)
    smtp_server.plan("RCPT", "450 4.2.0 greylisted")

    work()

    assert messages("state", "attempts") == [("sent", 1)] * 3
    for mail in relayed(smtp_server, 3):
        number = int(mail.recipient.removeprefix("an").partition("@")[0])
        trace, _, ours = mail.source.partition(b"\r\nFrom: ")
        assert trace.startswith(b"Received: from ")
        assert b"From: " + ours == sources()[number]


def test_mail_when_the_server_knows_nobody_of_that_name_is_a_dead_letter_at_once(postfix: Postfix) -> None:
    queue(2)
    change(1, recipient="nobody@vub.be")
    change(2, recipient="els@vub.be")

    work()

    assert postfix.arrived("els")
    assert messages("state") == ["failed", "sent"]
    assert messages("error")[0].startswith("550 5.1.1 <nobody@vub.be>: Recipient address rejected")


def test_mail_when_it_comes_back_later_is_a_dead_letter_too(postfix: Postfix, smtp_server: SmtpServer) -> None:
    queue(1)
    smtp_server.refused["an1@example.org"] = "550 5.1.1 <an1@example.org>: no such user here"
    work()
    sent = messages("state")

    report = postfix.arrived("events_bsog")
    with transaction() as session:
        file_mail(session, read(report, identity="1", received_at=NOW, trusted=""), now=NOW)

    assert sent == ["sent"]
    assert message_from_bytes(report).get_content_type() == "multipart/report"
    assert messages("state") == ["bounced"]
    assert "550 5.1.1 <an1@example.org>: no such user here" in messages("error")[0]
    assert db.session.get_one(Registration, 1).undeliverable_at == NOW

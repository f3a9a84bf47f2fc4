"""What an IMAP server may do to us, and that it costs a minute at most."""

import time
from threading import Event

import pytest

from service.mail.incoming.connection import Address, MailboxError
from service.mail.incoming.inbox import Inbox, _envelope, _records
from tests.dovecot import PASSWORD, USER, Dovecot, MakeDovecot
from tests.mail.incoming.middleman import Middleman, dripping
from tests.mail.incoming.post import mail


def test_address_when_it_is_percent_encoded_is_decoded() -> None:
    address = Address.of("imaps://desk%40example.org:p%40ss%2Fw%25rd@mail.example.org/INBOX%2FR%C3%A9unions")

    assert (address.host, address.port, address.tls) == ("mail.example.org", 993, True)
    assert (address.user, address.password, address.folder) == ("desk@example.org", "p@ss/w%rd", "INBOX/Réunions")
    assert address.name == "desk@example.org@mail.example.org/INBOX/Réunions"


@pytest.mark.parametrize("greeting", [b"* OK soon", b"\n", b"x"])
def test_session_when_the_server_drips_is_over_in_time(greeting: bytes) -> None:
    with dripping(greeting) as port:
        began = time.monotonic()
        with pytest.raises(MailboxError, match=r"no answer within 1 seconds|\w"):
            Inbox(Address.of(f"imap://a:b@127.0.0.1:{port}/INBOX"), wait=0.5, exchange=1)

        assert time.monotonic() - began < 3


@pytest.mark.parametrize("scheme", ["imap", "imaps"])
def test_session_when_the_server_says_nothing_is_over_in_time(scheme: str) -> None:
    with dripping(b"") as port, pytest.raises(MailboxError, match=r"EOF|closed|timed out|reset"):
        Inbox(Address.of(f"{scheme}://a:b@127.0.0.1:{port}/INBOX"), wait=0.5, exchange=1)


@pytest.mark.parametrize("word", [b"LOGIN", b"SELECT", b"SEARCH", b"FETCH", b"BODY.PEEK[]", b"IDLE"])
@pytest.mark.parametrize("cut", [True, False])
def test_session_when_it_breaks_at_any_word_says_so(dovecot: Dovecot, word: bytes, *, cut: bool) -> None:
    dovecot.deliver(mail(1))
    with Middleman(dovecot.plain_port, word, cut=cut).running() as middleman:
        address = Address.of(dovecot.url().replace(f":{dovecot.plain_port}/", f":{middleman.port}/"))
        began = time.monotonic()
        with pytest.raises(MailboxError):
            whole_session(address)

        assert middleman.heard.is_set()
        assert time.monotonic() - began < 6


def whole_session(address: Address) -> None:
    with Inbox(address, wait=0.5, exchange=1) as inbox:
        (uid,) = inbox.uids_after(0)
        inbox.envelopes([uid])
        list(inbox.source(uid, 1_000))
        inbox.wait(5, Event())


def test_wait_when_a_mail_arrives_ends_at_once(dovecot: Dovecot) -> None:
    with Inbox(Address.of(dovecot.url())) as inbox:
        assert inbox.uids_after(0) == []
        dovecot.deliver(mail(1))
        began = time.monotonic()
        inbox.wait(30, Event())

        assert time.monotonic() - began < 10
        assert inbox.uids_after(0) == [1]


def test_wait_when_the_server_has_no_idle_ends_after_a_while(
    make_dovecot: MakeDovecot, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = make_dovecot("imap_capability = IMAP4rev1")
    monkeypatch.setattr("service.mail.incoming.inbox.WITHOUT_IDLE", 0.5)
    with Inbox(Address.of(server.url())) as inbox:
        server.deliver(mail(1))
        began = time.monotonic()
        inbox.wait(30, Event())

        assert time.monotonic() - began < 10
        assert inbox.uids_after(0) == [1]


def test_wait_when_told_to_stop_ends_soon(dovecot: Dovecot) -> None:
    stop = Event()
    stop.set()
    with Inbox(Address.of(dovecot.url())) as inbox:
        began = time.monotonic()
        inbox.wait(30, stop)

        assert time.monotonic() - began < 3
        assert inbox.uids_after(0) == []  # the session is as good as before


def test_source_when_it_is_longer_than_a_piece_is_whole(dovecot: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    source = mail(1, body="0123456789\n" * 100).replace(b"\n", b"\r\n")
    dovecot.deliver(source)
    monkeypatch.setattr("service.mail.incoming.inbox.CHUNK", 100)

    with Inbox(Address.of(dovecot.url())) as inbox:
        assert b"".join(inbox.source(1, 1_000_000)) == source
        assert b"".join(inbox.source(1, 250)) == source[:300]


def test_envelope_when_it_is_fetched_says_what_there_is(dovecot: Dovecot) -> None:
    dovecot.deliver(mail(1), b"Subject: x\n\ny\n", b"Message-ID:\n <folded@example.org>\n\ny\n")

    with Inbox(Address.of(dovecot.url())) as inbox:
        found = inbox.envelopes([1, 2, 3, 4])

    assert [(one.uid, one.message_id) for one in found] == [
        (1, "<1@example.org>"),
        (2, ""),
        (3, "<folded@example.org>"),
    ]
    assert found[0].received_at is not None
    assert found[1].size == len(b"Subject: x\r\n\r\ny\r\n")
    assert (USER, PASSWORD) == ("desk", "p@ss/w%rd")


@pytest.mark.parametrize(
    ("answers", "found"),
    [
        ([(b'1 (UID 7 RFC822.SIZE 9 INTERNALDATE " 1-Mar-2023 10:00:00 +0100" BODY[X]<0> {0}', b""), b")"], [(7, "")]),
        ([(b"1 (RFC822.SIZE 9 BODY[X]<0> {26}", b"Message-ID: <a@b.be>\r\n\r\n"), b" UID 7)"], [(7, "<a@b.be>")]),
        ([b'1 (UID 7 RFC822.SIZE 9 BODY[X]<0> "")'], [(7, "")]),
        ([b"1 (UID 7 RFC822.SIZE 9 BODY[X]<0> NIL)"], [(7, "")]),
        ([b"3 (FLAGS (\\Seen))", b"1 (UID 7 RFC822.SIZE 9 BODY[X]<0> NIL)", b"3 (UID 4 FLAGS ())"], [(7, "")]),
        ([None], []),
    ],
)
def test_envelope_when_servers_order_it_in_their_own_way(answers: list[object], found: list[tuple[int, str]]) -> None:
    envelopes = [_envelope(record) for record in _records(answers)]

    assert [(one.uid, one.message_id) for one in envelopes if one] == found


def test_envelope_when_it_cannot_be_understood_passes_no_mail_over() -> None:
    with pytest.raises(MailboxError, match="without UID"):
        _envelope((b"1 (UID 7 BODY[X]<0> NIL)", b""))

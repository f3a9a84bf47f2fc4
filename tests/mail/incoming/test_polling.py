"""The mailbox on a real server: what is in there is read once, lands where it belongs, and is never lost."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from service.domain.refusals import Unavailable
from service.extensions import db
from service.mail.incoming import filing, inbox, limited
from service.mail.incoming.received import ReceivedMail
from service.models import IncomingMail
from service.usecases.file_mail import Filed, file_mail
from tests.conftest import Clock
from tests.dovecot import Dovecot
from tests.mail.incoming.post import Look, mail, rows, state

NESTED = b"From: " + b"(" * 20_000 + b")" * 20_000 + b" an@example.org\n\nx\n"
INBOX, AUTOMATIC, ASIDE = "INBOX", "Studiedag.Automatic", "Studiedag.Put aside"


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every mail is done with, and belongs in a folder."""

    def file(session: Any, arrived: ReceivedMail, *, now: datetime) -> Filed:
        filed = file_mail(session, arrived, now=now)
        session.execute(sa.update(IncomingMail).values(state="done", folder="Automatic"))
        return replace(filed, state="done", folder="Automatic")

    monkeypatch.setattr(filing, "file_mail", file)


def test_mail_when_nobody_understands_it_stays_flagged(dovecot: Dovecot, look: Look) -> None:
    dovecot.deliver(mail(1), mail(2))

    look()

    assert dovecot.folders() == {INBOX: 2}
    assert (dovecot.flagged(), dovecot.flagged("SEEN")) == (2, 0)
    assert rows("sender", "subject", "text", "state", "folder") == [
        ("an@example.org", f"Vraag {number}", "Graag nog een plaats.", "waiting", "") for number in (1, 2)
    ]


@pytest.mark.usefixtures("answers")
def test_mail_when_done_with_is_moved(dovecot: Dovecot, look: Look, clock: Clock) -> None:
    dovecot.deliver(mail(1), mail(2))

    tally = look()

    assert tally is not None
    assert (tally.moved, tally.left) == (2, 0)
    assert dovecot.folders() == {AUTOMATIC: 2}
    assert rows("folder") == ["Automatic"] * 2
    assert state("last_uid", "polled_at", "error") == (2, clock.now, "")


def test_mail_when_looked_at_again_is_not_fetched(
    dovecot: Dovecot, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(mail(1))
    look()
    fetched: list[str] = []
    fetch = inbox.Inbox._fetch

    def counted(self: inbox.Inbox, uids: str, what: str) -> list[Any]:
        fetched.append(uids)
        return fetch(self, uids, what)

    monkeypatch.setattr(inbox.Inbox, "_fetch", counted)
    look()
    dovecot.deliver(mail(2))
    look()

    assert fetched == ["2", "2"]
    assert len(rows("id")) == 2


def test_mail_when_hostile_is_put_aside_and_the_next_one_read(dovecot: Dovecot, look: Look) -> None:
    dovecot.deliver(NESTED, mail(2))

    look()

    assert dovecot.folders() == {ASIDE: 1, INBOX: 1}
    assert rows("kind", "state") == [("unreadable", "waiting"), ("other", "waiting")]
    assert rows("outcome")[0] == "header_too_long"


def test_mail_when_too_large_is_put_aside_by_its_header(
    dovecot: Dovecot, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    dovecot.deliver(mail(1, body="x" * 70 + "\n" + "0123456789\n" * 1_000_000), mail(2))
    source, fetched = inbox.Inbox.source, []

    def noted(self: inbox.Inbox, uid: int, most: int) -> Iterator[bytes]:
        fetched.append(uid)
        return source(self, uid, most)

    monkeypatch.setattr(inbox.Inbox, "source", noted)
    look()

    assert fetched == [2]
    assert dovecot.folders() == {ASIDE: 1, INBOX: 1}
    assert rows("kind", "outcome", "sender", "subject", "text")[0] == (
        *("unreadable", "too_large"),
        *("an@example.org", "Vraag 1", ""),
    )


@pytest.mark.usefixtures("answers")
def test_mail_when_it_comes_twice_is_filed_once(dovecot: Dovecot, look: Look) -> None:
    nameless = mail(1).replace(b"Message-ID", b"X-Other")
    dovecot.deliver(mail(1), nameless)
    look()
    dovecot.deliver(mail(1), b"Received: by another.example\n" + nameless)
    look()

    assert len(rows("id")) == 2
    assert dovecot.folders() == {AUTOMATIC: 4}


def test_mails_when_the_server_numbers_them_anew_are_known(dovecot: Dovecot, look: Look) -> None:
    dovecot.deliver(mail(1), mail(2))
    look()
    before = state("uid_validity")
    dovecot.number_anew()
    dovecot.deliver(mail(3))

    look()

    assert state("uid_validity") != before
    assert rows("subject") == ["Vraag 1", "Vraag 2", "Vraag 3"]
    assert state("last_uid") == (3,)


def test_mail_when_killed_between_filing_and_moving_is_moved_the_next_time(
    dovecot: Dovecot, look: Look, answers: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    del answers
    dovecot.deliver(mail(1), mail(2))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(inbox.Inbox, "move", killed)
        with pytest.raises(KeyboardInterrupt):
            look()
    assert (dovecot.folders(), len(rows("id"))) == ({INBOX: 2}, 1)
    look()

    assert (dovecot.folders(), len(rows("id"))) == ({AUTOMATIC: 2}, 2)


def test_mail_when_filing_stumbles_over_it_is_put_aside(
    dovecot: Dovecot, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    def file(session: Any, arrived: ReceivedMail, *, now: datetime) -> Filed:
        if arrived.subject == "Vraag 1":
            raise ZeroDivisionError
        return file_mail(session, arrived, now=now)

    monkeypatch.setattr(filing, "file_mail", file)
    dovecot.deliver(mail(1), mail(2))
    look()

    assert dovecot.folders() == {ASIDE: 1, INBOX: 1}
    assert rows("kind") == ["unreadable", "other"]
    assert rows("outcome")[0] == "not_filed"


def test_mail_when_its_words_cannot_be_stored_is_put_aside_without_them(
    dovecot: Dovecot, look: Look, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = limited.Parser.read

    def surrogate(*args: Any, **values: Any) -> ReceivedMail:
        arrived = read(*args, **values)
        return replace(arrived, text="\ud800") if arrived.subject == "Vraag 1" else arrived

    monkeypatch.setattr(limited.Parser, "read", surrogate)
    dovecot.deliver(mail(1), mail(2))
    look()

    assert dovecot.folders() == {ASIDE: 1, INBOX: 1}
    assert rows("kind", "outcome", "sender", "subject")[0] == ("unreadable", "not_filed", "", "")
    assert rows("received_at", "subject")[1] == (clock.now, "Vraag 2")


def test_mail_when_the_database_is_away_is_left_for_later(
    dovecot: Dovecot, look: Look, monkeypatch: pytest.MonkeyPatch
) -> None:
    def file(*_: object, **__: object) -> Filed:
        raise Unavailable

    dovecot.deliver(mail(1))
    with monkeypatch.context() as patch:
        patch.setattr(filing, "file_mail", file)
        with pytest.raises(Unavailable):
            look()
    look()

    assert rows("subject") == ["Vraag 1"]


@pytest.mark.usefixtures("answers")
def test_mailbox_when_two_workers_look_at_once_gives_each_mail_once(dovecot: Dovecot, look: Look, app: Flask) -> None:
    dovecot.deliver(*(mail(number) for number in range(1, 31)))
    start = threading.Barrier(2)
    failures: list[BaseException] = []

    def work() -> None:
        with app.app_context():
            start.wait()
            try:
                look()
            except BaseException as error:  # noqa: BLE001 - shown below
                failures.append(error)
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert sorted(rows("subject")) == sorted(f"Vraag {number}" for number in range(1, 31))
    assert dovecot.folders() == {AUTOMATIC: 30}
    assert state("last_uid") == (30,)

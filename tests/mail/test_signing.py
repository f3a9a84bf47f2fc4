import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dkim
import pytest

from service.domain.subject import Subject
from service.mail import outbox
from service.mail.delivery import Delivery
from service.mail.signing import signed, signing_key
from service.settings import Settings, SettingsError
from service.transaction import transaction
from tests.builders import NOW, make_day
from tests.conftest import Clock
from tests.mail.outgoing import queue, sources
from tests.smtp import SmtpServer

SOURCE = (
    b"From: An <a@vub.be>\r\nTo: b@example.org\r\nSubject: Dag\r\nDate: Wed, 01 Feb 2023 09:00:00 +0000\r\n"
    b"Message-ID: <1@vub.be>\r\nList-Id:\r\n <x.example>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain\r\n"
    b"\r\nDag\r\n"
)


def openssl(*arguments: str | Path) -> bytes:
    command = shutil.which("openssl")
    assert command is not None
    return subprocess.run([command, *arguments], check=True, capture_output=True).stdout


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("dkim") / "key.pem"
    openssl("genrsa", "-out", file, "2048")
    return file


@pytest.fixture(scope="session")
def record(key: Path) -> bytes:
    """What the domain publishes."""
    lines = openssl("rsa", "-in", key, "-pubout").split(b"\n")
    return b"v=DKIM1; k=rsa; p=" + b"".join(line for line in lines if not line.startswith(b"-----"))


@pytest.fixture
def settings(settings: Settings, key: Path) -> Settings:
    signing = {"dkim_key_file": str(key), "dkim_selector": "mail2026", "dkim_domain": "vub.be"}
    return replace(settings, **signing)  # type: ignore[arg-type]  # all of them are texts


@pytest.fixture
def verify(record: bytes) -> Callable[[bytes], bool]:
    """As a receiver would, with a DNS of our own."""
    names = {b"mail2026._domainkey.vub.be.": record}

    def verify(source: bytes) -> bool:
        assert source.startswith(b"DKIM-Signature: ")
        return bool(dkim.verify(source, dnsfunc=lambda name, **_: names[name]))

    return verify


def test_mail_when_a_key_is_set_is_signed_and_verifies(
    delivery: Delivery, smtp_server: SmtpServer, verify: Callable[[bytes], bool]
) -> None:
    queue(1)
    delivery.batch()

    (mail,) = smtp_server.mails
    assert verify(mail.source)
    assert mail.source == sources()[1]
    assert f" t={int(NOW.timestamp())};".encode() in mail.source
    assert b" c=relaxed/relaxed;" in mail.source
    assert max(len(line) for line in mail.source.split(b"\r\n")) <= 76


@pytest.mark.parametrize(
    ("change", "to"),
    [
        (b"From: An", b"From: Els"),
        (b"To: b@", b"To: c@"),
        (b"Subject: Dag", b"Subject: Tot nooit"),
        (b"\r\nDate: Wed, 01", b"\r\nDate: Thu, 02"),
        (b"Message-ID: <1", b"Message-ID: <2"),
        (b"<x.example>", b"<y.example>"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.1"),
        (b"Content-Type: text/plain", b"Content-Type: text/html"),
        (b"\r\nDag\r\n", b"\r\nTot nooit\r\n"),
        *[
            (b"From: An", name + b": x@y.example\r\nFrom: An")
            for name in (b"From", b"To", b"Subject", b"Reply-To", b"Cc")
        ],
        (b"From: An", b"Content-Transfer-Encoding: base64\r\nFrom: An"),
    ],
)
def test_signature_when_the_mail_was_changed_does_not_verify(
    settings: Settings, verify: Callable[[bytes], bool], change: bytes, to: bytes
) -> None:
    source = signed(SOURCE, "a@vub.be", settings, at=NOW)
    head, _, rest = source.partition(b"\r\nFrom: ")
    rest = b"\r\nFrom: " + rest

    assert verify(source)
    assert change in rest
    assert not verify(head + rest.replace(change, to, 1))


def test_signature_when_servers_fold_and_strip_on_the_way_verifies(
    settings: Settings, verify: Callable[[bytes], bool]
) -> None:
    source = signed(SOURCE, "a@vub.be", settings, at=NOW)
    on_the_way = source.replace(b"Subject: Dag", b"SUBJECT:   Dag ").replace(b"\r\nDag\r\n", b"\r\nDag  \r\n\r\n")

    assert on_the_way != source
    assert verify(on_the_way)


@pytest.mark.parametrize(
    ("sender", "is_signed"),
    [
        ("a@vub.be", True),
        ("a@VUB.be", True),
        ("a@mail.vub.be", True),
        ("a@notvub.be", False),
        ("a@example.org", False),
        ("a@be", False),
    ],
)
def test_mail_when_its_sender_is_of_another_domain_goes_unsigned(
    settings: Settings, sender: str, *, is_signed: bool
) -> None:
    assert (signed(SOURCE, sender, settings, at=NOW) != SOURCE) == is_signed


def test_sign_in_letter_when_made_again_has_the_same_signature(
    delivery: Delivery, smtp_server: SmtpServer, clock: Clock
) -> None:
    until = (NOW + timedelta(hours=1)).isoformat()
    with transaction() as session:
        day = make_day(session, mailbox="events_bsog@vub.be")
        day.organiser.mailbox = "events_bsog@vub.be"
        session.flush()
        about = Subject(day.organiser_id)
        letter = outbox.row(
            "sign_in", about=about, to="els@vub.be", language="nl", now=NOW, token="t", expires_at=until
        )
        outbox.put(session, letter)
    smtp_server.plan("END", "451 4.3.0 later")
    for _ in range(2):
        delivery.batch()
        delivery._rests_until = 0
        clock.advance(timedelta(minutes=1))

    first, second = smtp_server.texts
    assert first == second
    assert first.startswith(b"DKIM-Signature: ")


def test_key_when_it_is_none_is_named(settings: Settings, tmp_path: Path) -> None:
    elliptic = tmp_path / "ec.pem"
    openssl("ecparam", "-genkey", "-name", "prime256v1", "-noout", "-out", elliptic)
    short = tmp_path / "short.pem"
    openssl("genrsa", "-out", short, "512")
    nonsense = tmp_path / "nonsense.pem"
    nonsense.write_bytes(b"\xff nonsense")
    broken = tmp_path / "broken.pem"
    broken.write_text("-----BEGIN RSA PRIVATE KEY-----\nMAAA\n-----END RSA PRIVATE KEY-----\n")

    for file, words in ((elliptic, "no RSA"), (short, "too short"), (nonsense, "no RSA"), (broken, "no RSA")):
        with pytest.raises(SettingsError, match=rf"^DKIM_KEY_FILE: .*{words}"):
            signing_key(replace(settings, dkim_key_file=str(file)))
    with pytest.raises(SettingsError, match=r"^DKIM_KEY_FILE: .* cannot be read: No such file"):
        signing_key(replace(settings, dkim_key_file=str(tmp_path / "none.pem")))
    assert signing_key(replace(settings, dkim_key_file="")) == b""

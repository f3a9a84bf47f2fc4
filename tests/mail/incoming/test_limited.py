"""Mails made to break whoever reads them: each costs one mail, and the next one is read."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from service.mail.incoming import limited
from service.mail.incoming.limited import Parser
from service.mail.incoming.received import ReceivedMail, UnreadableError
from tests.mail.incoming.shapes import AT, GMAIL, OUTLOOK, PLAIN_OBJECT, parsed

ROOT: Final = Path(__file__).parents[3]
HEAD: Final = b"From: An <an@example.org>\r\nMessage-ID: <1@example.org>\r\n"
HOSTILE: Final = {
    "a From of 350 kB": b"From: " + b"a b\r\n " * 70_000 + b"@example.org\r\n\r\nx",
    "40 kB of nested comments": b"From: " + b"(" * 20_000 + b")" * 20_000 + b" a@b.be\r\n\r\nx",
    "nested multiparts": HEAD
    + b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(2_500)),
    "nested mails": HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 4_000,
    "5,000 parts": HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 5_000,
    "100,000 attendees": HEAD
    + b"Content-Type: text/calendar\r\n\r\n"
    + PLAIN_OBJECT.replace("SEQUENCE:2\r\n", "ATTENDEE;PARTSTAT=DECLINED:mailto:a@b.be\r\n" * 100_000).encode(),
}
HARMLESS: Final = {
    "8 kB of nested comments": b"From: " + b"(" * 4_000 + b")" * 4_000 + b" a@b.be\r\n\r\nx",
    "an address list of 60 kB": HEAD + b"Cc: " + b"(" * 60_000 + b"\r\n\r\nx",
    "zero octets": HEAD + b"Content-Type: text/plain; charset=a\0b\r\n\r\n\0x\0",
    "8 MB of open tags": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<div" * 2_000_000 + b">",
    "400 kB of comments": HEAD + b"Content-Type: text/html\r\n\r\n" + b"<!--" * 100_000,
    "8 MB in base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"eHh4" * 2_000_000,
    "20,000 parameters": HEAD
    + b"Content-Type: text/plain; "
    + b"; ".join(b"a*%d=x" % n for n in range(20_000))
    + b"\r\n\r\nx",
    "a compressed attachment": HEAD + b"Content-Type: application/gzip; name=bomb.ics.gz\r\n\r\n" + b"\x1f\x8b" * 1_000,
    "100,000 beginnings": HEAD
    + b"Content-Type: text/calendar\r\n\r\n"
    + b"BEGIN:X\r\n" * 50_000
    + b"END:Y\r\n" * 50_000,
    "nothing": b"",
    "no header": b"\r\n\r\nx",
}


@pytest.fixture
def parser() -> Iterator[Parser]:
    with Parser(seconds=30) as parser:
        yield parser


def read(parser: Parser, source: bytes) -> ReceivedMail:
    chunks = [source[start : start + 100_000] for start in range(0, len(source), 100_000)]
    return parser.read(chunks, identity="", received_at=AT)


@pytest.mark.parametrize("name", HOSTILE)
def test_mail_when_hostile_is_unreadable_and_the_next_one_read(parser: Parser, name: str) -> None:
    with pytest.raises(UnreadableError):
        read(parser, HOSTILE[name])

    assert read(parser, OUTLOOK) == parsed(OUTLOOK)


@pytest.mark.parametrize("name", HARMLESS)
def test_mail_when_odd_is_read(parser: Parser, name: str) -> None:
    assert len(read(parser, HARMLESS[name]).identity) == 64


def test_mail_when_it_crosses_between_the_processes_is_the_same(parser: Parser) -> None:
    assert read(parser, GMAIL) == parsed(GMAIL)


def test_process_when_it_takes_too_long_is_ended() -> None:
    slow = HEAD + b"Content-Type: text/plain; charset=punycode\r\n\r\n" + b"a" * 300_000 + b"-" + b"b" * 90_000
    with Parser(seconds=1) as parser:
        with pytest.raises(UnreadableError, match="broke_the_parser"):
            read(parser, slow)

        assert read(parser, OUTLOOK) == parsed(OUTLOOK)


def test_process_when_killed_is_replaced(parser: Parser) -> None:
    read(parser, OUTLOOK)
    assert parser._process is not None
    parser._process.kill()
    parser._process.wait()

    assert read(parser, OUTLOOK) == parsed(OUTLOOK)


def test_process_when_the_source_breaks_off_is_replaced(parser: Parser) -> None:
    def broken() -> Iterator[bytes]:
        yield b"From: a"
        raise ConnectionError

    with pytest.raises(ConnectionError):
        parser.read(broken(), identity="", received_at=AT)

    assert read(parser, OUTLOOK) == parsed(OUTLOOK)


def test_process_when_closed_is_gone(parser: Parser) -> None:
    read(parser, OUTLOOK)
    assert parser._process is not None
    number = parser._process.pid
    parser.close()

    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)


def test_process_when_it_runs_has_no_secret(parser: Parser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "secret")
    read(parser, OUTLOOK)
    assert parser._process is not None

    environ = Path(f"/proc/{parser._process.pid}/environ").read_bytes()
    assert sorted(line.partition(b"=")[0] for line in environ.split(b"\0") if line) == [
        b"LC_ALL",
        b"PATH",
        b"PYTHONPATH",
    ]


def limits_hit_by(doing: str, folder: Path = ROOT) -> int:
    """How a process ends that has the same limits and does something else."""
    limits = "from service.mail.incoming import parser; parser.MOST_SECONDS = 0; parser.limit(); parser.limit_next()"
    command = [sys.executable, "-P", "-c", f"{limits}; {doing}"]
    ended = subprocess.run(command, cwd=folder, env={"PYTHONPATH": str(ROOT)}, stderr=subprocess.DEVNULL, check=False)
    return ended.returncode


def test_process_when_it_computes_too_long_is_ended_by_the_kernel() -> None:
    assert limits_hit_by("[0 for _ in iter(int, 1)]") == -signal.SIGXCPU


FORBIDS_PROCESSES: Final = "import resource; raise SystemExit(resource.getrlimit(resource.RLIMIT_NPROC) == (0, 0))"
"""The limit itself: to root it is none."""


@pytest.mark.parametrize("doing", ["bytearray(600_000_000)", "open('x', 'wb', 0).write(b'0')", FORBIDS_PROCESSES])
def test_process_when_it_takes_too_much_fails(doing: str, tmp_path: Path) -> None:
    assert limits_hit_by("pass") == 0
    assert limits_hit_by(doing, tmp_path) != 0


@pytest.mark.parametrize(
    "said", [b"", b"x", b"[]", b"null", b'{"identity": 1}', json.dumps({"unreadable": "too_many_parts"}).encode()]
)
def test_answer_when_it_is_none_means_unreadable(parser: Parser, said: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited.Parser, "_asked", lambda *_: said)
    with pytest.raises(UnreadableError):
        read(parser, OUTLOOK)

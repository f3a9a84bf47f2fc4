"""The mailbox and real processes of the worker: killed, doubled, and busy with mail at the same time."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from service.mail.incoming.connection import Address
from service.mail.incoming.inbox import Inbox
from service.mail.incoming.state import advance
from service.settings import Settings
from tests.command import SECRET, started, studiedag
from tests.dovecot import Dovecot
from tests.mail.incoming.middleman import Middleman, dripping
from tests.mail.incoming.post import Look, mail, rows, state
from tests.mail.outgoing import messages, queue

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("app")]
Environ = dict[str, str]
Start = Callable[..., subprocess.Popen[str]]
INBOX, AUTOMATIC, ASIDE = "INBOX", "Studiedag.Automatic", "Studiedag.Put aside"
ROBOT = "Auto-Submitted: auto-generated"


@pytest.fixture
def environ(settings: Settings, tmp_path: Path) -> Environ:
    return {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": SECRET,
        "MAILBOX_URL": settings.mailbox_url,
        "MAIL_CA_FILE": settings.mail_ca_file,
        "PWD": str(tmp_path),
    }


@pytest.fixture
def worker(environ: Environ) -> Iterator[Start]:
    """Real workers, as the command starts them."""
    running = []

    def start(**more: str) -> subprocess.Popen[str]:
        running.append(started("worker", **(environ | more)))
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def test_worker_when_a_mail_arrives_files_it_at_once(dovecot: Dovecot, worker: Start) -> None:
    process = worker()
    dovecot.deliver(mail(1))
    assert wait_for(lambda: len(rows("id")) == 1)
    time.sleep(1)  # it waits again

    dovecot.deliver(mail(2, ROBOT))
    began = time.monotonic()
    assert wait_for(lambda: dovecot.folders() == {INBOX: 1, AUTOMATIC: 1}, 10)
    took = time.monotonic() - began
    process.send_signal(signal.SIGTERM)

    assert process.wait(10) == 0
    assert took < 5
    assert state("error", "claimed_at") == ("", None)


def test_worker_when_killed_between_filing_and_moving_leaves_a_mail_that_is_moved_later(
    dovecot: Dovecot, worker: Start
) -> None:
    dovecot.deliver(mail(1, ROBOT), mail(2, ROBOT))
    with Middleman(dovecot.plain_port, b" MOVE ").running() as middleman:
        killed = worker(MAILBOX_URL=dovecot.url().replace(f":{dovecot.plain_port}/", f":{middleman.port}/"))
        assert middleman.heard.wait(30)
        killed.kill()
        killed.wait()
    in_between = dovecot.folders(), len(rows("id"))
    worker()

    assert in_between == ({INBOX: 2}, 1)
    assert wait_for(lambda: dovecot.folders() == {AUTOMATIC: 2}, 60)
    assert rows("folder") == ["Automatic"] * 2


def test_workers_when_there_are_two_file_each_mail_once(dovecot: Dovecot, worker: Start) -> None:
    processes = [worker(), worker()]
    dovecot.deliver(*(mail(number, ROBOT) for number in range(1, 41)))

    assert wait_for(lambda: dovecot.folders() == {AUTOMATIC: 40}, 60)
    for process in processes:
        process.send_signal(signal.SIGTERM)
    assert [process.wait(15) for process in processes] == [0, 0]
    assert sorted(rows("subject")) == sorted(f"Vraag {number}" for number in range(1, 41))


def test_worker_when_the_server_is_gone_for_a_while_goes_on(dovecot: Dovecot, worker: Start) -> None:
    process = worker()
    assert wait_for(lambda: any(state("polled_at")))
    dovecot.stop()
    assert wait_for(lambda: any(state("error")))
    dovecot.start()
    dovecot.deliver(mail(1))

    assert wait_for(lambda: len(rows("id")) == 1, 60)
    assert wait_for(lambda: state("error") == ("",))
    assert process.poll() is None


def test_worker_when_the_mailbox_drips_sends_mail_all_the_same(worker: Start, tmp_path: Path) -> None:
    with dripping() as port:
        worker(MAILBOX_URL=f"imap://a:b@127.0.0.1:{port}/INBOX")
        assert wait_for((tmp_path / "var" / "mail" / "new").exists)
        time.sleep(1)
        began = time.monotonic()
        queue(1)

        assert wait_for(lambda: messages("state") == ["sent"], 10)
        assert time.monotonic() - began < 5


def test_worker_when_run_once_reads_the_mailbox_too(dovecot: Dovecot, environ: Environ) -> None:
    dovecot.deliver(mail(1), mail(2, ROBOT))

    ended = studiedag("worker", "--once", **environ)

    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
    assert dovecot.folders() == {INBOX: 1, AUTOMATIC: 1}


def test_worker_when_run_once_without_the_server_sends_mail_all_the_same(dovecot: Dovecot, environ: Environ) -> None:
    dovecot.stop()

    ended = studiedag("worker", "--once", **environ)

    assert (ended.returncode, ended.stderr.count("\n")) == (0, 1)
    assert "the mailbox cannot be read: [Errno 111] Connection refused" in ended.stderr


class TestCommand:
    def test_poll_when_there_is_mail_says_what_became_of_it(self, dovecot: Dovecot, environ: Environ) -> None:
        dovecot.deliver(mail(1), mail(2, ROBOT))

        ended = studiedag("mailbox", "poll", **environ)

        assert (ended.returncode, ended.stderr) == (0, "")
        assert ended.stdout == "Mails moved to their folders: 1; left in the inbox for a person: 1.\n"

    def test_poll_when_no_mailbox_is_named_is_wrong_use(self, environ: Environ) -> None:
        ended = studiedag("mailbox", "poll", **(environ | {"MAILBOX_URL": ""}))

        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr == ("studiedag: MAILBOX_URL is missing: set it to imaps://user:password@host:993/INBOX\n")

    def test_poll_when_the_password_is_wrong_is_refused(self, dovecot: Dovecot, environ: Environ) -> None:
        url = dovecot.url(tls=True, password="other-secret")
        ended = studiedag("mailbox", "poll", **(environ | {"MAILBOX_URL": url}))

        assert (ended.returncode, ended.stdout) == (1, "")
        assert ended.stderr.startswith("studiedag: the mailbox cannot be read: [AUTHENTICATIONFAILED]")
        assert "other-secret" not in ended.stderr


def put(dovecot: Dovecot, name: str, source: bytes) -> None:
    """Into the maildir itself: faster than IMAP."""
    folder = dovecot.folder / "mail" / "desk" / "cur"
    (folder / f"{name}:2,").write_bytes(source)


def test_mail_when_it_has_50_megabytes_is_skipped_by_its_size(dovecot: Dovecot, worker: Start) -> None:
    dovecot.deliver(mail(1))
    put(dovecot, "1700000001.big", mail(2, body="0123456789\n" * 5_000_000))
    dovecot.deliver(mail(3))
    with Middleman(dovecot.plain_port).running() as middleman:
        process = worker(MAILBOX_URL=dovecot.url().replace(f":{dovecot.plain_port}/", f":{middleman.port}/"))
        assert wait_for(lambda: len(rows("id")) == 3, 60)
        assert wait_for(lambda: state("last_uid") == (3,))

        assert middleman.passed < 20_000
        assert proportional_kilobytes(process.pid) < 90_000
    assert max(rows("kind", "outcome")) == ("unreadable", "too_large")
    assert dovecot.folders() == {INBOX: 2, ASIDE: 1}


def test_mailbox_when_it_holds_10_000_mails_is_looked_at_as_fast(dovecot: Dovecot, look: Look) -> None:
    dovecot.deliver(mail(1))
    with Middleman(dovecot.plain_port).running() as middleman:
        url = dovecot.url().replace(f":{dovecot.plain_port}/", f":{middleman.port}/")

        def measured() -> tuple[float, int]:
            began, before = time.monotonic(), middleman.passed
            look(mailbox_url=url)
            return time.monotonic() - began, middleman.passed - before

        few = measured()
        for number in range(2, 10_001):
            put(dovecot, f"1700000000.M{number}", mail(number))
        known_up_to(10_000, Address.of(url))
        dovecot.deliver(mail(10_001))
        many = measured()

    print(
        f"one new mail beside none: {few[0]:.2f} s, {few[1]} octets; beside 10,000: {many[0]:.2f} s, {many[1]} octets"
    )
    assert rows("subject") == ["Vraag 1", "Vraag 10001"]
    assert many[1] < few[1] + 200
    assert many[0] < few[0] + 2


def known_up_to(uid: int, address: Address) -> None:
    """As if all these mails had been filed."""
    with Inbox(address) as inbox:
        advance(address.name, inbox.uid_validity, uid)


def proportional_kilobytes(number: int) -> int:
    lines = Path(f"/proc/{number}/smaps_rollup").read_text(encoding="ascii").splitlines()
    (kilobytes,) = (int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes

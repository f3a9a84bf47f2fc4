import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from mailbox import Maildir
from pathlib import Path

import pytest
import sqlalchemy as sa

from service.extensions import db
from service.locale import LANGUAGES
from service.mail.delivery import Delivery
from service.mail.worker import work_once
from service.models import Heartbeat
from service.settings import Settings
from service.web.clock import utc_now
from tests.conftest import Clock
from tests.mail.outgoing import bulk, change, later, messages, queue, sources
from tests.smtp import HANG, SmtpServer
from tests.usecases.steps import joined

ROOT = Path(__file__).parents[2]
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start(settings: Settings, smtp_server: SmtpServer, tmp_path: Path) -> Iterator[Start]:
    """Real worker processes, as the command starts them."""
    environ = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ} | {
        "DATABASE_URL": settings.database_url,
        "SECRET_KEY": settings.secret_keys[0],
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(smtp_server.port),
        "PYTHONPATH": str(ROOT),
    }
    started = []

    def start(*arguments: str, **more: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from service.cli import main; main()", "worker", *arguments]
        process = subprocess.Popen(command, cwd=tmp_path, env=environ | more, stderr=subprocess.PIPE, text=True)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> bool:
    until = time.monotonic() + seconds
    while not condition() and time.monotonic() < until:
        time.sleep(0.05)
    return condition()


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its status and what it said."""
    _, errors = process.communicate(timeout=30)
    return process.returncode, errors


@pytest.mark.slow
@pytest.mark.usefixtures("app")
class TestProcess:
    def test_worker_when_killed_in_flight_leaves_a_mail_that_another_sends_the_same(
        self, start: Start, smtp_server: SmtpServer
    ) -> None:
        queue(2)
        arrived = threading.Event()
        smtp_server.on_text = arrived.set
        smtp_server.always("END", HANG)

        killed = start()
        assert arrived.wait(30)
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        in_flight = messages("state")
        smtp_server.usual()
        (claimed_at,) = set(messages("claimed_at"))
        for number in (1, 2):
            change(number, claimed_at=claimed_at - timedelta(seconds=91))
        start()

        assert in_flight == ["sending", "sending"]
        assert wait_for(lambda: messages("state") == ["sent", "sent"])
        first_try, *rest = smtp_server.texts
        assert first_try in rest
        assert sorted(mail.source for mail in smtp_server.mails) == sorted(sources().values())
        assert messages("attempts") == [2, 2]

    def test_worker_when_told_to_end_finishes_its_mail_first(self, start: Start, smtp_server: SmtpServer) -> None:
        queue(3)
        arrived = threading.Event()

        def slowly() -> None:
            arrived.set()
            time.sleep(0.5)

        smtp_server.on_text = slowly
        process = start()
        assert arrived.wait(30)
        process.send_signal(signal.SIGTERM)

        assert ended(process) == (0, "")
        assert messages("state", "attempts") == [("sent", 1), ("queued", 0), ("queued", 0)]
        assert smtp_server.seen[-1] == "QUIT"

    def test_worker_when_idle_is_seen_sends_soon_and_ends_at_once(self, start: Start, smtp_server: SmtpServer) -> None:
        process = start()
        assert wait_for(lambda: bool(beats()))

        queue(1)
        began = time.monotonic()
        assert wait_for(lambda: bool(smtp_server.mails), 5)
        took = time.monotonic() - began
        process.send_signal(signal.SIGINT)
        status = process.wait(5)

        assert took < 5
        assert status == 0

    @pytest.mark.skipif(not Path("/proc/self/smaps_rollup").exists(), reason="no proportional memory here")
    def test_worker_when_it_has_sent_in_all_languages_is_small(self, start: Start, smtp_server: SmtpServer) -> None:
        queue(0)
        for number, language in enumerate(LANGUAGES, start=1):
            joined(number, language=language)
        process = start()

        assert wait_for(lambda: len(smtp_server.mails) == len(LANGUAGES))
        lines = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii").splitlines()
        (kilobytes,) = (int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        assert kilobytes < 90_000

    def test_worker_when_run_once_sends_what_is_due_and_ends(self, start: Start, smtp_server: SmtpServer) -> None:
        queue(60)
        change(2, due_at=datetime.now(UTC) + timedelta(hours=1))

        assert ended(start("--once")) == (0, "")

        assert len(smtp_server.mails) == 59
        assert messages("state").count("sent") == 59

    def test_worker_when_no_server_is_named_fills_a_maildir(self, start: Start, tmp_path: Path) -> None:
        queue(3)

        assert ended(start("--once", MAIL_SERVER="")) == (0, "")

        folder = Maildir(tmp_path / "var" / "mail", create=False)
        assert sorted(str(message["To"]) for message in folder) == [
            f"An{n} Peeters <an{n}@example.org>" for n in (1, 2, 3)
        ]
        assert messages("state") == ["sent"] * 3

    def test_worker_when_server_is_away_says_so_and_ends(self, start: Start) -> None:
        queue(1)

        status, errors = ended(start("--once", MAIL_PORT="1"))

        assert status == 0
        assert set(errors.splitlines()) == {"no session with the mail server: [Errno 111] Connection refused"}
        assert messages("state") == ["queued"]


def beats() -> list[datetime]:
    db.session.rollback()
    return list(db.session.execute(sa.select(Heartbeat.at)).scalars())


def test_work_when_done_once_does_what_is_due_by_the_clock_too(
    make_delivery: Callable[..., Delivery], smtp_server: SmtpServer, clock: Clock
) -> None:
    queue(2)
    change(1, state="sending", claimed_at=later(-91))

    work_once(make_delivery().transport, clock=clock)

    assert beats() == [clock.now]
    assert messages("state") == ["sent", "sent"]
    assert smtp_server.seen[-1] == "QUIT"


@pytest.mark.slow
def test_queue_when_throttled_all_the_time_is_delivered_without_a_hot_loop(
    make_delivery: Callable[..., Delivery], smtp_server: SmtpServer
) -> None:
    """5,000 mails to a server that takes 400 a second at most, and counts what it refuses."""
    queue(0)
    bulk(5_000)
    smtp_server.allow(400)
    delivery = make_delivery(clock=utc_now)

    until = time.monotonic() + 240
    while time.monotonic() < until and set(messages("state")) != {"sent"}:
        while delivery.batch():
            pass
        time.sleep(max(0.2, delivery.rest))

    assert len(smtp_server.mails) == 5_000
    assert len({mail.recipient for mail in smtp_server.mails}) == 5_000
    assert smtp_server.throttled < 500

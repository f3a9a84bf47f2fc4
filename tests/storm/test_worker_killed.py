"""kill -9 of the worker at random instants: no mail is missing, and what comes twice is one at most for each kill.

STORM_KILLS says how many kills; a few by default. What the dead had claimed comes back after 90 seconds, which the test
lets pass by dating their claims back.
"""

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
import sqlalchemy as sa
from flask import Flask

from service.extensions import db
from service.models import Message
from service.transaction import transaction
from tests.mail.outgoing import bulk, queue
from tests.smtp import Received, SmtpServer
from tests.storm.programs import ROOT

KILLS: Final = int(os.environ.get("STORM_KILLS", "12"))
AT_ONCE: Final = 400
LONGEST_LIFE: Final = 0.8
"""Seconds; a worker gets hold of its first mail after about a tenth of one."""


class Tally(list[Any]):
    """The mails that a server took, without their text: a storm brings more of them than fit in memory."""

    def append(self, mail: Received) -> None:
        super().append((mail.recipient, mail.message_id, hashlib.sha256(mail.source).hexdigest()))


class Nothing(list[bytes]):
    """Texts that nobody will read."""

    def append(self, _text: bytes) -> None:
        """Leave it out."""


@contextmanager
def nursery(app: Flask, server: SmtpServer) -> Iterator[subprocess.Popen[str]]:
    env = {
        **os.environ,
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "SECRET_KEY": "a secret for tests only",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(server.port),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "tests.storm.nursery"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=env, text=True, **pipes) as process:  # type: ignore[call-overload]
        yield process


def born(process: subprocess.Popen[str]) -> int:
    """A new worker's id."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("one more\n")
    process.stdin.flush()
    return int(process.stdout.readline())


def killed(worker: int) -> None:
    os.kill(worker, signal.SIGKILL)
    while os.path.exists(f"/proc/{worker}"):  # noqa: PTH110 - asked a thousand times
        time.sleep(0.001)
    time.sleep(0.01)  # the server's session ends too


def waiting() -> int:
    db.session.rollback()
    wanted = sa.select(sa.func.count()).where(Message.state.in_(("queued", "sending")))
    return db.session.execute(wanted).scalar_one()


def in_flight(taken: set[str]) -> int:
    """How many mails a killed worker had handed over without having written it down."""
    db.session.rollback()
    claimed = sa.select(Message.recipient).where(Message.state == "sending", Message.claimed_at > lately())
    return len(taken & set(db.session.execute(claimed).scalars()))


def lately() -> datetime:
    return datetime.now(UTC) - timedelta(minutes=1)


def let_claims_go_stale() -> None:
    with transaction() as session:
        two_minutes_ago = datetime.now(UTC) - timedelta(minutes=2)
        session.execute(sa.update(Message).where(Message.state == "sending").values(claimed_at=two_minutes_ago))


@pytest.mark.slow
def test_worker_when_killed_again_and_again_loses_no_mail(app: Flask, smtp_server: SmtpServer) -> None:
    chance, flights, count, seen = random.Random(20230331), Counter[int](), 0, 0
    smtp_server.mails, smtp_server.texts = Tally(), Nothing()
    queue(0)
    with nursery(app, smtp_server) as process:
        for _ in range(KILLS):
            if waiting() < AT_ONCE // 2:
                bulk(AT_ONCE, first=count + 1)
                count += AT_ONCE
            worker = born(process)
            time.sleep(chance.uniform(0, LONGEST_LIFE))
            killed(worker)
            taken, seen = {recipient for recipient, *_ in smtp_server.mails[seen:]}, len(smtp_server.mails)
            flights[in_flight(taken)] += 1
            let_claims_go_stale()
        last, until = born(process), time.monotonic() + 120
        while waiting() and time.monotonic() < until:
            time.sleep(0.1)
        killed(last)
        assert process.stdin is not None
        process.stdin.close()

    mails = Counter(smtp_server.mails)
    doubles = sum(mails.values()) - len(mails)
    states = Counter(db.session.execute(sa.select(Message.state)).scalars())
    print(f"{db.engine.dialect.name}: {KILLS} kills, {count} mails, {flights[1]} in flight, {doubles} twice")
    assert states == {"sent": count}
    assert len(mails) == len({recipient for recipient, *_ in mails}) == count  # the same bytes whenever it came twice
    assert set(flights) <= {0, 1}
    assert doubles == flights[1] <= KILLS

"""kill -9 of web and worker while people sign up: nothing acknowledged is lost, no mail is missing (faults: Figures).

STORM_KILLS says how many; a few by default.
"""

import os
import random
import subprocess
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Self
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa
from flask import Flask

from service.extensions import db
from service.models import Message, Registration, StudyDay
from service.transaction import transaction
from tests.builders import make_day
from tests.smtp import SmtpServer
from tests.storm.programs import STUDIEDAG, Program, free_port, mailer, web

KILLS = int(os.environ.get("STORM_KILLS", "12"))
CLIENTS = 4


class Crowd:
    """People who try again until they are told that they are registered."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.acknowledged: list[str] = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._sign_up, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _sign_up(self, client: int) -> None:
        number = 0
        while not self.over.is_set():
            address = f"p{client}-{number}@example.org"
            if self._send(address):
                self.acknowledged.append(address)
                number += 1
            else:
                time.sleep(0.02)

    def _send(self, address: str) -> bool:
        form = {"first_name": "An", "last_name": "Peeters", "email": address, "accept_terms": "1"}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("POST", "/nl/integratiebeleid/register", urlencode(form), headers)
            return connection.getresponse().status == 303
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()


@pytest.mark.slow
def test_storm_when_everything_is_killed_loses_nothing(app: Flask, smtp_server: SmtpServer, tmp_path: Path) -> None:
    start = datetime.now(UTC) + timedelta(days=60)
    with transaction() as session:
        make_day(
            session,
            starts_at=start,
            ends_at=start + timedelta(hours=6),
            closes_at=start - timedelta(days=10),
            free_cancellation_until=start - timedelta(days=11),
        )
    port = free_port()
    env = {
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "SECRET_KEY": "a secret for tests only",
        "MAIL_SERVER": "127.0.0.1",
        "MAIL_PORT": str(smtp_server.port),
        "BASE_URL": "http://studiedag.example",
    }
    pages, worker = web(port, env, tmp_path / "web.log"), mailer(env, tmp_path / "worker.log")
    acknowledged = rage(pages, worker, port)
    finish(env)
    everything_is_there(smtp_server, acknowledged, worker.kills)


def rage(pages: Program, worker: Program, port: int) -> list[str]:
    """Kill something about every 0.4 seconds; the addresses of those who were told that they are registered."""
    chance = random.Random(20230331)
    pages.start()
    worker.start()
    try:
        with Crowd(port) as crowd:
            while not crowd.acknowledged:
                time.sleep(0.1)
            for _ in range(KILLS):
                time.sleep(chance.uniform(0.1, 0.7))
                match chance.choice(["worker", "worker", "page", "page", "pages"]):
                    case "worker":
                        worker.kill()
                        worker.start()
                    case "page":
                        pages.kill_a_child()
                    case _:
                        pages.kill()
                        pages.start()
            time.sleep(1)
    finally:
        pages.end()
        worker.kill()
    return crowd.acknowledged


def finish(env: dict[str, str]) -> None:
    """Two minutes later the claims of the dead have come back, and one run of the worker sends the rest."""
    with transaction() as session:
        claimed = session.execute(sa.select(Message).where(Message.state == "sending")).scalars().all()
        for message in claimed:
            assert message.claimed_at is not None
            message.claimed_at -= timedelta(minutes=2)
    subprocess.run([*STUDIEDAG, "worker", "--once"], env={**os.environ, **env}, check=True, timeout=120)


def everything_is_there(server: SmtpServer, acknowledged: list[str], kills: int) -> None:
    """Rows, counters and mails, compared."""
    registered = set(db.session.execute(sa.select(Registration.email)).scalars())
    taken = db.session.execute(sa.select(StudyDay.taken)).scalar_one()
    states = Counter(db.session.execute(sa.select(Message.state)).scalars())
    mails = Counter((mail.recipient, mail.message_id) for mail in server.mails)
    doubles = sum(mails.values()) - len(mails)
    print(f"{len(acknowledged)} acknowledged, {len(registered)} rows, {len(server.mails)} mails, {doubles} twice")

    assert set(acknowledged) <= registered
    assert taken == len(registered)
    assert states == {"sent": len(registered)}
    assert len(mails) == len(registered)
    assert doubles <= kills

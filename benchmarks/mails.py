"""Mails a second of the worker alone, beside the floor's mailer: a queue is filled, then watched until it is empty."""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from benchmarks.contenders import PORT_OF_POSTGRESQL, SINK_PORT, STUDIEDAG
from benchmarks.servers import FLOOR, new_postgresql, ours_env, program
from service.models import Message

LONGEST = 300.0
"""Seconds until a queue that does not empty is given up."""


@dataclass(frozen=True)
class Mailer:
    """A running mailer: how its queue is filled, and how one sees that it is empty."""

    pid: int
    engine: sa.Engine
    fill: str
    left: str

    def rate(self, number: int) -> float:
        """Mails a second.

        :raises TimeoutError: they never left.
        """
        now = datetime.now(UTC).replace(tzinfo=None)
        rows: list[dict[str, Any]] = [
            {"n": n, "to": f"seed{n}@example.org", "now": str(now)} for n in range(1, number + 1)
        ]
        with self.engine.begin() as connection:
            connection.execute(sa.text(self.fill), rows)
        began = time.perf_counter()
        while time.perf_counter() - began < LONGEST:
            time.sleep(0.02)
            with self.engine.connect() as connection:
                if not connection.execute(sa.text(self.left)).scalar_one():
                    return number / (time.perf_counter() - began)
        raise TimeoutError("the queue does not empty")


def wait(url: str) -> float:
    """Seconds from a sign-up to its mail, the 95th percentile of all mails that have left."""
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.select(Message.created_at, Message.sent_at).where(Message.state == "sent")).all()
    engine.dispose()
    waits: list[float] = [(row.sent_at - row.created_at).total_seconds() for row in rows]
    return statistics.quantiles(waits, n=20)[-1]


@contextmanager
def our_worker(kind: str, folder: Path, registrations: int) -> Iterator[Mailer]:
    """The worker of a database with so many confirmed registrations, which all are to get their confirmation."""
    folder.mkdir(parents=True, exist_ok=True)
    url = new_postgresql("studiedag_mails") if kind == "postgresql" else f"sqlite:///{folder / 'ours.sqlite3'}"
    env = ours_env(url, SINK_PORT)
    seed = (sys.executable, "-m", "benchmarks.seed", "--registrations", str(registrations))
    for command in ((*STUDIEDAG, "db", "upgrade"), seed):
        subprocess.run(command, cwd=folder, env={**os.environ, **env}, check=True, stdout=subprocess.DEVNULL)
    fill = (
        "INSERT INTO message (letter, language, recipient, organiser_id, study_day_id, registration_id, facts,"
        " created_at, due_at, state, attempts, error)"
        " VALUES ('confirmed', 'en', :to, 1, 1, :n, '{\"sequence\": 0}', :now, :now, 'queued', 0, '')"
    )
    engine = sa.create_engine(url)
    with program(*STUDIEDAG, "worker", env=env, cwd=folder, log=folder / "ours.log") as worker:
        mailer = Mailer(worker.pid, engine, fill, "SELECT count(*) FROM message WHERE state <> 'sent'")
        mailer.rate(1)
        yield mailer
    engine.dispose()


@contextmanager
def floor_mailer(kind: str, folder: Path, registrations: int) -> Iterator[Mailer]:
    """The floor's; it sends what came after its start."""
    folder.mkdir(parents=True, exist_ok=True)
    name = {"sqlite": "sqlite-full-mail", "postgresql": "pg-mail"}[kind]
    env = {"TMPDIR": str(folder), "FLOOR_DB": name, "PGPORT": PORT_OF_POSTGRESQL}
    url = new_postgresql("floormail") if kind == "postgresql" else f"sqlite:///{folder}/b-floor-data/mail.db"
    code = FLOOR / "floor"
    subprocess.run((sys.executable, "app.py"), cwd=code, env={**os.environ, **env}, check=True)
    engine = sa.create_engine(url)
    registered = "INSERT INTO registration (event_id, token, name, email, note) VALUES (1, :to, 'First Last', :to, '')"
    with engine.begin() as connection:
        connection.execute(sa.text(registered), [{"to": f"seed{n}@example.org"} for n in range(1, registrations + 1)])
    fill = "INSERT INTO outbox (registration_id, kind, sent) VALUES (:n, 'confirm', false)"
    with program(sys.executable, "mailer.py", env=env, cwd=code, log=folder / "floor.log") as process:
        mailer = Mailer(process.pid, engine, fill, "SELECT count(*) FROM outbox WHERE NOT sent")
        mailer.rate(1)
        yield mailer
    engine.dispose()

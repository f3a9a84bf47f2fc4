"""The programs under measurement: ours and the floor, each as it would run, on loopback and on data of its own."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FLOOR = Path(os.environ.get("BENCH_FLOOR", ROOT.parent / "shared" / "bench")).resolve()
BIN = Path(sys.executable).parent
POSTGRESQL = os.environ.get("BENCH_POSTGRESQL", "postgresql://postgres@127.0.0.1:5432/postgres")
SECRET = "a secret for measurements only"


@dataclass(frozen=True)
class Server:
    """A running web server: its address and the id of its first process."""

    url: str
    pid: int
    started_in: float


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def program(*command: str | Path, env: Mapping[str, str], cwd: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A program that is ended, with all it started, when the block ends."""
    with log.open("ab") as out:
        process = subprocess.Popen(
            [str(part) for part in command], cwd=cwd, env={**os.environ, **env}, stdout=out, stderr=out, process_group=0
        )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def wait_for(url: str, process: subprocess.Popen[bytes], seconds: float = 20) -> float:
    """Seconds until the page answers.

    :raises RuntimeError: it never did.
    """
    start = time.perf_counter()
    while time.perf_counter() - start < seconds and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=5):
                return time.perf_counter() - start
        except (urllib.error.URLError, OSError):
            time.sleep(0.01)
    raise RuntimeError(f"{url} did not answer")


@contextmanager
def gunicorn(
    app: str, page: str, *, env: Mapping[str, str], cwd: Path, log: Path, config: str = ""
) -> Iterator[Server]:
    """Two sync workers on loopback, warmed by one request for ``page``."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    options = ["--config", config] if config else ["--workers", "2"]
    command = [str(BIN / "gunicorn"), *options, "--bind", f"127.0.0.1:{port}", app]
    with program(*command, env={**env, "BASE_URL": url, "PORT": str(port)}, cwd=cwd, log=log) as process:
        took = wait_for(url + page, process)
        yield Server(url, process.pid, took)


def ours_env(database_url: str, sink_port: int | None) -> dict[str, str]:
    """The environment of our web and worker."""
    mail = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": str(sink_port)} if sink_port else {}
    return {
        "DATABASE_URL": database_url,
        "SECRET_KEY": SECRET,
        "ORGANISER_MAILBOX": "office@example.org",
        "PYTHONPATH": str(ROOT),
        **mail,
    }


def new_postgresql(name: str) -> str:
    """An empty PostgreSQL database of that name; its address."""
    base, _, _ = POSTGRESQL.rpartition("/")
    quiet = {**os.environ, "PGOPTIONS": "-c client_min_messages=warning"}
    for statement in (f"DROP DATABASE IF EXISTS {name} WITH (FORCE)", f"CREATE DATABASE {name}"):
        subprocess.run([shutil.which("psql") or "psql", "-qX", POSTGRESQL, "-c", statement], check=True, env=quiet)
    return f"{base}/{name}".replace("postgresql://", "postgresql+psycopg://")

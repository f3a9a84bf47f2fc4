"""The two that are compared, ours and the floor, each started on data of its own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlsplit

from benchmarks.servers import BIN, FLOOR, ROOT, Server, gunicorn, new_postgresql, ours_env, program

SINK_PORT = 25251
"""Where the floor's mailer sends to: its own code says so."""
FORM = "/en/benchmark/register"
DAY = "/en/benchmark"
PAGE = "/page"
"""The floor's."""
STUDIEDAG = (sys.executable, "-c", "from service.cli import main; main()")
PORT_OF_POSTGRESQL = os.environ.get("PGPORT", "5432")


@dataclass(frozen=True)
class Contender:
    """A running service: how the load driver reaches it and which process trees are watched.

    ``serve`` starts its web once more, beside what runs, and waits for the page that it is given.
    """

    target: str
    server: Server
    serve: Callable[[str], AbstractContextManager[Server]]
    env: Mapping[str, str]
    trees: Mapping[str, int] = field(default_factory=dict)


@contextmanager
def ours(kind: str, folder: Path, *, mails: bool = False, registrations: int = 0, days: int = 0) -> Iterator[Contender]:
    """Web, and with ``mails`` the worker; ``registrations`` in ``days`` other study days are there already."""
    folder.mkdir(parents=True, exist_ok=True)
    url = (
        new_postgresql(f"studiedag_benchmark_{registrations}")
        if kind == "postgresql"
        else f"sqlite:///{folder / 'ours.sqlite3'}"
    )
    env = ours_env(url, SINK_PORT if mails else None)
    seed = (sys.executable, "-m", "benchmarks.seed", "--registrations", str(registrations), "--days", str(days))
    for command in ((*STUDIEDAG, "db", "upgrade"), seed):
        subprocess.run(command, cwd=folder, env={**os.environ, **env}, check=True, stdout=subprocess.DEVNULL)
    with ExitStack() as running:
        config = str(ROOT / "gunicorn.conf.py")
        log = folder / "ours.log"
        serve = partial(gunicorn, "service.app:web_app()", env=env, cwd=folder, log=log, config=config)
        server = running.enter_context(serve(FORM))
        trees = {"web": server.pid}
        if mails:
            worker = running.enter_context(program(*STUDIEDAG, "worker", env=env, cwd=folder, log=log))
            trees["worker"] = worker.pid
        yield Contender("ours", server, serve, {**env, "DESK_SESSION": _session(server, env, folder)}, trees)


def _session(server: Server, env: Mapping[str, str], folder: Path) -> str:
    """The cookie of an organiser who has signed in by link."""
    add = (*STUDIEDAG, "staff", "add", "desk@example.org", "--role", "organiser")
    done = subprocess.run(
        add, cwd=folder, env={**os.environ, **env, "BASE_URL": server.url}, check=True, capture_output=True, text=True
    )
    link = urlsplit(done.stdout.split()[-1])
    connection = HTTPConnection(link.netloc, timeout=20)
    connection.request("POST", link.path)
    cookie = SimpleCookie(connection.getresponse().headers["Set-Cookie"])
    connection.close()
    return cookie["studiedag_staff"].value


@contextmanager
def floor(kind: str, folder: Path, *, mails: bool = False) -> Iterator[Contender]:
    """The least that is durable and safe, with ``mails`` its mailer too."""
    folder.mkdir(parents=True, exist_ok=True)
    name = {"sqlite": "sqlite-full", "postgresql": "pg"}[kind] + ("-mail" if mails else "")
    database = "floormail" if mails else "floor"
    env = {"TMPDIR": str(folder), "FLOOR_DB": name, "PGPORT": PORT_OF_POSTGRESQL}
    if kind == "postgresql":
        url = new_postgresql(database)
    else:
        url = f"sqlite:///{folder}/b-floor-data/{'mail' if mails else 'full'}.db"
    code, log = FLOOR / "floor", folder / "floor.log"
    subprocess.run((sys.executable, "app.py"), cwd=code, env={**os.environ, **env}, check=True)
    with ExitStack() as running:
        serve = partial(gunicorn, "app:app", env=env, cwd=code, log=log)
        server = running.enter_context(serve(PAGE))
        trees = {"web": server.pid}
        if mails:
            mailer = running.enter_context(program(sys.executable, "mailer.py", env=env, cwd=code, log=log))
            trees["worker"] = mailer.pid
        count = f"{sys.executable} -m benchmarks.rows {url}"
        yield Contender("floor", server, serve, {**env, "FLOOR_COUNT": count}, trees)


@contextmanager
def hello(folder: Path) -> Iterator[Contender]:
    """A bare hello-world under the same server."""
    folder.mkdir(parents=True, exist_ok=True)
    serve = partial(gunicorn, "hello:app", env={}, cwd=FLOOR / "floor", log=folder / "hello.log")
    with serve("/") as server:
        yield Contender("hello", server, serve, {})


@contextmanager
def sink(folder: Path) -> Iterator[None]:
    """The mail server that takes everything."""
    with program(BIN / "python", FLOOR / "sink.py", str(SINK_PORT), env={}, cwd=folder, log=folder / "sink.log"):
        yield

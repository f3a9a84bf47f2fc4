import http.client
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAST_LINE = "The link to the desk signs in one person once. Ctrl-C stops all; var/ keeps the data.\n"


@contextmanager
def running(folder: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`make run` without its installation, in a folder of its own, once it has told its addresses."""
    taken = {"PATH", "HOME", "LANG", "LC_ALL", "TMPDIR"} & os.environ.keys()
    environ = {name: os.environ[name] for name in taken} | {"PORT": str(port), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-u", "-m", "tools.run"]
    with subprocess.Popen(
        command,
        cwd=folder,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def told(process: subprocess.Popen[str]) -> list[str]:
    """What it printed up to the last line of its addresses."""
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line == LAST_LINE:
            return lines
    raise AssertionError("".join(lines))


def get(port: int, path: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Accept-Language": "fr"})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def descendants(pid: int) -> set[int]:
    """The processes below one, as the system lists them."""
    parents = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents[int(entry.parent.name)] = int(fields[1])
    found, before = {pid}, set[int]()
    while found != before:
        before = set(found)
        found |= {child for child, parent in parents.items() if parent in found}
    return found - {pid}


def is_alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def registrations(folder: Path) -> list[tuple[int, str]]:
    with closing(sqlite3.connect(folder / "var/studiedag.sqlite3")) as database:
        return database.execute("SELECT id, email FROM registration ORDER BY id").fetchall()


@pytest.mark.slow
def test_run_when_fresh_serves_the_demo_and_when_stopped_leaves_only_data(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as process:
        printed = "".join(told(process))
        pages = {path: get(port, path).status for path in ("/healthz", "/", "/fr/", "/desk/")}
        link = re.search(rf"^  Desk        http://127\.0\.0\.1:{port}(/desk/sign-in/\S+)$", printed, re.MULTILINE)
        assert link is not None
        pages["desk"] = get(port, link[1]).status
        children = descendants(process.pid)
        process.send_signal(signal.SIGINT)
        status = process.wait(timeout=60)
    first = registrations(tmp_path)
    with running(tmp_path, port) as process:
        again = "".join(told(process))
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)

    assert pages == {"/healthz": 200, "/": 302, "/fr/": 200, "/desk/": 303, "desk": 200}
    assert f"\n  Study days  http://127.0.0.1:{port}/\n" in printed
    assert len(children) >= 4  # a web server with two workers, and the worker for mail
    assert (status, [pid for pid in children if is_alive(pid)]) == (0, [])
    assert again.startswith("The demo was loaded before; nothing has changed.\n")
    assert registrations(tmp_path) == first
    assert oct((tmp_path / "var/studiedag.sqlite3").stat().st_mode & 0o777) == "0o600"


@pytest.mark.slow
def test_run_when_the_worker_dies_ends_the_pages_and_says_so(tmp_path: Path) -> None:
    port = free_port()
    with running(tmp_path, port) as process:
        told(process)
        (worker,) = [pid for pid in descendants(process.pid) if b"worker" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        os.kill(worker, signal.SIGKILL)
        said, _none = process.communicate(timeout=60)

    assert said == "The worker ended (status -9).\n"
    assert process.returncode == 1
    with pytest.raises(ConnectionRefusedError):
        get(port, "/healthz")


def test_run_when_the_port_is_taken_says_which_other_to_try(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = int(other.getsockname()[1])
        with running(tmp_path, port) as process:
            said, _none = process.communicate(timeout=60)

    assert said == f"PORT={port} is in use or no port. Choose another: make run PORT=8001\n"
    assert process.returncode == 1
    assert list(tmp_path.iterdir()) == []

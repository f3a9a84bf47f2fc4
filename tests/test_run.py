import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent.parent


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

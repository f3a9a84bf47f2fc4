"""The programs of a storm, each in a process of its own that can be killed at any instant."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
STUDIEDAG = [sys.executable, "-c", "from service.cli import main; main()"]


class Program:
    """Started anew after each kill, as a supervisor would."""

    def __init__(self, command: Sequence[str], env: Mapping[str, str], log: Path) -> None:
        self.command, self.env, self.log = command, {**os.environ, **env}, log
        self.process: subprocess.Popen[bytes] | None = None
        self.kills = 0

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )

    def kill(self) -> None:
        """kill -9 for it and all that it started."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.kills += 1

    def kill_a_child(self) -> None:
        """kill -9 for the newest that it started: a worker of Gunicorn, which starts another."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if children:
            os.kill(int(children[-1]), signal.SIGKILL)
            self.kills += 1

    def end(self) -> None:
        """End it in good order, if it still runs."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)


def web(port: int, env: Mapping[str, str], log: Path) -> Program:
    """The pages, two workers."""
    gunicorn = [sys.executable, "-m", "gunicorn", "--config", str(ROOT / "gunicorn.conf.py"), "--log-level", "critical"]
    return Program(gunicorn, {**env, "PORT": str(port)}, log)


def mailer(env: Mapping[str, str], log: Path) -> Program:
    """The worker."""
    return Program([*STUDIEDAG, "worker"], env, log)


def free_port() -> int:
    """One that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

"""One figure: the load driver is started as a program of its own and says as JSON what it saw."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.contenders import Contender

ROOT = Path(__file__).resolve().parent.parent


def sign_ups(contender: Contender, number: int, *, clients: int = 4, drain: float = 0) -> dict[str, Any]:
    """Whole sign-ups; with ``drain`` seconds until the worker is idle count as well, at most so many."""
    arguments = ["--target", contender.target, "--signups", str(number), "--concurrency", str(clients)]
    if drain:
        trees = ",".join(f"{name}={pid}" for name, pid in contender.trees.items())
        arguments += ["--drain", str(drain), "--procs", trees]
    return _run(contender, *arguments)


def pages(contender: Contender, path: str, number: int, *, clients: int = 4) -> dict[str, Any]:
    """GETs of one page."""
    arguments = ("--gets", str(number), "--path", path, "--concurrency", str(clients), "--warmup", "20")
    return _run(contender, "--target", contender.target, *arguments)


def looks(contender: Contender, target: str, number: int, *, clients: int = 4) -> dict[str, Any]:
    """GETs by somebody who has the page already (``revalidated``), or who is staff (``desk``)."""
    return _run(
        contender, "--target", target, "--signups", str(number), "--concurrency", str(clients), "--warmup", "20"
    )


def _run(contender: Contender, *arguments: str) -> dict[str, Any]:
    """What the driver printed.

    :raises SystemExit: something went wrong, so that the figure would be worth nothing.
    """
    command = [sys.executable, "-m", "benchmarks.load", "--url", contender.server.url, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **contender.env}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"The load driver failed on {contender.target}:\n{done.stdout}{done.stderr}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[0])
    return answer

"""Running commands: in this process on the test's application, or as users do."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest
from flask import Flask

from service import terminal
from service.cli import commands

ROOT: Final = Path(__file__).parent.parent
SECRET: Final = "a secret for tests only"

Run = Callable[..., int]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command in this process, on the test's application."""
    return lambda *arguments: terminal.run(commands, arguments, lambda: app)


def studiedag(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does, in a process of its own with this environment alone."""
    return studiedag_into(subprocess.PIPE, *arguments, **environ)


def studiedag_into(stdout: int, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """As ``studiedag``, its output into a descriptor."""
    with _started(stdout, *arguments, **environ) as process:
        said, complained = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, said, complained)


def started(*arguments: str, **environ: str) -> subprocess.Popen[str]:
    """As ``studiedag``, while it runs."""
    return _started(subprocess.DEVNULL, *arguments, **environ)


def _started(stdout: int, *arguments: str, **environ: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", "from service.cli import main; main()", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), **environ},
        cwd=environ.get("PWD", ROOT),
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
    )

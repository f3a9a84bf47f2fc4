"""The official checkers beside this checkout (`shared/standards`), where there are any, and what they need to run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[1]


def find_standards() -> Path | None:
    """The folder that STANDARDS names, else `shared/standards` beside the checkout or further up."""
    if named := os.environ.get("STANDARDS"):
        return Path(named)
    return next((found for above in ROOT.parents if (found := above / "shared" / "standards").is_dir()), None)


def check_ics(calendar: Path, *flags: str) -> str:
    """What ical.js, the parser of Thunderbird, finds wrong with a calendar file; nothing, where all is well."""
    return _run("node", _checker("check_ics.mjs"), calendar, *flags)


def check_imip(mail: Path, *flags: str) -> str:
    """What keeps Outlook, Gmail and Apple Mail from showing a mail as an invitation; nothing, where all is well."""
    return _run(sys.executable, _checker("check_imip.py"), mail, *flags)


def _checker(name: str) -> Path:
    """A script of the folder; skips the test where something that it needs is missing."""
    folder = find_standards()
    if folder is None:
        pytest.skip("no official checkers beside this checkout, and STANDARDS names none")
    if shutil.which("node") is None or "ICAL_JS" not in os.environ:
        pytest.skip("ICAL_JS names no ical.js, or there is no node to run it")
    return folder / name


def _run(*command: str | Path) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr

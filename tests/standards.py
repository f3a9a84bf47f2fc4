"""The official checkers beside this checkout (`shared/standards`), where there are any, and what they need to run."""

import os
import shutil
import subprocess
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
    folder, ical_js = find_standards(), os.environ.get("ICAL_JS")
    if folder is None:
        pytest.skip("no official checkers beside this checkout, and STANDARDS names none")
    if shutil.which("node") is None or ical_js is None:
        pytest.skip("ICAL_JS names no ical.js, or there is no node to run it")
    command = ["node", str(folder / "check_ics.mjs"), str(calendar), *flags]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr

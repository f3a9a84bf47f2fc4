import os
import subprocess
import sys

import pytest

from tests.command import ROOT, SECRET


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "SECRET_KEY is missing: set it to a long random text (openssl rand -hex 32)"),
        (
            {"SECRET_KEY": SECRET, "BASE_URL": "here"},
            "BASE_URL must be like https://studiedag.example.org, without a path",
        ),
        (
            {"SECRET_KEY": SECRET, "DATABASE_URL": "sqlite:////dev/null/none/x.sqlite3"},
            "DATABASE_URL: the folder /dev/null/none cannot be made: Not a directory",
        ),
    ],
)
def test_web_server_when_a_setting_is_wrong_says_which_and_does_not_start(environ: dict[str, str], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "gunicorn.conf.py", "--bind", "127.0.0.1:0"],
        env={"PATH": os.environ["PATH"], **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (2, f"studiedag: {said}\n")

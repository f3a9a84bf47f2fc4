"""What is not loaded at a start (docs/decisions/0032-what-pages-load.md): names, not seconds, to hold anywhere."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from tests.command import ROOT, SECRET

COMMANDS: Final = {"service.backup", "service.cli", "service.demo", "service.migrations", "service.terminal", "alembic"}
SENDING: Final = {"service.mail.delivery", "service.mail.worker", "dkim", "dns", "imap_tools"}
OTHER_BACKENDS: Final = {"psycopg", "redis"}
"""Of settings that nobody made: the database is SQLite, limits are counted there."""
PAGES: Final = {"service.app", "service.web", "apispec", "flask_smorest", "limits", "markdown_it", "marshmallow", "nh3"}

FIRST_PAGE: Final = """
from service.app import create_app
assert create_app().test_client().get("/en/").status_code == 200
"""
WORKER: Final = """
import service.mail.worker
"""


def loaded(program: str, **environ: str) -> set[str]:
    """The modules of a fresh process after that program."""
    done = subprocess.run(
        [sys.executable, "-c", f"{program}\nimport sys\nprint(*sys.modules)"],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SECRET_KEY": SECRET, **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stdout.split())


def test_first_page_when_answered_has_loaded_nothing_of_commands_mail_and_other_backends(sqlite_template: Path) -> None:
    modules = loaded(FIRST_PAGE, DATABASE_URL=f"sqlite:///{sqlite_template}", ORGANISER_MAILBOX="office@example.org")

    assert modules & (COMMANDS | SENDING | OTHER_BACKENDS) == set()
    assert modules >= PAGES


def test_worker_when_it_starts_has_loaded_nothing_of_commands_and_pages() -> None:
    modules = loaded(WORKER)

    assert modules & (COMMANDS | PAGES | OTHER_BACKENDS) == set()
    assert "service.mail.delivery" in modules


def test_module_when_named_here_exists() -> None:
    assert [name for name in COMMANDS | SENDING | OTHER_BACKENDS | PAGES if find_spec(name) is None] == []

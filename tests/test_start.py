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
SHARED: Final = """
from service.app import web_app
from service.models import Base
web_app()
print(*{mapper.configured for mapper in Base.registry.mappers})
"""


def said(program: str, **environ: str) -> set[str]:
    """The words that a program prints, in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "SECRET_KEY": SECRET, **environ},
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(done.stdout.split())


def loaded(program: str, **environ: str) -> set[str]:
    """The modules of a fresh process after that program."""
    return said(f"{program}\nimport sys\nprint(*sys.modules)", **environ)


def test_first_page_when_answered_has_loaded_nothing_of_commands_mail_and_other_backends(sqlite_template: Path) -> None:
    modules = loaded(FIRST_PAGE, DATABASE_URL=f"sqlite:///{sqlite_template}", ORGANISER_MAILBOX="office@example.org")

    assert modules & (COMMANDS | SENDING | OTHER_BACKENDS) == set()
    assert modules >= PAGES


def test_worker_when_it_starts_has_loaded_nothing_of_commands_and_pages() -> None:
    modules = loaded(WORKER)

    assert modules & (COMMANDS | PAGES | OTHER_BACKENDS) == set()
    assert "service.mail.delivery" in modules


def test_workers_when_forked_share_the_mappers_as_the_first_page_needs_them(tmp_path: Path) -> None:
    environ = {"DATABASE_URL": f"sqlite:///{tmp_path}/none.sqlite3", "ORGANISER_MAILBOX": "office@example.org"}

    assert said(SHARED, **environ) == {"True"}


def test_module_when_named_here_exists() -> None:
    assert [name for name in COMMANDS | SENDING | OTHER_BACKENDS | PAGES if find_spec(name) is None] == []

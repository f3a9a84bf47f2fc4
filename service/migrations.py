"""Where the migrations are, how far a database has come, and what must exist after the first."""

import re
from datetime import datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from service.domain.actors import SYSTEM
from service.models import Organiser
from service.settings import Settings
from service.usecases.staff import add_organiser

LONGEST_SLUG: Final = 80
FOLDER: Final = Path(__file__).resolve().parent.parent / "migrations"


class State(StrEnum):
    """How a database stands to the migrations of this version."""

    EMPTY = "empty"
    OLDER = "older"
    CURRENT = "current"
    NEWER = "newer"


def alembic_config(database_url: str) -> Config:
    """Alembic's settings without a file: the folder and the address of the database."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def state_of(connection: Connection) -> State:
    """How far the database has come; read only."""
    there = set(MigrationContext.configure(connection).get_current_heads())
    if not there:
        return State.EMPTY
    newest, known = revisions()
    if there == {newest}:
        return State.CURRENT
    return State.OLDER if there <= known else State.NEWER


@cache
def revisions() -> tuple[str, frozenset[str]]:
    """The newest migration of this version, and all that it knows."""
    scripts = ScriptDirectory(str(FOLDER))
    newest = scripts.get_current_head()
    if newest is None:
        raise RuntimeError(f"there are no migrations in {FOLDER}")
    return newest, frozenset(script.revision for script in scripts.walk_revisions())


def seed_first_organiser(session: Session, settings: Settings, *, now: datetime) -> None:
    """The organiser that an installation begins with, named by the environment; later values do not rename it."""
    if session.execute(sa.select(Organiser.id).limit(1)).first() is None:
        slug = re.sub(r"[^a-z0-9]+", "-", settings.organiser_name.casefold())[:LONGEST_SLUG].strip("-") or "organiser"
        add_organiser(
            session, slug, name=settings.organiser_name, mailbox=settings.organiser_mailbox, actor=SYSTEM, now=now
        )

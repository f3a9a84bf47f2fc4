"""Where the migrations are, and what must exist after the first."""

import re
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from alembic.config import Config
from sqlalchemy.orm import Session

from service.domain.actors import SYSTEM
from service.models import Organiser
from service.settings import Settings
from service.usecases.staff import add_organiser

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def alembic_config(database_url: str) -> Config:
    """Alembic's settings without a file: the folder and the address of the database."""
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def seed_first_organiser(session: Session, settings: Settings, *, now: datetime) -> None:
    """The organiser that an installation begins with, named by the environment; later values do not rename it."""
    if session.execute(sa.select(Organiser.id).limit(1)).first() is None:
        slug = re.sub(r"[^a-z0-9]+", "-", settings.organiser_name.casefold()).strip("-") or "organiser"
        add_organiser(
            session, slug, name=settings.organiser_name, mailbox=settings.organiser_mailbox, actor=SYSTEM, now=now
        )

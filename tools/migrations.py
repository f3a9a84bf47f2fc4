"""Checks that the migrations, run on an empty SQLite database, make exactly the tables of the models."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from service.extensions import engine_options
from service.migrations import alembic_config
from service.models import Base


def main() -> int:
    """1 when there is a difference, or more than one newest migration."""
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'check.sqlite3'}"
        heads = ScriptDirectory.from_config(alembic_config(url)).get_heads()
        if len(heads) != 1:
            print(f"migrations: {len(heads)} have no follower, one should: {', '.join(heads)}")
            return 1
        differences = differences_after_upgrade(url)
    for difference in differences:
        print(f"migrations: a migration is missing for {difference}")
    if not differences:
        print("migrations: they make the tables of the models")
    return 1 if differences else 0


def differences_after_upgrade(url: str) -> list[Any]:
    """What `alembic revision --autogenerate` would write into a new migration."""
    command.upgrade(alembic_config(url), "head")
    engine = create_engine(url, **engine_options(url))
    try:
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            differences: list[Any] = compare_metadata(context, Base.metadata)
            return differences
    finally:
        engine.dispose()


if __name__ == "__main__":
    sys.exit(main())

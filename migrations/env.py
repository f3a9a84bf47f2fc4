"""Alembic's entry: one connection, the models' metadata."""

from alembic import context
from sqlalchemy import Connection, create_engine

from service.extensions import engine_options
from service.models import Base


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    if not url:
        raise RuntimeError("no database address")
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _run(connection)
        return
    engine = create_engine(url, **engine_options(url)).execution_options(writes=True)
    try:
        with engine.connect() as connection:
            _run(connection)
    finally:
        engine.dispose()


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        transaction_per_migration=True,
        user_module_prefix="",
    )
    with context.begin_transaction():
        context.run_migrations()


run()

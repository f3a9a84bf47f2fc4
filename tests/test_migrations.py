from dataclasses import replace

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory

from service.extensions import db
from service.migrations import alembic_config, revisions, seed_first_organiser
from service.models import SCHEMA, Organiser
from service.settings import Settings
from service.transaction import transaction
from tests.builders import NOW
from tools.migrations import differences_after_upgrade


def test_migrations_when_run_make_the_tables_of_the_models(database_url: str) -> None:
    assert differences_after_upgrade(database_url) == []


@pytest.mark.usefixtures("app")
def test_first_organiser_when_its_name_is_as_long_as_can_be_has_an_address(settings: Settings) -> None:
    with transaction() as session:
        seed_first_organiser(session, replace(settings, organiser_name="Stad " * 40), now=NOW)

    slug = db.session.execute(sa.select(Organiser.slug)).scalar_one()
    assert slug == "-".join(["stad"] * 16)


def test_migrations_when_listed_have_one_head() -> None:
    assert len(ScriptDirectory.from_config(alembic_config("sqlite://")).get_heads()) == 1


def test_migrations_when_taken_back_leave_nothing_and_can_be_run_again(database_url: str) -> None:
    config = alembic_config(database_url)
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)

    command.downgrade(config, "base")
    assert sa.inspect(engine).get_table_names() == ["alembic_version"]

    assert differences_after_upgrade(database_url) == []


def test_migrations_when_the_newest_is_named_it_is_the_newest() -> None:
    assert revisions()[0] == SCHEMA


def test_migrations_when_there_are_rows_keep_them(database_url: str) -> None:
    config = alembic_config(database_url)
    command.downgrade(config, "0001")
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    message = {
        "letter": "sign_in",
        "language": "nl",
        "recipient": "a@example.org",
        "facts": "{}",
        "created_at": NOW.replace(tzinfo=None),
        "due_at": NOW.replace(tzinfo=None),
        "state": "sent",
        "attempts": 1,
        "error": "",
    }
    columns, values = ", ".join(message), ", ".join(f":{name}" for name in message)
    source = {"id": 1, "header": "<1@example.org>", "source": b"as sent"}
    with engine.begin() as connection:
        connection.execute(sa.text(f"INSERT INTO message ({columns}) VALUES ({values})"), message)
        connection.execute(sa.text("INSERT INTO message_source VALUES (:id, :header, '', :source)"), source)

    command.upgrade(config, "head")

    with engine.connect() as connection:
        kept = connection.execute(sa.text("SELECT message_header_id, source FROM message_source")).one()
    assert tuple(kept) == ("<1@example.org>", b"as sent")

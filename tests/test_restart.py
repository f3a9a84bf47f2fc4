"""PostgreSQL restarted: stale connections are replaced, and nothing that was acknowledged is lost."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from service.domain.refusals import Refusal, Unavailable
from service.extensions import db
from service.models import Organiser
from service.transaction import glance, transaction
from tests.builders import make_organiser
from tests.conftest import only_on_postgresql

pytestmark = [only_on_postgresql, pytest.mark.usefixtures("app")]


def write(*steps: Callable[[Session], object]) -> None:
    with transaction() as session:
        for step in steps:
            step(session)


def add(slug: str) -> Callable[[Session], object]:
    return lambda session: make_organiser(session, slug=slug)


def organisers() -> set[str]:
    db.session.rollback()
    return set(db.session.execute(sa.select(Organiser.slug)).scalars())


@pytest.fixture
def end_connections(database_url: str) -> Iterator[Callable[[object], int]]:
    """Ends all connections of the application, as a restart of the server does, and says how many there were."""
    engine = sa.create_engine(database_url, poolclass=sa.NullPool)
    end = sa.text(
        "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
        " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
    )

    def restart(_: object = None) -> int:
        with engine.begin() as connection:
            ended: int = connection.execute(end).scalar_one()  # waits until they have ended
        return ended

    yield restart
    engine.dispose()


def test_restart_between_two_commands_is_not_noticed(end_connections: Callable[[object], int]) -> None:
    write(add("first"))
    held = [db.engine.connect() for _ in range(4)]
    for connection in held:
        connection.close()
    assert end_connections(None) >= 4

    for number in range(6):
        write(add(f"organiser-{number}"))
        with glance() as connection:
            assert connection.execute(sa.select(1)).scalar_one() == 1

    assert len(organisers()) == 7


def test_restart_within_a_command_is_said_and_nothing_is_stored(end_connections: Callable[[object], int]) -> None:
    with pytest.raises(Unavailable):
        write(add("first"), end_connections, add("second"))
    assert organisers() == set()
    write(add("first"))
    assert organisers() == {"first"}


def test_restart_just_before_the_commit_is_said_and_nothing_is_stored(
    end_connections: Callable[[object], int],
) -> None:
    with pytest.raises(Unavailable):
        write(add("first"), end_connections)
    assert organisers() == set()


def test_restarts_while_many_write_lose_nothing_that_was_acknowledged(
    end_connections: Callable[[object], int], app: Flask
) -> None:
    acknowledged: list[str] = []
    refused: Counter[str] = Counter()

    def keep_writing(name: str) -> None:
        with app.app_context():
            for number in range(40):
                try:
                    write(add(f"{name}-{number}"))
                    acknowledged.append(f"{name}-{number}")
                except Refusal as refusal:
                    refused[refusal.code] += 1

    writers = [threading.Thread(target=keep_writing, args=(name,)) for name in "abcd"]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        end_connections(None)
        threading.Event().wait(0.02)

    db.session.remove()
    assert set(refused) <= {"unavailable"}
    assert set(acknowledged) <= organisers()
    assert acknowledged

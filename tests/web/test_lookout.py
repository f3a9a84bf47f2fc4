from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask, current_app
from flask.testing import FlaskClient

from service.extensions import db
from service.models import Organiser
from service.transaction import transaction
from service.web.lookout import KEY, Lookout, look
from tests.builders import make_organiser
from tests.conftest import only_on_postgresql

NAMES = sa.select(Organiser.name)


@pytest.fixture
def names(app: Flask) -> Callable[[], list[str]]:
    del app  # its context is what look() works in
    return lambda: [row.name for row in look(NAMES)]


def rename(name: str) -> None:
    with transaction() as session:
        session.execute(sa.update(Organiser).values(name=name))


def test_look_when_others_commit_sees_it_at_once(names: Callable[[], list[str]]) -> None:
    with transaction() as session:
        make_organiser(session)
    assert names() == ["BSoG"]

    rename("VUB")

    assert names() == ["VUB"]


def test_look_when_others_have_not_committed_sees_nothing(names: Callable[[], list[str]]) -> None:
    assert names() == []
    with transaction() as session:
        make_organiser(session)
        assert names() == []


@only_on_postgresql
def test_look_when_the_server_has_closed_the_connection_takes_another(names: Callable[[], list[str]]) -> None:
    assert names() == []
    lookout: Lookout = current_app.extensions[KEY]
    assert lookout.connection is not None
    pid = lookout.connection.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
    with transaction() as session:
        session.execute(sa.text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})

    assert names() == []


@pytest.mark.usefixtures("names")
def test_look_when_the_engine_is_disposed_of_gives_its_connection_up(client: FlaskClient) -> None:
    client.get("/nl/")
    lookout: Lookout = current_app.extensions[KEY]
    assert lookout.connection is not None

    db.engine.dispose()

    assert lookout.connection is None

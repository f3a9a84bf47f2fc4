import sqlalchemy as sa
from flask import Flask

from service.extensions import db
from tests.conftest import only_on_postgresql


@only_on_postgresql
def test_session_when_its_connection_dies_before_the_end_spoils_no_answer(app: Flask) -> None:
    with app.app_context():
        process = db.session.execute(sa.text("SELECT pg_backend_pid()")).scalar_one()
        with db.engine.connect() as other:
            assert other.execute(sa.select(sa.func.pg_terminate_backend(process))).scalar_one() is True

"""One transaction per command: what a database that says no, keeps us waiting or cannot write looks like."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from service import extensions
from service.domain.refusals import AlreadyRegistered, Conflict, SlugTaken, Unavailable
from service.extensions import db
from service.models import Organiser, Registration, StudyDay
from service.transaction import glance, transaction
from tests.builders import FREE_UNTIL, NOW, make_day, make_organiser
from tests.usecases.steps import given_day, joined, statuses

WRITES = sa.insert(Organiser).values(slug="vvsg", name="VVSG", mailbox="a@b.example", created_at=NOW)


def dialect() -> str:
    return db.engine.dialect.name


def the_first(session: Session) -> Organiser:
    return session.get_one(Organiser, 1)


def organisers() -> int:
    db.session.rollback()
    return db.session.execute(sa.select(sa.func.count(Organiser.id))).scalar_one()


def write(*statements: sa.Executable) -> None:
    """One transaction of these statements, or of one that always works once."""
    with transaction() as session:
        for statement in statements or (WRITES,):
            session.execute(statement)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the application that is made after it: it waits for a lock, or for a connection, for one second only."""
    monkeypatch.setattr(extensions, "BUSY_SECONDS", 1)


@contextmanager
def read_only() -> Iterator[None]:
    """As a disk that was mounted so after an error, or a standby of PostgreSQL."""
    sqlite, postgresql = "PRAGMA query_only = ON", "SET default_transaction_read_only = on"

    def open_read_only(connection: Any, _entry: object) -> None:
        connection.execute(sqlite if dialect() == "sqlite" else postgresql)
        connection.commit()

    db.session.remove()
    db.engine.dispose()
    sa.event.listen(db.engine, "connect", open_read_only)
    yield
    sa.event.remove(db.engine, "connect", open_read_only)
    db.session.remove()
    db.engine.dispose()


@pytest.mark.usefixtures("app")
class TestConstraint:
    def test_of_one_live_registration_per_address_is_the_answer_of_the_check(self) -> None:
        given_day(capacity=5)
        an, bo = joined(1), joined(2)
        with pytest.raises(AlreadyRegistered):
            write(sa.update(Registration).where(Registration.id == bo).values(email_folded="an1@example.org"))
        assert statuses() == {an: "confirmed", bo: "confirmed"}

    @pytest.mark.parametrize(
        "make", [lambda session: make_day(session, organiser=session.get(Organiser, 1)), make_organiser]
    )
    def test_of_one_name_is_the_answer_of_the_check(self, make: Callable[[Session], object]) -> None:
        given_day()
        with pytest.raises(SlugTaken), transaction() as session:
            make(session)

    @pytest.mark.parametrize(
        "values",
        [
            *({"taken": -1}, {"waiting": -1}, {"fee_cents": -1}, {"capacity": 0}),
            *({"ends_at": FREE_UNTIL}, {"organiser_id": 99}),
        ],
    )
    def test_of_anything_else_is_a_conflict(self, values: dict[str, object]) -> None:
        given_day()
        with pytest.raises(Conflict):
            write(sa.update(StudyDay).values(values))


@pytest.mark.usefixtures("app")
class TestRollback:
    @pytest.mark.parametrize("error", [Conflict, ValueError, KeyboardInterrupt])
    def test_after_any_failure_nothing_is_left(self, error: type[BaseException]) -> None:
        def fail() -> None:
            with transaction() as session:
                session.execute(WRITES)
                raise error

        with pytest.raises(error):
            fail()
        assert organisers() == 0
        write()
        assert organisers() == 1

    def test_of_what_was_read_before_makes_room_for_what_is_committed_now(self) -> None:
        given_day()
        before = db.session.get_one(StudyDay, 1)
        with db.engine.execution_options(writes=True).begin() as other:
            other.execute(sa.update(StudyDay).values(fee_cents=900))
        with transaction() as session:
            assert session.get_one(StudyDay, 1).fee_cents == 900
        assert before.fee_cents == 900


@pytest.mark.usefixtures("impatient", "app")
class TestAway:
    def test_when_somebody_else_holds_the_lock(self) -> None:
        given_day()
        with db.engine.execution_options(writes=True).begin() as other:
            other.execute(sa.update(StudyDay).values(fee_cents=900))
            with pytest.raises(Unavailable):
                write(sa.update(StudyDay).values(fee_cents=800))
        write(sa.update(StudyDay).values(fee_cents=StudyDay.fee_cents + 1))
        assert db.session.execute(sa.select(StudyDay.fee_cents)).scalar_one() == 901

    def test_when_all_connections_are_taken(self) -> None:
        db.session.remove()
        taken = [db.engine.connect() for _ in range(15)]
        with pytest.raises(Unavailable):
            write()
        with pytest.raises(Unavailable), glance():
            pass
        for connection in taken:
            connection.close()
        write()
        assert organisers() == 1

    def test_when_the_database_is_read_only(self) -> None:
        with read_only():
            with pytest.raises(Unavailable):
                write()
            with glance() as connection:
                assert connection.execute(sa.select(sa.func.count(Organiser.id))).scalar_one() == 0
        write()
        assert organisers() == 1

    def test_when_the_disk_is_full(self) -> None:
        if dialect() == "sqlite":
            with db.engine.connect() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            full = f"PRAGMA max_page_count = {pages}"
        else:  # PostgreSQL says so with the code 53100
            full = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
        with pytest.raises(Unavailable):
            write(sa.text(full), WRITES.values(address="x" * 1_000_000))
        if dialect() == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        write()
        assert organisers() == 1

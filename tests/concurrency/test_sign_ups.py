"""The last seat, two clicks, a close: whatever the concurrency (rules.md 2, 3; faults: Concurrency)."""

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import Connection

from service.domain.seats import Status
from service.extensions import db
from service.models import History, Registration, StudyDay
from service.transaction import glance, transaction
from service.usecases import register as register_module
from service.usecases import sign_up_rows
from service.usecases.open_close import close
from service.usecases.register import register
from tests.builders import NOW, make_application
from tests.concurrency.crowd import AT_ONCE, all_at_once, answers, letters, standing
from tests.usecases.steps import DESK, FORM, SLUG, given_day


def sign_up(number: int) -> Status:
    with transaction() as session:
        return register(session, SLUG, make_application(number), actor=FORM, now=NOW)


def test_last_seat_when_200_want_it(app: Flask) -> None:
    given_day(capacity=1)

    got = all_at_once(app, sign_up, 200)

    assert answers(got) == {"confirmed": 1, "waiting": 199}
    assert standing() == {"confirmed": 1, "waiting": 199}
    assert letters() == {"confirmed": 1, "waiting": 199}
    assert (
        db.session.execute(sa.select(sa.func.count(History.id)).where(History.action == "registered")).scalar() == 200
    )


def test_last_seats_when_there_is_no_waiting_list(app: Flask) -> None:
    given_day(capacity=3, waiting_list=False)

    got = all_at_once(app, sign_up, 60)

    assert answers(got) == {"confirmed": 3, "full": 57}
    assert standing() == {"confirmed": 3}
    assert letters() == {"confirmed": 3}


def test_last_seat_when_the_guard_is_taken_out_is_sold_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: all look before anybody counts, and the UPDATE counts without its condition.

    On SQLite the guard has a second half, the write lock at the start; here the transaction begins by reading.
    """
    given_day(capacity=1)
    looked = threading.Barrier(4)

    def look(_: Connection, slug: str) -> Any:
        with glance() as connection:
            day = sign_up_rows.read_day(connection, slug)
        looked.wait(60)
        return day

    def count_unguarded(connection: Connection, day: sign_up_rows.DayRow, status: Status) -> bool:
        assert status == "confirmed"
        connection.execute(sa.update(StudyDay).where(StudyDay.id == day.id).values(taken=StudyDay.taken + 1))
        return True

    def sign_up_unguarded(number: int) -> Status:
        session = db.session()
        status = register(session, SLUG, make_application(number), actor=FORM, now=NOW)
        session.commit()
        return status

    monkeypatch.setattr(register_module, "read_day", look)
    monkeypatch.setattr(register_module, "count", count_unguarded)

    got = all_at_once(app, sign_up_unguarded, 4)

    assert answers(got) == {"confirmed": 4}
    assert standing() == {"confirmed": 4}


def test_last_seat_when_all_looked_before_anybody_took_it(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same race with the guard in; on SQLite, where looking takes the lock, they look one after the other."""
    given_day(capacity=1)
    looked = threading.Barrier(1 if db.engine.dialect.name == "sqlite" else 8)

    def look(connection: Connection, slug: str, *, lock: bool = False) -> Any:
        day = sign_up_rows.read_day(connection, slug, lock=lock)
        if not lock:
            looked.wait(60)
        return day

    monkeypatch.setattr(register_module, "read_day", look)
    assert answers(all_at_once(app, sign_up, 8)) == {"confirmed": 1, "waiting": 7}
    assert standing() == {"confirmed": 1, "waiting": 7}
    assert letters() == {"confirmed": 1, "waiting": 7}


def test_double_click_when_all_clicks_come_at_once(app: Flask) -> None:
    given_day(capacity=1)

    def click(_: int) -> Status:
        return sign_up(1)

    assert answers(all_at_once(app, click, AT_ONCE)) == {"confirmed": AT_ONCE}
    assert standing() == {"confirmed": 1}
    assert letters() == {"confirmed": 1}


def test_address_when_it_signs_up_by_several_forms_at_once(app: Flask) -> None:
    given_day(capacity=50)

    def send(number: int) -> Status:
        application = make_application(1, remarks=str(number), email=f"{'AN1' if number % 2 else 'an1'}@example.org")
        with transaction() as session:
            return register(session, SLUG, application, actor=FORM, now=NOW)

    assert answers(all_at_once(app, send, AT_ONCE)) == {"confirmed": AT_ONCE}
    assert standing() == {"confirmed": 1}
    assert letters() == {"confirmed": 1, "already_registered": 1}


def test_closing_when_a_storm_of_sign_ups_is_on(app: Flask) -> None:
    """Nothing is confirmed after the close was committed, though each request has read its clock before."""
    began = datetime.now(UTC)
    limits = {"closes_at": began + timedelta(days=1), "free_cancellation_until": began}
    given_day(**limits, starts_at=began + timedelta(days=2), ends_at=began + timedelta(days=3))
    confirmed_at_close: list[int] = []

    def sign_up_or_close(number: int) -> str:
        now = datetime.now(UTC)
        if number != 150:
            with transaction() as session:
                return register(session, SLUG, make_application(number), actor=FORM, now=now)
        with transaction() as session:
            close(session, 1, reason="The room is full", actor=DESK, now=now)
        confirmed_at_close.append(db.session.execute(sa.select(sa.func.count(Registration.id))).scalar_one())
        return "closed"

    got = answers(all_at_once(app, sign_up_or_close, 300))

    assert got["closed"] == 1
    assert got["confirmed"] + got["registration-closed"] == 299
    assert got["registration-closed"] > 0
    assert standing() == Counter(confirmed=confirmed_at_close[0]) == Counter(confirmed=got["confirmed"])

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from service.extensions import db
from service.mail import timed
from service.mail.timed import Job, Timetable
from service.models import Heartbeat, IdempotencyKey, RateLimit, SignInLink, Staff, StaffSession
from service.transaction import transaction
from tests.builders import FREE_UNTIL, NOW, TICK
from tests.conftest import Clock
from tests.mail.outgoing import change, later, messages, queue
from tests.usecases.steps import cancelled, given_day, joined, statuses

pytestmark = pytest.mark.usefixtures("app")


def put(*rows: Any) -> None:
    with transaction() as session:
        session.add_all(rows)


def all_of(column: Any) -> list[Any]:
    db.session.rollback()
    return list(db.session.execute(sa.select(column).order_by(column)).scalars())


def test_worker_when_it_lives_is_seen() -> None:
    timed.beat(NOW)
    timed.beat(later(15))

    db.session.rollback()
    beats = db.session.execute(sa.select(Heartbeat.name, Heartbeat.at)).all()
    assert [tuple(beat) for beat in beats] == [("worker", later(15))]


def test_offers_when_they_lapse_end_and_go_on() -> None:
    given_day(capacity=1)
    first, second, third = joined(1), joined(2), joined(3)
    cancelled(first, now=FREE_UNTIL)
    lapses_at = FREE_UNTIL + timedelta(hours=24)

    timed.lapse(lapses_at - TICK)
    before = statuses()
    timed.lapse(lapses_at)

    assert before == {first: "cancelled", second: "offered", third: "waiting"}
    assert statuses() == {first: "cancelled", second: "cancelled", third: "offered"}
    assert messages("letter")[-2:] == ["lapsed_offer", "offer"]


def test_claims_when_stale_come_back() -> None:
    queue(1)
    change(1, state="sending", claimed_at=NOW)

    timed.take_back_stale(later(91))

    assert messages("state") == ["queued"]


def test_what_expires_when_its_time_is_over_is_deleted() -> None:
    put(Staff(id=1, email="desk@example.org", created_at=NOW))
    for number, tick in enumerate((-TICK, TICK)):
        same = {"staff_id": 1, "token_hash": str(number), "created_at": NOW}
        key = {"key_hash": str(number), "body_hash": "", "status": 202, "headers": {}, "body": ""}
        put(
            IdempotencyKey(**key, created_at=NOW - timedelta(days=1) + tick),
            RateLimit(key=str(number), hits=1, expires_at=NOW + tick),
            SignInLink(**same, expires_at=NOW - timedelta(days=30) + tick),
            StaffSession(**same, expires_at=NOW - timedelta(days=30) + tick),
        )

    timed.forget(NOW)

    kept = [IdempotencyKey.key_hash, RateLimit.key, SignInLink.token_hash, StaffSession.token_hash]
    assert [all_of(column) for column in kept] == [["1"]] * 4


def test_jobs_when_run_again_wait_for_their_time(clock: Clock) -> None:
    done: list[tuple[str, datetime]] = []

    def job(name: str, every: float) -> Job:
        return Job(lambda now: done.append((name, now)), every)

    table = Timetable(clock, [job("often", 0), job("seldom", 1000)])
    table.run()
    clock.advance(timedelta(seconds=1))
    table.run()

    assert done == [("often", NOW), ("seldom", NOW), ("often", later(1))]


def test_job_when_it_fails_stays_due(clock: Clock) -> None:
    tried: list[datetime] = []

    def work(now: datetime) -> None:
        tried.append(now)
        if len(tried) == 1:
            raise ConnectionError

    table = Timetable(clock, [Job(work, 1000)])
    with pytest.raises(ConnectionError):
        table.run()
    for _ in range(3):
        table.run()

    assert len(tried) == 2


def test_timetable_when_complete_is_often_enough() -> None:
    every = {job.work: job.every for job in timed.jobs()}
    wanted: dict[Callable[[datetime], None], float] = {timed.beat: 30, timed.take_back_stale: 30, timed.lapse: 60}

    assert all(every[work] <= limit for work, limit in wanted.items())

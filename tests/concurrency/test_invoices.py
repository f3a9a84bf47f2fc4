"""Invoice numbers: no gap and no double with two issuers at once, or with a crash in between (rules.md 9)."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from service.extensions import db
from service.models import Charge
from service.transaction import transaction
from tests.concurrency.billing import check_series, issue, make_charges
from tests.concurrency.crowd import all_at_once, answers

ROOT = Path(__file__).parent.parent.parent
KILLS = int(os.environ.get("STORM_KILLS", "4"))
MOST = 30
"""Days that an issuer bills before it waits for its end: something is left to bill, however late the kill comes."""
DAYS = 2 * MOST * KILLS + 10


def test_numbers_when_many_issue_for_several_days_at_once(app: Flask) -> None:
    with transaction() as session:
        ids = make_charges(session, days=12, each=4)

    got = all_at_once(app, lambda number: issue(ids[number]), 12)

    assert answers(got) == {"4": 12}
    check_series(48)


def test_numbers_when_many_issue_for_the_same_day_at_once(app: Flask) -> None:
    with transaction() as session:
        (day,) = make_charges(session, days=1, each=20)

    got = all_at_once(app, lambda _: issue(day), 12)

    assert answers(got) == {"20": 1, "0": 11}
    check_series(20)


@contextmanager
def issuers(number: int, *arguments: str) -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that are let go together."""
    command = [sys.executable, "-m", "tests.concurrency.billing", *arguments]
    started = [
        subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(number)
    ]
    try:
        for process in started:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        for process in started:
            assert process.stdin is not None
            process.stdin.write("\n")
            process.stdin.flush()
        yield started
    finally:
        for process in started:
            process.kill()
            process.communicate()


@pytest.mark.slow
@pytest.mark.usefixtures("app")
def test_numbers_when_issuers_are_killed_in_between(database_url: str) -> None:
    with transaction() as session:
        make_charges(session, days=DAYS, each=2)
    db.session.remove()
    dice = random.Random(7)

    for _ in range(KILLS):
        with issuers(2, database_url, str(MOST)) as (watched, _other):
            assert watched.stdout is not None
            for _ in range(dice.randrange(1, 6)):
                watched.stdout.readline()
            time.sleep(dice.uniform(0.0, 0.005))

    draft = sa.select(sa.func.count(Charge.id)).where(Charge.status == "draft")
    assert db.session.execute(draft).scalar_one() > 0
    db.session.remove()
    with issuers(1, database_url) as (last,):
        assert last.wait(120) == 0
    check_series(2 * DAYS)

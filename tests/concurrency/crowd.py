"""Many at once: threads that are let go together, each command with a connection of its own."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import sqlalchemy as sa
from flask import Flask

from service.domain.refusals import Refusal
from service.extensions import db
from service.models import Message, Registration, StudyDay

Answer = TypeVar("Answer")
AT_ONCE = 15
"""As many as the pool of connections holds."""


def all_at_once(app: Flask, work: Callable[[int], Answer], number: int) -> Sequence[Answer | Refusal]:
    """What each got, refusals among it; any other exception is raised here."""
    ready = threading.Barrier(min(AT_ONCE, number))
    begun = threading.local()

    def one(which: int) -> Answer | Refusal:
        if not hasattr(begun, "here"):
            begun.here = True
            ready.wait(60)
        with app.app_context():
            try:
                return work(which)
            except Refusal as refusal:
                return refusal

    with ThreadPoolExecutor(min(AT_ONCE, number)) as crowd:
        return list(crowd.map(one, range(number)))


def answers(got: Sequence[object]) -> Counter[str]:
    """How often each answer came: a status, or the code of a refusal."""
    return Counter(one.code if isinstance(one, Refusal) else str(one) for one in got)


def standing(day_id: int = 1) -> Counter[str]:
    """How many registrations stand where; the counters of the study day must say the same."""
    db.session.rollback()
    rows = db.session.execute(sa.select(Registration.status).where(Registration.study_day_id == day_id)).scalars()
    found = Counter(rows)
    kept = db.session.execute(sa.select(StudyDay.taken, StudyDay.waiting).where(StudyDay.id == day_id)).one()
    assert (kept.taken, kept.waiting) == (found["confirmed"] + found["offered"], found["waiting"])
    return found


def letters() -> Counter[str]:
    db.session.rollback()
    return Counter(db.session.execute(sa.select(Message.letter)).scalars())

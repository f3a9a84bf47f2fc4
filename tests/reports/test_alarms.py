from datetime import timedelta

import pytest

from service.domain.subject import Subject
from service.extensions import db
from service.mail.outbox import put, row
from service.reports.alarms import (
    LATE,
    STALE,
    LateMail,
    dead_letters,
    dead_letters_to_staff,
    late_mail,
    mail_in_figures,
)
from service.reports.glance import at_a_glance
from service.transaction import glance, transaction
from tests.builders import NOW, TICK
from tests.mail.outgoing import change, later, queue

pytestmark = pytest.mark.usefixtures("app")


def test_dead_letters_when_nobody_has_dismissed_them_are_found() -> None:
    queue(5)
    change(1, state="failed", error="550 no such user")
    change(2, state="bounced")
    change(3, state="failed", dismissed_at=NOW)
    change(4, state="sent")

    found = dead_letters(db.session(), [1], now=NOW)

    assert [(one.id, one.state, one.recipient, one.error) for one in found] == [
        (2, "bounced", "an2@example.org", ""),
        (1, "failed", "an1@example.org", "550 no such user"),
    ]
    assert dead_letters(db.session(), [2], now=NOW) == []


@pytest.mark.parametrize(("age", "count"), [(STALE - TICK, 1), (STALE, 0)])
def test_dead_letters_when_old_are_not_reported_any_more(age: timedelta, count: int) -> None:
    queue(1)
    change(1, state="failed")

    assert len(dead_letters(db.session(), [1], now=NOW + age)) == count
    assert at_a_glance(db.session(), 1, now=NOW + age).failed_mails == count
    with glance() as connection:
        assert mail_in_figures(connection, now=NOW + age)["failed"] == count


def test_dead_letters_when_to_staff_are_apart() -> None:
    queue(1)
    change(1, state="failed")
    with transaction() as session:
        put(session, row("sign_in", about=Subject(1), to="els@vub.example", language="nl", now=NOW))
    change(2, state="failed")

    assert [one.id for one in dead_letters_to_staff(db.session(), now=NOW)] == [2]


@pytest.mark.parametrize(("waited", "late"), [(LATE - TICK, False), (LATE, True)])
def test_late_mail_when_mail_waits_for_a_quarter_of_an_hour(waited: timedelta, *, late: bool) -> None:
    queue(3)
    change(1, state="sent")
    change(2, error="[Errno 111] Connection refused")
    change(3, due_at=later(60))

    found = late_mail(db.session(), now=NOW + waited)

    assert found == (LateMail(count=1, since=NOW, words="[Errno 111] Connection refused") if late else None)


def test_late_mail_when_a_worker_died_with_it_counts_it() -> None:
    queue(2)
    change(1, state="sending", claimed_at=later(5))

    assert late_mail(db.session(), now=later(5) + LATE) == LateMail(count=2, since=NOW, words="")


def test_figures_when_mail_waits_tell_its_age_and_what_failed() -> None:
    queue(3)
    change(1, state="failed")
    change(2, due_at=later(-100))

    with glance() as connection:
        assert mail_in_figures(connection, now=later(1)) == {"failed": 1, "oldest_due_seconds": 101}

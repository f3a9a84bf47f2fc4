from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.mail import claims
from service.mail.claims import FIRST_RETRY, LONGEST_RETRY, MOST_ATTEMPTS, STALE_AFTER, Claim
from service.transaction import glance
from tests.builders import NOW, TICK
from tests.conftest import only_on_postgresql
from tests.mail.outgoing import change, later, messages, queue
from tests.statements import statements

pytestmark = pytest.mark.usefixtures("app")


def claim(*ids: int) -> list[Claim]:
    with glance() as connection:
        return claims.claim(connection, ids, now=NOW)


def test_claim_when_made_twice_is_one_workers() -> None:
    queue(3)

    assert [one.id for one in claim(1, 2)] == [1, 2]
    assert [one.id for one in claim(1, 2, 3)] == [3]
    assert messages("state", "attempts", "claimed_at") == [("sending", 1, NOW)] * 3


def test_due_when_some_wait_is_oldest_first() -> None:
    queue(5)
    change(1, due_at=later(-5))
    change(2, due_at=later(-9))
    change(3, due_at=NOW + TICK)
    change(4, state="suppressed")

    with glance() as connection:
        assert claims.due(connection, 10, now=NOW) == [2, 1, 5]
        assert claims.due(connection, 2, now=NOW) == [2, 1]


@pytest.mark.parametrize("statement", [claims._DUE, claims._TAKE_BACK])
def test_queue_when_asked_is_found_by_its_index(statement: sa.Executable) -> None:
    queue(1)
    with glance() as connection:
        text = str(statement.compile(connection))  # type: ignore[attr-defined]  # both can be compiled

    assert "state = 'queued'" in text or "state = 'sending'" in text


@pytest.mark.parametrize(
    ("age", "state"),
    [
        (STALE_AFTER - TICK, "sending"),
        (STALE_AFTER, "sending"),
        (STALE_AFTER + TICK, "queued"),
        (-STALE_AFTER, "sending"),
        (-STALE_AFTER - TICK, "queued"),  # the clock was set back
    ],
)
def test_claim_when_its_worker_was_killed_comes_back(age: timedelta, state: str) -> None:
    queue(1)
    claim(1)

    with glance() as connection:
        returned = claims.take_back(connection, now=NOW + age)

    assert returned == (state == "queued")
    assert messages("state", "attempts") == [(state, 1)]


def test_claim_when_renewed_stays_unless_it_was_lost() -> None:
    queue(2)
    mine = claim(1, 2)
    change(2, claimed_at=later(100))

    with glance() as connection:
        kept = claims.renew(connection, mine, now=later(30))

    assert [(one.id, one.claimed_at) for one in kept] == [(1, later(30))]
    assert messages("claimed_at") == [later(30), later(100)]


def test_claim_when_lost_changes_nothing_but_that_the_mail_was_sent() -> None:
    queue(4)
    mine = claim(1, 2, 3, 4)
    for lost in mine:
        change(lost.id, claimed_at=later(100))

    with glance() as connection:
        claims.release(connection, mine[:1])
        claims.failed(connection, mine[1], "no")
        claims.retry(connection, mine[2], "not now", now=NOW)
        claims.sent(connection, mine[3], now=NOW)

    assert messages("state", "claimed_at") == [("sending", later(100))] * 3 + [("sent", None)]


@pytest.mark.parametrize(
    ("attempts", "usual"),
    [
        (1, FIRST_RETRY),
        (2, 2 * FIRST_RETRY),
        (3, 4 * FIRST_RETRY),
        (10, 512 * FIRST_RETRY),
        (11, LONGEST_RETRY),
        (MOST_ATTEMPTS, LONGEST_RETRY),
        (10_000, LONGEST_RETRY),
    ],
)
def test_retry_when_attempts_grow_is_later_and_spread(attempts: int, usual: timedelta) -> None:
    waits = [claims.retry_in(attempts) for _ in range(200)]

    assert usual * 0.8 <= min(waits) < usual * 0.9
    assert usual * 1.1 < max(waits) <= usual * 1.2


def test_retry_when_attempts_are_used_up_is_a_failure() -> None:
    queue(2)
    change(1, attempts=MOST_ATTEMPTS - 2)
    change(2, attempts=MOST_ATTEMPTS - 1)

    with glance() as connection:
        for mine in claims.claim(connection, [1, 2], now=NOW):
            claims.retry(connection, mine, "450 later", now=NOW)

    assert messages("state", "error") == [("queued", "450 later"), ("failed", "450 later")]


@only_on_postgresql
@pytest.mark.parametrize("lazily", [True, False])
def test_result_when_recorded_lazily_waits_for_no_disk_and_the_next_statement_does(*, lazily: bool) -> None:
    queue(1)
    (mine,) = claim(1)
    with glance() as connection, statements() as seen:
        connection.exec_driver_sql("SET synchronous_commit = on")  # the tests' database does not wait by itself
        claims.sent(connection, mine, now=NOW, lazily=lazily)
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "on"
        connection.exec_driver_sql("RESET synchronous_commit")

    assert messages("state") == ["sent"]
    assert ("set_config" in "".join(seen)) == lazily

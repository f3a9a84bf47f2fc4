from datetime import timedelta

from flask.testing import FlaskClient

from service.mail.incoming import state
from service.models import Heartbeat
from service.transaction import transaction
from tests.builders import NOW, TICK
from tests.conftest import Clock
from tests.mail.outgoing import change, queue


def test_health_when_the_process_runs(client: FlaskClient) -> None:
    assert client.get("/healthz").get_json() == {"status": "ok"}


def test_ready_when_no_worker_was_ever_seen(client: FlaskClient) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.get_json()["checks"] == {"database": True, "migrated": True, "worker": False}


def test_ready_when_the_worker_was_seen_five_minutes_ago(client: FlaskClient, clock: Clock) -> None:
    with transaction() as session:
        session.add(Heartbeat(name="worker", at=NOW))

    clock.set(NOW + timedelta(minutes=5) - TICK)
    assert client.get("/readyz").status_code == 200
    clock.set(NOW + timedelta(minutes=5))
    assert client.get("/readyz").status_code == 503


def test_ready_when_mail_failed_or_waits_says_so_and_stays_ready(client: FlaskClient, clock: Clock) -> None:
    queue(3)
    change(1, state="failed")
    change(2, state="failed", dismissed_at=NOW)
    clock.set(NOW + timedelta(seconds=90))
    with transaction() as session:
        session.add(Heartbeat(name="worker", at=NOW))

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.get_json()["mail"] == {"failed": 1, "oldest_due_seconds": 90, "mailbox_unread_seconds": 0}


def test_ready_when_the_mailbox_cannot_be_read_says_so_and_stays_ready(client: FlaskClient, clock: Clock) -> None:
    state.failed("desk@mail.example/INBOX", "no route", NOW)
    state.failed("desk@mail.example/INBOX", "no answer", NOW + timedelta(seconds=60))
    clock.set(NOW + timedelta(seconds=90))
    with transaction() as session:
        session.add(Heartbeat(name="worker", at=NOW))

    answer = client.get("/readyz")
    state.read_at("desk@mail.example/INBOX", NOW)

    assert (answer.status_code, answer.get_json()["mail"]["mailbox_unread_seconds"]) == (200, 90)
    assert client.get("/readyz").get_json()["mail"]["mailbox_unread_seconds"] == 0

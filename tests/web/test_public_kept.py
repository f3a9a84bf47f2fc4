from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.actors import Actor
from service.extensions import db
from service.models import StudyDay
from service.transaction import transaction
from service.usecases.open_close import close, reopen
from service.usecases.register import register
from tests.builders import CLOSES_AT, ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, make_application
from tests.conftest import Clock
from tests.web.days import DESK, PAGE, arrange, change


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that the block sends to the database, but for those that begin and end transactions."""
    sent: list[str] = []

    def count(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    sa.event.listen(db.engine, "before_cursor_execute", count)
    yield sent
    sa.event.remove(db.engine, "before_cursor_execute", count)


@pytest.mark.parametrize("path", ["/nl/", PAGE, f"{PAGE}/register", f"{PAGE}/registered/confirmed"])
def test_page_when_nothing_changed_is_not_sent_again(client: FlaskClient, path: str) -> None:
    arrange()

    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})

    assert (first.status_code, again.status_code, again.data) == (200, 304, b"")
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["Content-Type"] == "text/html; charset=utf-8"
    assert again.headers["ETag"] == first.headers["ETag"]


CHANGES: dict[str, Callable[[StudyDay, Clock], None]] = {
    "title": lambda day, _: change(day, title={"nl": "Een andere titel", "en": "Another"}),
    "venue": lambda day, _: change(day, venue={"name": "Elders"}),
    "limit passes": lambda _, clock: clock.set(CLOSES_AT),
    "free cancellation passes": lambda _, clock: clock.set(FREE_UNTIL),
    "start": lambda _, clock: clock.set(STARTS_AT),
    "end": lambda _, clock: clock.set(ENDS_AT),
}


ENDS = {what: ("",) if what == "venue" else ("", "/register") for what in CHANGES}


@pytest.mark.parametrize(("what", "end"), [(what, end) for what in CHANGES for end in ENDS[what]])
def test_page_when_what_it_shows_changes_is_sent_anew(client: FlaskClient, clock: Clock, what: str, end: str) -> None:
    day = arrange()
    before = client.get(PAGE + end)

    CHANGES[what](day, clock)
    after = client.get(PAGE + end, headers={"If-None-Match": before.headers["ETag"]})

    assert after.status_code == (409 if end and what in {"limit passes", "start", "end"} else 200)
    assert after.data != before.data


def test_page_when_closed_and_reopened_by_hand_follows_at_once(client: FlaskClient) -> None:
    day = arrange()
    assert client.get(f"{PAGE}/register").status_code == 200

    with transaction() as session:
        close(session, day.id, reason="vol", actor=DESK, now=NOW)
    assert client.get(f"{PAGE}/register").status_code == 409
    assert "Inschrijvingen gesloten" in client.get(PAGE).text

    with transaction() as session:
        reopen(session, day.id, until=NOW + timedelta(days=1), reason="toch niet", actor=DESK, now=NOW)
    assert client.get(f"{PAGE}/register").status_code == 200
    assert "Inschrijvingen open" in client.get(PAGE).text


def test_page_when_the_last_seat_goes_follows_at_once(client: FlaskClient) -> None:
    arrange(capacity=1)
    assert "Op de wachtlijst" not in client.get(PAGE).text

    with transaction() as session:
        register(session, "integratiebeleid", make_application(), actor=Actor("attendee", "form"), now=NOW)

    assert "Op de wachtlijst" in client.get(PAGE).text
    assert "<h1>Op de wachtlijst</h1>" in client.get(f"{PAGE}/register").text


@pytest.mark.parametrize(
    ("path", "at_first", "kept"),
    [("/nl/", 3, 2), (PAGE, 2, 1), (f"{PAGE}/register", 2, 1), (f"{PAGE}/registered/waiting", 2, 1)],
)
def test_page_when_kept_costs_one_cheap_look(client: FlaskClient, path: str, at_first: int, kept: int) -> None:
    arrange()

    with counted() as first:
        client.get(path)
    with counted() as second:
        client.get(path)

    assert (len(first), len(second)) == (at_first, kept)

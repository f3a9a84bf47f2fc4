"""The same key and body: the same answer, and the work done once; also at once, and after a crash in between."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from service.domain.refusals import Full, Unavailable
from service.extensions import db
from service.models import History, IdempotencyKey, Message, Registration, StudyDay
from service.usecases.register import register
from service.web import idempotency
from service.web.idempotency import KEPT_FOR
from tests.builders import CLOSES_AT, NOW, TICK
from tests.conftest import Clock
from tests.web.api.conftest import SLUG, Caller, Tokens
from tests.web.api.test_registrations import AN
from tests.web.api.test_study_days import NEW

SIGN_UP = f"POST /study-days/{SLUG}/registrations"


def count(model: type[Any]) -> int:
    return db.session.execute(sa.select(sa.func.count()).select_from(model)).scalar_one()


def test_key_when_repeated_gives_status_headers_and_body_again(call: Caller) -> None:
    first = call("POST /study-days", NEW, as_="organiser", key="k1")
    second = call("POST /study-days", NEW, as_="organiser", key="k1")

    assert (first.status_code, count(StudyDay)) == (201, 1)
    assert (second.status_code, second.data, dict(second.headers)) == (201, first.data, dict(first.headers))
    assert second.headers["Location"] == "/api/v1/study-days/buddies"


@pytest.mark.usefixtures("day")
def test_key_when_repeated_on_a_public_call_registers_and_writes_once(call: Caller, clock: Clock) -> None:
    first = call(SIGN_UP, AN, key="k1")
    clock.advance(timedelta(hours=2))  # long past a double click: only the key can know
    second = call(SIGN_UP, AN, key="k1")

    assert (first.status_code, second.status_code, first.data) == (202, 202, second.data)
    assert (count(Registration), count(Message), count(IdempotencyKey)) == (1, 1, 1)


@pytest.mark.usefixtures("day")
def test_key_when_the_body_is_another_is_a_mismatch(call: Caller) -> None:
    call(SIGN_UP, AN, key="k1")

    answer = call(SIGN_UP, {**AN, "email": "b@example.org"}, key="k1")

    assert (answer.status_code, answer.get_json()["type"]) == (422, "/problems/idempotency-mismatch")
    assert count(Registration) == 1


@pytest.mark.usefixtures("day")
def test_key_when_caller_or_call_is_another_is_another_key(call: Caller) -> None:
    reason = {"reason": "Vol"}
    closed = call(f"POST /study-days/{SLUG}/close", reason, as_="organiser", key="k1")
    by_other = call(f"POST /study-days/{SLUG}/close", reason, as_="admin", key="k1")
    other_call = call(f"POST /study-days/{SLUG}/cancel", reason, as_="organiser", key="k1")

    assert [closed.status_code, by_other.status_code, other_call.status_code] == [200, 409, 200]


@pytest.mark.usefixtures("day")
def test_key_when_the_answer_was_a_refusal_refuses_again(call: Caller, clock: Clock) -> None:
    clock.set(CLOSES_AT)
    first = call(SIGN_UP, AN, key="k1", Accept_Language="fr")
    clock.set(NOW)
    second = call(SIGN_UP, AN, key="k1", Accept_Language="fr")

    assert (first.status_code, second.status_code, second.data) == (409, 409, first.data)
    assert second.mimetype == "application/problem+json"
    assert (count(Registration), count(History) - 12) == (0, 0)


@pytest.mark.usefixtures("day")
def test_key_when_refused_after_writing_keeps_the_answer_only(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a race for the last seat, which is refused when the rows are written already."""

    def lose(*args: Any, **kwargs: Any) -> None:
        register(*args, **kwargs)
        raise Full

    monkeypatch.setattr("service.web.api.registrations.register", lose)

    answers = [call(SIGN_UP, AN, key="k1") for _ in range(2)]

    assert [answer.get_json()["type"] for answer in answers] == ["/problems/full"] * 2
    assert (count(Registration), count(Message), count(IdempotencyKey)) == (0, 0, 1)


@pytest.mark.usefixtures("day")
def test_key_when_the_service_could_not_answer_is_free_again(call: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise Unavailable

    with monkeypatch.context() as patch:
        patch.setattr("service.web.api.registrations.register", fail)
        assert call(SIGN_UP, AN, key="k1").status_code == 503

    assert call(SIGN_UP, AN, key="k1").status_code == 202
    assert count(Registration) == 1


@pytest.mark.usefixtures("day")
def test_key_when_the_process_dies_before_the_commit_is_free_again(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(idempotency, "_keep", die)
        with pytest.raises(KeyboardInterrupt):
            call(SIGN_UP, AN, key="k1")

    assert (count(Registration), count(Message), count(IdempotencyKey)) == (0, 0, 0)
    assert call(SIGN_UP, AN, key="k1").status_code == 202


@pytest.mark.usefixtures("day")
def test_key_when_the_input_is_wrong_is_not_used_up(call: Caller) -> None:
    assert call(SIGN_UP, {**AN, "email": "x"}, key="k1").status_code == 422
    assert call(SIGN_UP, AN, key="k1").status_code == 202


@pytest.mark.usefixtures("day")
def test_key_when_a_day_old_is_forgotten(call: Caller, clock: Clock) -> None:
    call(SIGN_UP, AN, key="k1")
    clock.set(NOW + KEPT_FOR - TICK)
    assert call(SIGN_UP, {**AN, "email": "b@example.org"}, key="k1").status_code == 422

    clock.set(NOW + KEPT_FOR)
    assert call(SIGN_UP, {**AN, "email": "b@example.org"}, key="k1").status_code == 202
    assert count(Registration) == 2


@pytest.mark.usefixtures("day")
def test_key_when_another_comes_sweeps_old_ones_away(call: Caller, clock: Clock) -> None:
    for number in range(3):
        call(SIGN_UP, {**AN, "email": f"a{number}@example.org"}, key=f"k{number}")
    clock.set(NOW + KEPT_FOR)

    call(SIGN_UP, AN, key="new")

    assert count(IdempotencyKey) == 1


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(("key", "status"), [("x" * 255, 202), ("x" * 256, 422), ("", 422), ('"a b;c"', 202)])
def test_key_when_long_or_strange(call: Caller, key: str, status: int) -> None:
    assert call(SIGN_UP, AN, key=key).status_code == status


@pytest.mark.usefixtures("day")
def test_key_when_not_sent_costs_nothing(call: Caller) -> None:
    statements: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *said: statements.append(said[2]))

    assert call(SIGN_UP, AN).status_code == 202

    assert [one for one in statements if "idempotency" in one or "SAVEPOINT" in one] == []


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize("claims", [True, False])
def test_key_when_eight_come_at_once_does_the_work_once(
    app: Flask, tokens: Tokens, monkeypatch: pytest.MonkeyPatch, *, claims: bool
) -> None:
    """Closing can be done once: without the claim, which is the control, seven of eight are told so."""
    if not claims:
        monkeypatch.setattr(idempotency, "_claim", lambda *_, **__: None)
    barrier = Barrier(8)

    def post(_: int) -> tuple[int, bytes]:
        caller = Caller(app.test_client(), tokens)
        barrier.wait()
        with app.app_context():
            answer = caller(f"POST /study-days/{SLUG}/close", {"reason": "Vol"}, as_="organiser", key="k1")
            return answer.status_code, answer.data

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(post, range(8)))

    assert [status for status, _ in answers] == ([200] * 8 if claims else [200] + [409] * 7)
    assert len(set(answers)) == (1 if claims else 2)
    closed = sa.select(sa.func.count()).where(History.action == "closed")
    assert db.session.execute(closed).scalar_one() == 1

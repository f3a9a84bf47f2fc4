"""The two links of a last call: they only open a page, its button acts."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from service.domain.actors import SYSTEM
from service.locale import LANGUAGES
from service.transaction import transaction
from service.usecases.open_close import call_off
from tests.builders import FREE_UNTIL, STARTS_AT
from tests.conftest import Clock
from tests.web.enrolling import enrol, letters, rows

CALLED = FREE_UNTIL - timedelta(days=4)


@pytest.mark.parametrize("language", LANGUAGES)
def test_coming_when_opened_asks_and_changes_nothing(client: FlaskClient, clock: Clock, language: str) -> None:
    path = enrol(language=language)
    clock.set(CALLED)

    asked = client.get(f"{path}/coming")
    client.head(f"{path}/coming")

    assert asked.status_code == 200
    assert f'<form method="post" action="{path}/coming">' in asked.text
    assert f'href="{path}/cancel"' in asked.text
    assert (rows()[0].coming_at, rows()[0].seen_at) == (None, None)


def test_coming_when_said_is_kept_and_thanked_for(client: FlaskClient, clock: Clock) -> None:
    path = enrol(language="en")
    clock.set(CALLED)

    answer = client.post(f"{path}/coming")

    assert (answer.status_code, answer.location) == (303, f"{path}?done=coming")
    assert "Thank you for letting us know." in client.get(answer.location).text
    assert (rows()[0].coming_at, rows()[0].seen_at) == (CALLED, CALLED)
    assert letters() == ["confirmed"]  # no mail for a yes


@pytest.mark.parametrize(
    ("after", "said"),
    [(timedelta(), "Cancelling now is free"), (timedelta(days=4), "If you cancel now, you owe €15.00")],
)
def test_coming_when_asked_says_what_cancelling_would_mean_now(
    client: FlaskClient, clock: Clock, after: timedelta, said: str
) -> None:
    path = enrol(language="en")
    clock.set(CALLED + after)

    assert said in client.get(f"{path}/coming").text
    assert said in client.get(f"{path}/cancel").text


def test_coming_when_there_is_no_place_is_refused(client: FlaskClient, clock: Clock) -> None:
    gone, waiting = enrol(language="en"), enrol(language="en")

    refused = [client.get(f"{waiting}/coming").status_code, client.post(f"{waiting}/coming").status_code]
    clock.set(STARTS_AT)
    refused += [client.get(f"{gone}/coming").status_code, client.post(f"{gone}/coming").status_code]
    clock.set(CALLED)
    with transaction() as session:
        call_off(session, 1, reason="Storm.", actor=SYSTEM, now=CALLED)
    refused += [client.get(f"{gone}/coming").status_code, client.post(f"{gone}/coming").status_code]

    assert refused == [409] * 6
    assert {row.coming_at for row in rows()} == {None}


def test_coming_when_the_token_is_no_token_is_not_found(client: FlaskClient) -> None:
    path = enrol()

    assert [client.post(f"{path}x/coming").status_code, client.get("/r/x/coming").status_code] == [404, 404]

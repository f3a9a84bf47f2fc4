import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from service.domain.actors import Actor
from service.locale import LANGUAGES
from service.models import StudyDay
from service.transaction import transaction
from service.usecases.open_close import call_off
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, TICK
from tests.conftest import Clock
from tests.web.days import arrange
from tests.web.enrolling import letters, rows
from tests.web.forms import PERSON, errors_of, typed_values

FORM = "/nl/integratiebeleid/register"
QUESTIONS: list[Any] = [
    {
        "id": "group",
        "kind": "choice",
        "label": {"nl": "Welke werkgroep?"},
        "required": True,
        "options": [{"value": "a", "label": {"nl": "Plan"}}, {"value": "b", "label": {}}],
    },
    {"id": "lunch", "kind": "yes_no", "label": {"nl": "Ik blijf lunchen"}},
    {"id": "topic", "kind": "text", "label": {"en": "Your question"}},
]


@pytest.fixture
def day(app: Flask) -> StudyDay:
    del app  # its context is what arrange() works in
    return arrange()


def change(**values: Any) -> None:
    with transaction() as session:
        session.execute(sa.update(StudyDay).values(revision=StudyDay.revision + 1, **values))


@pytest.mark.usefixtures("day")
def test_sign_up_when_all_is_well_thanks_and_stores_what_was_typed(client: FlaskClient) -> None:
    answer = client.post(FORM, data={**PERSON, "dietary": "vegetarisch"})

    assert (answer.status_code, answer.location) == (303, "/nl/integratiebeleid/registered/confirmed")
    assert 'data-place="confirmed"' in client.get(answer.location).text
    (row,) = rows()
    assert (row.full_name, row.email, row.language, row.status) == ("An Peeters", "an@stad.example", "nl", "confirmed")
    assert (row.organisation_kind, row.dietary) == ("local_government", "vegetarisch")
    assert (row.terms_fee_cents, row.terms_free_cancellation_until) == (1500, FREE_UNTIL)
    assert letters() == ["confirmed"]


@pytest.mark.usefixtures("day")
def test_sign_up_when_another_language_of_contact_is_chosen(client: FlaskClient) -> None:
    client.post(FORM, data={**PERSON, "language": "fr"})

    assert [row.language for row in rows()] == ["fr"]


@pytest.mark.usefixtures("day")
def test_sign_up_when_sent_twice_makes_one_row_and_one_mail_and_answers_alike(client: FlaskClient) -> None:
    first, second = client.post(FORM, data=PERSON), client.post(FORM, data=PERSON)

    assert (first.status_code, first.location, first.data) == (second.status_code, second.location, second.data)
    assert (len(rows()), letters()) == (1, ["confirmed"])


@pytest.mark.usefixtures("day")
def test_sign_up_when_the_address_is_registered_answers_as_to_a_newcomer(client: FlaskClient, clock: Clock) -> None:
    first = client.post(FORM, data=PERSON)
    clock.set(NOW.replace(hour=20))
    again = client.post(FORM, data={**PERSON, "email": "AN@Stad.example", "first_name": "Anna"})

    assert (again.status_code, again.location, again.data) == (first.status_code, first.location, first.data)
    assert (len(rows()), letters()) == (1, ["confirmed", "already_registered"])


@pytest.mark.usefixtures("day")
def test_sign_up_when_all_seats_are_taken_waits(client: FlaskClient) -> None:
    change(capacity=1, taken=1)

    answer = client.post(FORM, data=PERSON)

    assert answer.location == "/nl/integratiebeleid/registered/waiting"
    assert 'data-place="waiting"' in client.get(answer.location).text
    assert [row.status for row in rows()] == ["waiting"]


@pytest.mark.usefixtures("day")
def test_sign_up_when_full_without_a_waiting_list_is_refused(client: FlaskClient) -> None:
    change(capacity=1, taken=1, waiting_list=False)

    assert client.get(FORM).status_code == 409
    answer = client.post(FORM, data=PERSON)

    assert answer.status_code == 409
    assert "Er is geen plaats meer" in answer.text
    assert typed_values(answer.text)["organisation"] == "Stad Voorbeeld"
    assert rows() == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.usefixtures("day")
def test_sign_up_when_fields_are_wrong_keeps_all_input(client: FlaskClient, language: str) -> None:
    sent = {**PERSON, "first_name": " ", "email": "an@", "remarks": 'x "<b>" y', "invoice_name": "Stad"}
    del sent["accept_terms"]

    answer = client.post(f"/{language}/integratiebeleid/register", data=sent)

    assert answer.status_code == 422
    assert sorted(errors_of(answer.text)) == ["accept_terms", "email", "first_name"]
    assert re.findall(r'<li><a href="#f-(\w+)">', answer.text) == ["first_name", "email", "accept_terms"]
    kept = typed_values(answer.text)
    assert {name: kept.get(name, "") for name in sent} == {**sent, "first_name": kept["first_name"]}
    assert kept["language"] == language
    assert "<details open>" in answer.text
    assert rows() == []


@pytest.mark.usefixtures("day")
def test_sign_up_when_the_organiser_asks_questions(client: FlaskClient) -> None:
    change(questions=QUESTIONS)

    refused = client.post(FORM, data={**PERSON, "answers.topic": "Hoe?", "answers.group": "c"})
    accepted = client.post(FORM, data={**PERSON, "answers.topic": "Hoe?", "answers.group": "b", "answers.lunch": "1"})

    assert (refused.status_code, list(errors_of(refused.text))) == (422, ["answers.group"])
    assert typed_values(refused.text)["answers.topic"] == "Hoe?"
    assert "Welke werkgroep? – Kies een van de mogelijkheden." in refused.text
    assert accepted.status_code == 303
    assert rows()[0].answers == {"topic": "Hoe?", "group": "b", "lunch": True}


@pytest.mark.usefixtures("day")
def test_sign_up_when_a_machine_filled_the_hidden_field_is_held_until_a_human_says_so(client: FlaskClient) -> None:
    sent = {**PERSON, "website": "https://spam.example"}

    held = client.post(FORM, data=sent)
    again = client.post(FORM, data=typed_values(held.text))
    human = client.post(FORM, data={**typed_values(held.text), "human": "1"})

    assert (held.status_code, again.status_code, human.status_code) == (422, 422, 303)
    assert list(errors_of(held.text)) == ["human"]
    assert len(rows()) == 1


@pytest.mark.usefixtures("day")
def test_sign_up_when_not_open_yet_is_refused(client: FlaskClient, clock: Clock) -> None:
    change(opens_at=NOW + TICK)

    assert (client.get(FORM).status_code, client.post(FORM, data=PERSON).status_code) == (409, 409)
    clock.set(NOW + TICK)
    assert client.post(FORM, data=PERSON).status_code == 303


@pytest.mark.usefixtures("day")
def test_sign_up_when_over_or_called_off_is_refused(client: FlaskClient, clock: Clock, day: StudyDay) -> None:
    clock.set(ENDS_AT)
    assert (client.get(FORM).status_code, client.post(FORM, data=PERSON).status_code) == (409, 409)
    clock.set(NOW)
    with transaction() as session:
        call_off(session, day.id, reason="ziek", actor=Actor("staff", "desk"), now=NOW)
    assert (client.get(FORM).status_code, client.post(FORM, data=PERSON).status_code) == (409, 409)
    assert rows() == []


def test_sign_up_when_there_is_no_such_study_day(client: FlaskClient) -> None:
    for path in ("/nl/niets/register", "/nl/niets/late-request"):
        assert client.get(path).status_code == 404
        assert client.post(path, data=PERSON).status_code == 404
        assert client.post(path, data={}).status_code == 404


@pytest.mark.usefixtures("day")
def test_sign_up_when_free_cancellation_is_over_says_so_before_the_button(client: FlaskClient, clock: Clock) -> None:
    clock.set(FREE_UNTIL - TICK)
    before = client.get(FORM).text
    clock.set(FREE_UNTIL)
    after = client.get(FORM).text

    limit = "tot en met zondag 19 maart 2023, 23:59 uur (tijd in Brussel)"
    assert f"dat ik kosteloos kan annuleren {limit}" in before
    assert "Annuleren is niet meer kosteloos" not in before
    assert after.index("Annuleren is niet meer kosteloos") < after.index('<button class="button"')
    assert "geldt" in after
    assert "€" in after


@pytest.mark.usefixtures("day")
def test_sign_up_when_the_terms_grew_stricter_while_the_form_was_open_asks_again(client: FlaskClient) -> None:
    form = typed_values(client.get(FORM).text)
    change(fee_cents=2500)

    refused = client.post(FORM, data={**form, **PERSON})
    again = typed_values(refused.text)
    agreed = client.post(FORM, data={**again, "accept_terms": "1"})

    assert (refused.status_code, "accept_terms" in again, again["shown_fee_cents"]) == (409, False, "2500")
    assert again["email"] == PERSON["email"]
    assert agreed.status_code == 303
    assert [row.terms_fee_cents for row in rows()] == [2500]

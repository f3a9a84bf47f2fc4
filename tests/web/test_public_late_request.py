import re
from urllib.parse import unquote

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from service.extensions import db
from service.models import LateRequest, StudyDay
from service.transaction import transaction
from tests.builders import CLOSES_AT, STARTS_AT, TICK
from tests.conftest import Clock
from tests.usecases.received import filed, make_mail
from tests.web.days import arrange
from tests.web.enrolling import letters, rows
from tests.web.forms import PERSON, errors_of, typed_values

FORM = "/nl/integratiebeleid/register"
LATE = "/nl/integratiebeleid/late-request"


@pytest.fixture
def day(app: Flask) -> StudyDay:
    del app  # its context is what arrange() works in
    return arrange()


@pytest.mark.usefixtures("day")
def test_sign_up_when_closed_a_tick_ago_leads_on_with_what_was_typed(client: FlaskClient, clock: Clock) -> None:
    clock.set(CLOSES_AT - TICK)
    assert client.get(FORM).status_code == 200
    clock.set(CLOSES_AT)
    assert client.get(FORM).status_code == 409

    refused = client.post(FORM, data={**PERSON, "dietary": "halal"})
    sent = client.post(LATE, data={**typed_values(refused.text), "accept_terms": "1", "message": "Mag het nog?"})

    assert refused.status_code == 409
    assert 'action="/nl/integratiebeleid/late-request"' in refused.text
    assert "mailto:events_bsog@vub.be?subject=Laattijdige%20aanvraag" in refused.text
    assert (sent.status_code, sent.location) == (303, "/nl/integratiebeleid/late-request/sent")
    assert client.get(sent.location).status_code == 200
    request = db.session.execute(sa.select(LateRequest)).scalar_one()
    assert (request.email, request.message, request.details["dietary"]) == ("an@stad.example", "Mag het nog?", "halal")
    assert (rows(), letters()) == ([], ["late_request_received"])


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.usefixtures("day")
def test_ready_made_mail_when_sent_is_about_its_study_day(client: FlaskClient, clock: Clock, language: str) -> None:
    clock.set(CLOSES_AT)
    page = client.get(f"/{language}/integratiebeleid").text
    (address,) = set(re.findall(r'href="mailto:events_bsog@vub.be\?subject=([^"&]+)', page))
    with transaction() as session:  # somebody writes once the title is another one
        session.execute(sa.update(StudyDay).values(title={"nl": "Anders", "en": "Different"}))

    found = filed(make_mail("zoe@example.org", subject=unquote(address), received_at=CLOSES_AT))

    assert found.outcome == "requested"


def test_conditions_when_a_successor_frees_keep_their_sentences_apart(client: FlaskClient, clock: Clock) -> None:
    arrange(late_cancellation_policy="unless_refilled")
    clock.set(CLOSES_AT)

    texts = [" ".join(client.get(path).text.split()) for path in ("/nl/integratiebeleid", LATE)]

    assert [text.count(". Een laattijdige annulering kost niets") for text in texts] == [1, 1]


@pytest.mark.usefixtures("day")
def test_sign_up_when_closed_and_fields_are_wrong_shows_both(client: FlaskClient, clock: Clock) -> None:
    clock.set(CLOSES_AT)

    answer = client.post(FORM, data={**PERSON, "email": "x"})

    assert (answer.status_code, list(errors_of(answer.text))) == (409, ["email"])
    assert 'action="/nl/integratiebeleid/late-request"' in answer.text


@pytest.mark.usefixtures("day")
def test_late_request_when_still_open_leads_to_the_form(client: FlaskClient, clock: Clock) -> None:
    clock.set(CLOSES_AT - TICK)

    shown, sent = client.get(LATE), client.post(LATE, data=PERSON)

    assert (shown.status_code, sent.status_code) == (409, 409)
    assert 'href="/nl/integratiebeleid/register"' in shown.text
    assert 'action="/nl/integratiebeleid/register"' in sent.text
    assert typed_values(sent.text)["email"] == "an@stad.example"


@pytest.mark.usefixtures("day")
def test_late_request_when_the_day_begins(client: FlaskClient, clock: Clock) -> None:
    clock.set(STARTS_AT - TICK)
    assert (client.get(LATE).status_code, client.post(LATE, data=PERSON).status_code) == (200, 303)
    clock.set(STARTS_AT)
    assert (client.get(LATE).status_code, client.post(LATE, data=PERSON).status_code) == (409, 409)
    assert "mailto:events_bsog@vub.be?" not in client.get(LATE).text


@pytest.mark.usefixtures("day")
def test_late_request_when_fields_are_wrong_keeps_the_message(client: FlaskClient, clock: Clock) -> None:
    clock.set(CLOSES_AT)

    answer = client.post(LATE, data={**PERSON, "message": "Een regel\r\nen nog een", "last_name": ""})

    assert (answer.status_code, list(errors_of(answer.text))) == (422, ["last_name"])
    assert typed_values(answer.text)["message"] == "Een regel\r\nen nog een"

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from service.domain.actors import SYSTEM
from service.domain.roles import Role
from service.extensions import db
from service.models import Message, StudyDay
from service.transaction import transaction
from service.usecases.register import register
from service.web.security import COOKIE
from tests.builders import NOW, make_application, make_day
from tests.conftest import Clock
from tests.staff import sign_in
from tests.web.people import words

URL = "/desk/study-days/integratiebeleid/mails"
WRITTEN = {"audience": "confirmed", "subject.nl": "Parkeren", "text.nl": "Parkeer achter de KBR.\n\nTot dan."}


def join(number: int, language: str) -> None:
    with transaction() as session:
        application = make_application(number, language=language)
        register(session, "integratiebeleid", application, actor=SYSTEM, now=NOW)


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """Two people with a place who read Dutch, and one who reads Italian."""
    with transaction() as session:
        make_day(session)
    for number, language in enumerate(("nl", "nl", "it"), start=1):
        join(number, language)
    sign_in(client, Role.ORGANISER, language="en")
    return client


def hidden(page: str) -> dict[str, str]:
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page)
    return {name: value.replace("&#13;", "\r") for name, value in found}


def shown(desk: FlaskClient, **changes: str) -> dict[str, str]:
    """The form of the preview, with its button pressed."""
    return {**hidden(desk.post(f"{URL}/write", data={**WRITTEN, **changes}).text), "send": "1"}


def bulk() -> list[Any]:
    return list(db.session.execute(sa.select(Message.recipient).where(Message.letter == "bulk")).scalars())


def test_form_when_opened_offers_the_languages_of_the_day_and_of_its_people(desk: FlaskClient) -> None:
    page = desk.get(f"{URL}/write").text

    assert re.findall(r'name="text\.(\w+)"', page) == ["nl", "en", "it"]
    assert "Everybody with a confirmed place – 3" in page
    assert "Everybody who is checked in" not in page


def test_preview_when_a_language_is_missing_says_who_gets_another_and_sends_nothing(desk: FlaskClient) -> None:
    answer = desk.post(f"{URL}/write", data=WRITTEN)

    read = words(answer.text)
    assert "3 people Nederlands: 3" in read
    assert "Italiano: you wrote nothing in it. 1 person gets the mail in another language: Nederlands." in read
    assert "Parkeren – Samenwerken aan integratiebeleid" in read
    assert answer.text.count("<iframe") == 1
    assert 'sandbox srcdoc="&lt;!doctype html&gt;' in answer.text
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert bulk() == []


def test_mail_when_confirmed_goes_out_once_however_often_the_button_is_pressed(desk: FlaskClient) -> None:
    form = shown(desk)

    answers = [desk.post(f"{URL}/write", data=form) for _ in range(3)]

    assert {(answer.status_code, answer.location) for answer in answers} == {(303, f"{URL}/to-many/1?done=sent")}
    assert bulk() == ["an1@example.org", "an2@example.org", "an3@example.org"]
    page = words(desk.get(f"{URL}/to-many/1?done=sent").text)
    assert "The mail goes out to all of them." in page
    assert "Waits to be sent: 3" in page
    assert "Parkeer achter de KBR. Tot dan." in page
    assert f"{URL}/to-many/1" in desk.get(URL).text
    history = words(desk.get("/desk/study-days/integratiebeleid/history").text)
    assert "3 people were told" in history
    assert "“Parkeren”" in history


def test_mail_when_somebody_signed_up_meanwhile_is_shown_again_with_the_new_number(desk: FlaskClient) -> None:
    form = shown(desk)
    join(4, "nl")

    answer = desk.post(f"{URL}/write", data=form)

    assert answer.status_code == 409
    assert "The number of people has changed meanwhile." in answer.text
    assert "Send to 4 people" in answer.text
    assert bulk() == []
    assert desk.post(f"{URL}/write", data={**hidden(answer.text), "send": "1"}).status_code == 303
    assert len(bulk()) == 4


def test_form_when_gone_back_to_holds_all_that_was_typed(desk: FlaskClient) -> None:
    form = shown(desk)
    del form["send"]

    page = desk.post(f"{URL}/write", data={**form, "back": "1"}).text

    assert "Parkeer achter de KBR." in page
    assert 'value="Parkeren"' in page


def test_preview_when_it_is_night_says_when_the_mail_leaves_and_lets_one_insist(
    desk: FlaskClient, clock: Clock
) -> None:
    assert "It is night" not in desk.post(f"{URL}/write", data=WRITTEN).text
    clock.advance(timedelta(hours=11, minutes=30))

    page = desk.post(f"{URL}/write", data=WRITTEN).text
    desk.post(f"{URL}/write", data={**hidden(page), "send": "1", "at_once": "1"})

    assert "It is night: the mail leaves on Thursday 2 February 2023, 07:00 (Brussels time)." in page
    due = db.session.execute(sa.select(Message.due_at).where(Message.letter == "bulk")).scalars()
    assert set(due) == {clock()}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"text.nl": ""}, "text.nl"),
        ({"subject.nl": "  ", "text.nl": "\n"}, "subject.nl"),
        ({"text.nl": "x" * 100_000}, "text.nl"),
        ({"text.nl": "bell \x07"}, "text.nl"),
        ({"subject.nl": "two\r\nBcc: all@example.org"}, "subject.nl"),
        ({"subject.nl": "turned \u202e round"}, "subject.nl"),
        ({"subject.fr": "Seul"}, "text.fr"),
        ({"audience": "waiting"}, "audience"),
        ({"audience": "all of them"}, "audience"),
    ],
)
def test_form_when_it_cannot_be_sent_says_why_beside_the_field(
    desk: FlaskClient, changes: dict[str, str], field: str
) -> None:
    answer = desk.post(f"{URL}/write", data={**WRITTEN, **changes, "send": "1", "count": "3", "form_key": "k" * 24})

    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert f'id="e-{field}"' in answer.text
    assert bulk() == []


@pytest.mark.parametrize(
    "forged", [{"count": "-1"}, {"count": "9" * 5_000}, {"count": "x"}, {"form_key": ""}, {"form_key": "k" * 200}]
)
def test_form_when_its_hidden_fields_are_not_ours_is_shown_again(desk: FlaskClient, forged: dict[str, str]) -> None:
    assert desk.post(f"{URL}/write", data={**shown(desk), **forged}).status_code == 200
    assert bulk() == []


def test_mail_when_written_about_another_study_day_is_not_found(desk: FlaskClient) -> None:
    desk.post(f"{URL}/write", data=shown(desk))
    with transaction() as session:
        make_day(session, slug="other", organiser=session.get_one(StudyDay, 1).organiser)

    assert desk.get("/desk/study-days/other/mails/to-many/1").status_code == 404
    assert desk.get(f"{URL}/to-many/99").status_code == 404


def test_mail_when_confirmed_by_many_clicks_at_once_goes_out_once(desk: FlaskClient, app: Flask) -> None:
    form = shown(desk)
    cookie = desk.get_cookie(COOKIE)
    assert cookie is not None

    def click(_number: int) -> str | None:
        client = app.test_client()
        client.set_cookie(COOKIE, cookie.value)
        with app.app_context():
            return client.post(f"{URL}/write", data=form).location

    with ThreadPoolExecutor(8) as clicks:
        answers = set(clicks.map(click, range(8)))

    assert answers == {f"{URL}/to-many/1?done=sent"}
    assert len(bulk()) == 3

import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from service.domain.roles import Role
from service.extensions import db
from service.letters.writing import ABOUT
from service.locale import LANGUAGES
from service.models import History, Message
from service.transaction import transaction
from tests.builders import ENDS_AT, FREE_UNTIL, STARTS_AT, make_day
from tests.staff import sign_in

URL = "/desk/study-days/integratiebeleid/letters"
ME = "me@bsog.example"
SHOWN = sorted(set(ABOUT) - {"test"})


@pytest.fixture
def desk(client: FlaskClient) -> FlaskClient:
    """The desk of a study day that nobody has signed up for."""
    with transaction() as session:
        make_day(session)
    sign_in(client, Role.ORGANISER, email=ME, language="en")
    return client


def queued() -> list[tuple[object, ...]]:
    wanted = sa.select(Message.letter, Message.recipient, Message.language, Message.facts)
    return [tuple(row) for row in db.session.execute(wanted)]


def test_letters_when_listed_are_all_there_and_say_when_they_go(desk: FlaskClient) -> None:
    page = desk.get(URL).text

    assert sorted(re.findall(rf'href="{URL}/(\w+)"', page)) == SHOWN
    assert "Somebody cancels after free cancellation has ended." in page


@pytest.mark.parametrize("language", LANGUAGES)
def test_letter_when_looked_at_is_about_this_study_day(desk: FlaskClient, language: str) -> None:
    for name in SHOWN:
        page = desk.get(f"{URL}/{name}?language={language}").text
        html = desk.get(f"{URL}/{name}/html?language={language}")

        title = "Samenwerken aan integratiebeleid" if language == "nl" else "Working together on integration policy"
        assert name == "sign_in" or title in unescape(html.text)
        assert f'<html lang="{language}">' in html.text
        assert f'<pre class="letter" tabindex="0" lang="{language}">' in page
        there = f"http://studiedag.example/{language}/integratiebeleid"
        links = {link.partition("?")[0] for link in re.findall(r'href="(http[^"]*)', html.text)}
        assert links - {"https://www.openstreetmap.org/search"} <= {there}


def test_letter_when_in_its_frame_runs_nothing_and_is_framed_by_nobody_else(desk: FlaskClient) -> None:
    page, html = desk.get(f"{URL}/confirmed"), desk.get(f"{URL}/confirmed/html")

    assert page.headers["Content-Security-Policy"].endswith("; frame-src 'self'")
    policy = html.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none';")
    assert policy.endswith("frame-ancestors 'self'")
    assert "script" not in policy


def test_letter_when_there_is_none_of_that_name_is_not_found(desk: FlaskClient) -> None:
    for name in ("test", "no_such_letter", "__class__"):
        assert desk.get(f"{URL}/{name}").status_code == 404
        assert desk.get(f"{URL}/{name}/html").status_code == 404
        assert desk.post(f"{URL}/{name}/test").status_code == 404
    assert queued() == []


def test_test_when_asked_for_goes_to_oneself_only(desk: FlaskClient) -> None:
    asked = {"language": "fr", "email": "other@evil.example", "to": "other@evil.example"}
    answer = desk.post(f"{URL}/fee_notice/test", data=asked)

    assert (answer.status_code, answer.location) == (303, f"{URL}/fee_notice?language=fr&done=tried")
    assert queued() == [("test", ME, "fr", {"sample": "fee_notice"})]
    assert db.session.execute(sa.select(History.action).order_by(History.id.desc())).scalars().first() == "letter_tried"


@pytest.mark.parametrize(
    "values",
    [
        {"fee_cents": 0},
        {"free_cancellation_until": STARTS_AT, "closes_at": STARTS_AT},
        {"venue": None, "online_url": "https://video.example/1"},
        {"published": False, "languages": ["it"], "title": {"it": "Lavorare insieme"}},
        {"time_zone": "Pacific/Auckland", "free_cancellation_until": ENDS_AT},
        {"free_cancellation_until": FREE_UNTIL.replace(year=2022)},
    ],
)
def test_letter_when_the_study_day_is_an_unusual_one_is_written_all_the_same(
    client: FlaskClient, values: dict[str, object]
) -> None:
    with transaction() as session:
        make_day(session, **values)
    sign_in(client, Role.ORGANISER)

    assert {client.get(f"{URL}/{name}").status_code for name in SHOWN} == {200}

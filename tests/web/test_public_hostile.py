from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from service.web.size import URLENCODED
from tests.web.days import PAGE, arrange
from tests.web.forms import PERSON

STAFF = ("/desk", "/finance", "/admin", "/api")
FORMS = (f"{PAGE}/register", f"{PAGE}/late-request")


def public_routes(app: Flask) -> Iterator[tuple[str, str]]:
    """Method and path of everything that is for attendees."""
    values = {"language": "nl", "slug": "integratiebeleid", "token": "r1.x", "place": "waiting", "name": "full"}
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static" or rule.rule.startswith(STAFF):
            continue
        path = app.url_map.bind("studiedag.example").build(rule.endpoint, values)
        yield from ((method, path) for method in (rule.methods or set()) - {"OPTIONS"})


def test_attendees_when_they_go_everywhere_get_no_cookie(app: Flask, client: FlaskClient) -> None:
    arrange()
    routes = list(public_routes(app))

    cookies = {
        path: answer.headers.getlist("Set-Cookie")
        for method, path in routes
        for answer in [client.open(path, method=method, data=PERSON if method == "POST" else None)]
    }

    assert len(routes) > 30
    assert [path for path, set_by in cookies.items() if set_by] == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("first_name", "{{7*7}} {x.__class__} <script>alert(1)</script>"),
        ("last_name", "x\r\nBcc: all@example.org"),
        ("organisation", '=HYPERLINK("https://evil.example")'),
        ("town", "a\u202eb"),
        ("function", "\x00"),
        ("remarks", "x" * 2001),
        ("first_name", "é" * 101),
        ("first_name", "Jan-Willem van der Østergård-Ó Súilleabháin 王小明 محمد"),
        ("email", "an@stad.example\r\nBcc: all@example.org"),
        ("email", "an@localhost"),
        ("organisation_kind", "king"),
        ("language", "tlh"),
        ("accept_terms", "maybe"),
        ("shown_free_until", "yesterday"),
        ("shown_fee_cents", "9" * 5000),
        ("answers.no_such_question", "x"),
    ],
)
def test_form_when_something_hostile_is_typed_is_answered_in_words(client: FlaskClient, field: str, value: str) -> None:
    arrange()

    answer = client.post(FORMS[0], data={**PERSON, field: value})

    assert answer.status_code in {303, 422}
    assert "<script>alert" not in answer.text
    assert ">49" not in answer.text


@pytest.mark.parametrize("path", FORMS)
def test_form_when_there_are_a_hundred_thousand_fields_is_too_much(client: FlaskClient, path: str) -> None:
    arrange()
    body = "&".join(f"a{number}=1" for number in range(40_000)) + "&=" * 30_000

    assert client.post(path, data=body, content_type=URLENCODED).status_code == 413


def test_form_when_a_field_or_the_parts_are_too_much(client: FlaskClient) -> None:
    arrange()
    part = "--x\r\nContent-Disposition: form-data; name=a\r\n\r\nx\r\n"

    huge = client.post(FORMS[0], data="remarks=" + "x" * 10_000_000, content_type=URLENCODED)
    parts = client.post(FORMS[0], data=part * 5_000 + "--x--\r\n", content_type="multipart/form-data; boundary=x")

    assert (huge.status_code, parts.status_code) == (413, 413)


def test_form_when_it_is_no_form(client: FlaskClient) -> None:
    arrange()

    json = client.post(FORMS[0], json=PERSON)
    broken = client.post(FORMS[0], data=b"\xff%zz&&&=;", content_type=URLENCODED)

    assert (json.status_code, broken.status_code) == (422, 422)


@pytest.mark.parametrize("path", FORMS)
def test_form_when_a_part_tells_no_name_is_not_understood(client: FlaskClient, path: str) -> None:
    arrange()
    part = "--x\r\nContent-Disposition: form-data\r\n\r\nx\r\n--x--\r\n"

    answer = client.post(path, data=part, content_type="multipart/form-data; boundary=x")

    assert answer.status_code == 400

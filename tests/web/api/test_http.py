"""What HTTP itself has to say: whatever is sent, the answer is a problem document of the right status."""

import json
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.web.api.conftest import SLUG, Caller
from tests.web.api.test_registrations import AN

REGISTRATIONS = f"/api/v1/study-days/{SLUG}/registrations"
DEEP = "[" * 100_000


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 422),
        (b"", None, 422),
        (b"[]", "application/json", 422),
        (b"null", "application/json", 422),
        (b'"x"', "application/json", 422),
        (b"5", "application/json", 422),
        (b'{"first_name": "\xff"}', "application/json", 400),
        (DEEP.encode(), "application/json", 400),
        (('{"answers":' * 900 + "1" + "}" * 900).encode(), "application/json", 422),
        (b"1" * 5000, "application/json", 400),
        (b'{"first_name": NaN}', "application/json", 422),
        (b"first_name=An", "application/x-www-form-urlencoded", 415),
        (b"<a/>", "text/xml", 415),
        (b"{}", None, 415),
        (b"{}", "application/json; charset=utf-8", 422),
        (b'{"first_name": "' + b"x" * 1_100_000 + b'"}', "application/json", 413),
    ],
)
def test_body_when_it_is_no_json_of_ours(client: FlaskClient, body: bytes, kind: str | None, status: int) -> None:
    answer = client.post(REGISTRATIONS, data=body, content_type=kind)

    assert (answer.status_code, answer.mimetype, answer.get_json()["status"]) == (
        status,
        "application/problem+json",
        status,
    )


@pytest.mark.usefixtures("day")
def test_body_when_it_is_no_object_says_so(client: FlaskClient) -> None:
    answer = client.post(REGISTRATIONS, json=[AN], headers={"Accept-Language": "en"})

    assert answer.get_json()["errors"] == {"body": "This must be an object with named fields."}


@pytest.mark.usefixtures("day")
@pytest.mark.parametrize(
    ("call_", "status", "allow"),
    [
        ("GET /api/v1/", 404, None),
        ("GET /api/v1/study-day", 404, None),
        ("GET /api/v2/study-days", 404, None),
        ("GET /api/v1/study-days/", 404, None),
        ("GET /api/v1/study-days/none", 404, None),
        ("GET /api/v1/study-days/A-B", 404, None),
        ("GET /api/v1/study-days/a%00b", 404, None),
        ("GET /api/v1/study-days/a%ED%A0%80b", 404, None),
        (f"GET /api/v1/study-days/{'a' * 3000}", 404, None),
        ("DELETE /api/v1/study-days", 405, {"GET", "HEAD", "OPTIONS", "POST"}),
        ("PUT /api/v1/study-days", 405, {"GET", "HEAD", "OPTIONS", "POST"}),
        ("GET /api/v1/registrations/1/cancel", 405, {"OPTIONS", "POST"}),
        ("TRACE /api/v1/study-days", 405, {"GET", "HEAD", "OPTIONS", "POST"}),
        ("GET /api/v1/registrations/x/cancel", 404, None),
        ("POST /api/v1/registrations/99999999999999999999999/cancel", 404, None),
        ("POST /api/v1/registrations/2147483648/cancel", 404, None),
        ("POST /api/v1/registrations/-1/cancel", 404, None),
        ("POST /api/v1/registrations/%D9%A3/cancel", 404, None),
    ],
)
def test_address_when_there_is_nothing(client: FlaskClient, call_: str, status: int, allow: set[str] | None) -> None:
    method, path = call_.split(" ")
    answer = client.open(path, method=method)

    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.get_json()["type"] == ("/problems/not-found" if status == 404 else "about:blank")
    assert (set(answer.headers["Allow"].split(", ")) if "Allow" in answer.headers else None) == allow


@pytest.mark.usefixtures("tokens")
def test_id_when_there_is_no_such_row(call: Caller) -> None:
    for path in ("registrations/2147483647/cancel", "late-requests/2147483647/admit", "registrations/0/check-in"):
        assert call(f"POST /{path}", as_="organiser").status_code == 404


@pytest.mark.usefixtures("day")
def test_public_reads_when_another_site_asks_are_allowed(client: FlaskClient) -> None:
    site = {"Origin": "https://elsewhere.example"}
    for path in ("/api/v1/study-days", f"/api/v1/study-days/{SLUG}"):
        assert client.get(path, headers=site).headers["Access-Control-Allow-Origin"] == "*"
        asked = client.options(path, headers={**site, "Access-Control-Request-Method": "GET"})
        assert asked.headers["Access-Control-Allow-Origin"] == "*"
        assert asked.headers["Access-Control-Allow-Methods"] == "GET, HEAD"


@pytest.mark.usefixtures("day")
def test_other_calls_when_another_site_asks_are_not_allowed(client: FlaskClient) -> None:
    site = {"Origin": "https://elsewhere.example"}
    answers = [
        client.post("/api/v1/study-days", headers=site),
        client.patch(f"/api/v1/study-days/{SLUG}", headers=site),
        client.get(f"/api/v1/study-days/{SLUG}/history", headers=site),
        client.options(REGISTRATIONS, headers={**site, "Access-Control-Request-Method": "POST"}),
        client.post(REGISTRATIONS, json=AN, headers=site),
        client.get("/api/v1/nothing", headers=site),
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 200, 202, 404]
    assert [name for answer in answers for name, _ in answer.headers if name.startswith("Access-Control")] == []


@pytest.mark.usefixtures("day")
def test_head_when_asked_has_no_body_and_changes_nothing(client: FlaskClient) -> None:
    answer = client.head(f"/api/v1/study-days/{SLUG}")

    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"", "application/json")
    assert client.head(REGISTRATIONS).status_code == 401


def test_problem_when_read_in_five_languages_says_it_in_each(client: FlaskClient) -> None:
    titles = {
        language: client.get("/api/v1/study-days/x", headers={"Accept-Language": language}).get_json()["title"]
        for language in ("nl", "fr", "en", "de", "it")
    }

    assert len(set(titles.values())) == 5
    assert titles["en"] == "There is no such page"


def test_document_when_asked_for_is_openapi_and_complete(client: FlaskClient) -> None:
    answer = client.get("/api/v1/openapi.json")

    document: dict[str, Any] = json.loads(answer.data)
    operations = [
        (path, method) for path, item in document["paths"].items() for method in item if method != "parameters"
    ]
    assert (answer.status_code, document["openapi"], len(operations)) == (200, "3.1.0", 22)
    for path, method in operations:
        operation = document["paths"][path][method]
        headers = [one["name"] for one in operation.get("parameters", []) if one["in"] == "header"]
        assert headers == (["Idempotency-Key"] if method == "post" else [])
        refusals = {status: said for status, said in operation["responses"].items() if status >= "400"}
        assert "503" in refusals
        assert all(list(said["content"]) == ["application/problem+json"] for said in refusals.values())
    change = document["components"]["schemas"]["StudyDayChange"]
    assert [name for name, field in change["properties"].items() if "default" in field] == []
    assert document["components"]["securitySchemes"]["token"]["scheme"] == "bearer"

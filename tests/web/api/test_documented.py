"""What documentation says is true: the commands of docs/api.md, and the examples of the OpenAPI document."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from service.web.api.calls import CALLS
from service.web.problems import TYPES
from tests.web.api.conftest import Caller, Tokens

GUIDE = Path(__file__).parents[3] / "docs" / "api.md"
BLOCK = re.compile(r"```(sh|json)\n(.*?)```", re.DOTALL)
COMMAND = re.compile(r"^curl .*?# → (\d{3})$", re.DOTALL | re.MULTILINE)


def send(client: FlaskClient, command: str, variables: dict[str, str]) -> TestResponse:
    """What curl would do."""
    for name, value in variables.items():
        command = command.replace(f"${name}", value)
    words = iter(shlex.split(command, comments=True)[1:])
    method, url, headers, body = "GET", "", {}, None
    for word in words:
        match word:
            case "-X":
                method = next(words)
            case "-H":
                name, _, value = next(words).partition(": ")
                headers[name] = value
            case "-d":
                body = next(words)
            case _:
                url = word
    return client.open(url, method=method, headers=headers, data=body)


def test_guide_when_followed_from_top_to_bottom_is_true(client: FlaskClient, tokens: Tokens) -> None:
    variables = {"API": "/api/v1", "SITE": "", "TOKEN": tokens["organiser"]}
    ran, answer = 0, None

    for kind, block in BLOCK.findall(GUIDE.read_text()):
        if kind == "json":
            assert answer is not None
            said, found = (
                json.loads(block.replace("http://127.0.0.1:8000", "http://studiedag.example")),
                answer.get_json(),
            )
            assert {name: found[name] for name in said} == said
        for command in COMMAND.finditer(block):
            answer = send(client, command[0], variables)
            assert (command[0], answer.status_code) == (command[0], int(command[1]))
            ran += 1

    assert ran == GUIDE.read_text().count("curl ")


def examples() -> list[tuple[str, Any]]:
    """Of every call that has some, with its address."""
    slots = {"sign_up": "registrations", "ask_late": "late-requests", "make_study_day": "", "edit_study_day": "change"}
    return [
        (slots[view.__name__], example["value"])
        for view, call in CALLS.items()
        for example in (call.examples or {}).values()
    ]


@pytest.mark.parametrize(("where", "body"), examples())
def test_example_when_sent_is_accepted(call: Caller, where: str, body: Any) -> None:
    day = dict(next(value for slot, value in reversed(examples()) if slot == "" and "questions" in value))
    if not where:
        assert call("POST /study-days", body, as_="organiser").status_code == 201
        return
    call("POST /study-days", day, as_="organiser")
    path = f"/study-days/{day['slug']}"
    if where == "change":
        assert call(f"PATCH {path}", body, as_="organiser").status_code == 200
        return
    if where == "late-requests":
        call(f"POST {path}/close", {"reason": "Vol"}, as_="organiser")
    assert call(f"POST {path}/{where}", body).status_code == 202


def test_problems_when_named_by_a_call_exist() -> None:
    assert {name for call in CALLS.values() for name in call.problems} - set(TYPES) == set()


def test_document_when_served_twice_is_the_same(client: FlaskClient) -> None:
    first, second = client.get("/api/v1/openapi.json"), client.get("/api/v1/openapi.json")

    assert first.data == second.data

"""Who acts in the story: attendees with a browser that knows only links, staff with an API token; over real HTTP."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlencode


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


class Visitor:
    """A browser without cookies; or, with a token, a program of the staff."""

    def __init__(self, port: int, token: str = "") -> None:
        self.port, self.token = port, token

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, form: Mapping[str, str] | None = None) -> Answer:
        """Send a form, then follow where it leads."""
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = self._ask("POST", path, urlencode(form or {}), headers)
        return self.get(answer.headers["Location"]) if answer.status == 303 else answer

    def call(self, path: str, body: Mapping[str, Any] | None = None, method: str = "POST") -> Answer:
        """An API call."""
        return self._ask(method, f"/api/v1{path}", json.dumps(body or {}), {"Content-Type": "application/json"})

    def _ask(self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        given = dict(headers or {})
        if self.token:
            given["Authorization"] = f"Bearer {self.token}"
        connection.request(method, path, body.encode() if body else None, given)
        response: HTTPResponse = connection.getresponse()
        answer = Answer(response.status, dict(response.getheaders()), response.read().decode())
        connection.close()
        return answer

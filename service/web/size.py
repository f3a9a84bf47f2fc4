"""How much a form may hold; the size of a body and the number of its parts Flask limits itself."""

from typing import Final

from flask import Flask, request
from werkzeug.exceptions import RequestEntityTooLarge

MOST_FIELDS: Final = 1_000
URLENCODED: Final = "application/x-www-form-urlencoded"


def init_app(app: Flask) -> None:
    """Refuse forms of more fields than any of ours has, before they are taken apart.

    A hundred thousand of them fit in half a megabyte, and would keep a process busy for as long as a hundred pages.
    """

    @app.before_request
    def count_fields() -> None:
        if request.method == "POST" and request.mimetype == URLENCODED and request.get_data().count(b"&") > MOST_FIELDS:
            raise RequestEntityTooLarge

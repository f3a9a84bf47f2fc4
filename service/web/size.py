"""What a form may hold at all; the size of a body and the number of its parts Flask limits itself."""

from typing import Final

from flask import Flask, request
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

MOST_FIELDS: Final = 1_000
URLENCODED: Final = "application/x-www-form-urlencoded"
MULTIPART: Final = "multipart/form-data"


def init_app(app: Flask) -> None:
    """Refuse forms of more fields than any of ours has, before they are taken apart.

    A hundred thousand of them fit in half a megabyte, and would keep a process busy for as long as a hundred pages.
    """

    @app.before_request
    def count_fields() -> None:
        if request.method == "POST" and request.mimetype == URLENCODED and request.get_data().count(b"&") > MOST_FIELDS:
            raise RequestEntityTooLarge

    @app.before_request
    def refuse_nameless() -> None:
        """A part that tells no name reaches the views under None, among names that are all text."""
        if request.method == "POST" and request.mimetype == MULTIPART and None in request.form:
            raise BadRequest

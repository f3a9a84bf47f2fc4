"""What comes with a request, as the schemas want it: JSON that is JSON, a query; anything else is refused in words."""

import json
from typing import Any, Final, NoReturn

from flask import Request
from marshmallow import Schema, ValidationError
from webargs import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from service.web.forms import refusal_of

JSON: Final = "application/json"
BODY: Final = "body"
"""What the body as a whole is called where it is wrong as a whole."""


class Parser(FlaskParser):
    """webargs, strict: no JSON where none was said to be, no body read twice, codes instead of sentences."""

    def load_json(self, req: Request, schema: Schema) -> Any:  # noqa: ARG002 - webargs hands it over
        """The body as JSON, or nothing where there is none.

        :raises UnsupportedMediaType: there is a body, and it does not say that it is JSON.
        :raises BadRequest: it says so and is not.
        """
        body = req.get_data()
        if not body:
            return missing
        if req.mimetype != JSON and not req.mimetype.endswith("+json"):
            raise UnsupportedMediaType
        try:
            return json.loads(body)
        except (ValueError, RecursionError):  # no JSON, no text, a number of thousands of digits; nested without end
            raise BadRequest from None

    def handle_error(self, error: ValidationError, *_: object, **__: object) -> NoReturn:
        """:raises InvalidInput: always."""
        (messages,) = error.messages_dict.values()  # webargs puts the place around them: json, query
        raise refusal_of(messages, whole=BODY)

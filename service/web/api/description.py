"""The OpenAPI document: what the calls say of themselves, and what holds for all of them."""

from threading import RLock
from typing import Final

from apispec import APISpec
from flask import Flask
from flask_smorest import Api, Blueprint

from service.web.api.calls import BEARER, PREFIX
from service.web.api.shapes import ProblemSchema
from service.web.paths import SlugConverter, slug_as_parameter

TEXT: Final = """\
What outsiders may rely on. JSON in and out; instants are ISO 8601 with an offset, amounts are integer cents.

Staff calls need `Authorization: Bearer TOKEN`; `studiedag staff token EMAIL` makes one, and it can do what its owner
can. What belongs to another organiser is answered as if it did not exist. Every refusal is a problem document (RFC
9457), in the language of `Accept-Language`: nl, fr, en, de or it.

Lists come in pages: `limit` items, and `next`, the `cursor` of the page after it. Every POST takes an
`Idempotency-Key`.
"""
LICENCE: Final = "AGPL-3.0-or-later"
SCHEME: Final = {"type": "http", "scheme": "bearer", "description": "As `studiedag staff token EMAIL` prints it."}


class StudiedagApi(Api):  # type: ignore[misc]  # flask-smorest comes without types
    """flask-smorest's, but failures are answered in one place for the whole service (``web.answers``).

    The document is written when somebody asks for it: it takes longer than all other wiring together.
    """

    DEFAULT_ERROR_RESPONSE_NAME = None

    def __init__(self, app: Flask) -> None:
        self._undescribed: list[Blueprint] = []
        self._writing = RLock()
        app.config.update(OPENAPI_URL_PREFIX=PREFIX, OPENAPI_JSON_PATH="openapi.json")
        super().__init__(
            app,
            spec_kwargs={
                "title": "Studiedag",
                "version": "1.0.0",
                "openapi_version": "3.1.0",
                "info": {"description": TEXT, "license": dict.fromkeys(("name", "identifier"), LICENCE)},
            },
        )
        self.spec.components.security_scheme(BEARER, SCHEME)
        self.register_converter(SlugConverter, slug_as_parameter)

    @property
    def spec(self) -> APISpec:
        """The document, with every call that was mounted so far."""
        with self._writing:
            while self._undescribed:
                blueprint = self._undescribed.pop()
                blueprint.register_views_in_doc(self, self._app, self._spec, name=blueprint.name, parameters=None)
                self._spec.tag({"name": blueprint.name, "description": blueprint.description})
        return self._spec

    @spec.setter
    def spec(self, spec: APISpec) -> None:
        self._spec = spec

    def register_blueprint(self, blueprint: Blueprint) -> None:
        """Mount the calls of a room; they are described later."""
        self._app.register_blueprint(blueprint)
        self._undescribed.insert(0, blueprint)

    def _register_error_handlers(self) -> None:
        """None of its own."""

    def _register_responses(self) -> None:
        """Every refusal has the one shape; which there are, each call says of itself."""
        self.spec.components.schema("Problem", schema=ProblemSchema)

    def _register_etag_headers(self) -> None:
        """None are sent."""

    def _register_pagination_header(self) -> None:
        """Pages of a list say what follows in their body."""

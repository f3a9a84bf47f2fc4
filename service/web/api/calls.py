"""How a call of the API is made: who may, what comes in, the work in one transaction, what goes out.

One decorator says all of it, and with it writes the call's part of the OpenAPI document, so that the two cannot differ.
A view is ``view(session, [query], [body], **path)``; it returns what its answer's schema dumps.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final

from flask import Response, request
from flask_smorest import Blueprint
from marshmallow import Schema

from service.domain.refusals import InvalidInput
from service.domain.roles import Role
from service.extensions import db
from service.transaction import transaction
from service.web.api.access import authorise
from service.web.api.parsing import BODY, Parser
from service.web.idempotency import HEADER, LONGEST, once
from service.web.problems import TYPES

PREFIX: Final = "/api/v1"
PROBLEM: Final = "application/problem+json"
PROBLEM_SHAPE: Final = {"$ref": "#/components/schemas/Problem"}
BEARER: Final = "token"
BODY_STATUSES: Final = {400: "no JSON", 413: "more than 1 MB", 415: "not sent as `application/json`"}
View = Callable[..., Any]
KEY: Final = {
    "in": "header",
    "name": HEADER,
    "required": False,
    "description": "Any text of your own. The same key with the same body gets the same answer, for 24 hours.",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST},
}


@dataclass(frozen=True, kw_only=True)
class Call:
    """One call. ``roles`` empty: public, for staff too where ``knows_staff``; ``problems``: what its rules refuse."""

    answer: type[Schema]
    status: int = 200
    roles: tuple[Role, ...] = ()
    knows_staff: bool = False
    limited: bool = False
    cross_origin: bool = False
    query: Schema | None = None
    body: Schema | None = None
    body_required: bool = True
    problems: tuple[str, ...] = ()
    examples: Mapping[str, Any] | None = None
    files: tuple[str, ...] = ()
    headers: Mapping[str, Any] | None = None
    links: Mapping[str, Any] | None = None


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # flask-smorest comes without types
    """flask-smorest's, with our parser."""

    ARGUMENTS_PARSER = Parser()


CALLS: Final[dict[View, Call]] = {}
"""Every view of the API and how it is called; a test holds that none is missing."""


class Room:
    """Some calls that belong together: a blueprint, and a tag of the OpenAPI document."""

    def __init__(self, name: str, description: str) -> None:
        self.blueprint = ApiBlueprint(name, __name__, url_prefix=PREFIX, description=description)

    def get(self, rule: str, call: Call) -> Callable[[View], View]:
        """A call that only reads."""
        return self._add("GET", rule, call)

    def post(self, rule: str, call: Call) -> Callable[[View], View]:
        """A call that does something, once per ``Idempotency-Key``."""
        return self._add("POST", rule, call)

    def patch(self, rule: str, call: Call) -> Callable[[View], View]:
        """A call that changes what it names; doing it twice is doing it once."""
        return self._add("PATCH", rule, call)

    def _add(self, method: str, rule: str, call: Call) -> Callable[[View], View]:
        def decorate(view: View) -> View:
            blueprint = self.blueprint
            wrapped = blueprint.doc(operationId=view.__name__, **_more(method, rule, call))(view)
            wrapped = blueprint.response(call.status, call.answer, headers=call.headers, description="Done.")(wrapped)
            wrapped = WORK[method](wrapped)
            if call.body is not None:
                said: dict[str, Any] = {"examples": call.examples} if call.examples else {}
                wrapped = blueprint.arguments(call.body, required=call.body_required, **said)(wrapped)
            if call.query is not None:
                wrapped = blueprint.arguments(call.query, location="query")(wrapped)
            guarded = _guard(wrapped, call, with_body=call.body is not None and call.body_required)
            CALLS[guarded] = call
            blueprint.route(rule, methods=[method])(guarded)
            return view

        return decorate


def _guard(view: View, call: Call, *, with_body: bool) -> View:
    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        authorise(call.roles, knows_staff=call.knows_staff, limited=call.limited)
        if with_body and not request.get_data():
            raise InvalidInput({BODY: "required"})
        return view(*args, **kwargs)

    return guarded


def _read(view: View) -> View:
    @wraps(view)
    def reads(*args: Any, **kwargs: Any) -> Any:
        return view(db.session, *args, **kwargs)

    return reads


def _change(view: View) -> View:
    @wraps(view)
    def changes(*args: Any, **kwargs: Any) -> Any:
        with transaction() as session:
            return view(session, *args, **kwargs)

    return changes


def _once(view: View) -> View:
    @wraps(view)
    def does(*args: Any, **kwargs: Any) -> Response:
        return once(lambda session: view(session, *args, **kwargs))

    return does


WORK: Final[Mapping[str, Callable[[View], View]]] = {"GET": _read, "PATCH": _change, "POST": _once}


def _refusals(method: str, rule: str, call: Call) -> dict[int, str]:
    """What a call may answer besides its own answer: by status, which types."""
    names = [*call.problems, "unavailable"]
    if call.body is not None or call.query is not None or method == "POST":
        names.append("invalid-input")
    if method == "POST":
        names.append("idempotency-mismatch")
    if call.roles or "<" in rule:
        names.append("not-found")
    if call.roles or call.limited or call.knows_staff:
        names.append("too-many-requests")
    if call.roles:
        names.append("not-allowed")
    found = defaultdict[int, list[str]](list)
    for name in dict.fromkeys(names):
        found[TYPES[name].status].append(f"`{TYPES[name].type}`: {TYPES[name].title}.")
    refusals = {status: "\n\n".join(lines) for status, lines in found.items()}
    if call.roles or call.knows_staff:
        refusals[401] = "No token, or none that is known." if call.roles else "A token that is not known."
    if call.body is not None:
        refusals |= {status: f"`about:blank`: the body is {what}." for status, what in BODY_STATUSES.items()}
    return refusals


def _more(method: str, rule: str, call: Call) -> dict[str, Any]:
    """What flask-smorest does not say of itself."""
    with_token: dict[str, list[str]] = {BEARER: []}
    responses: dict[int, dict[str, Any]] = {
        status: {"description": description, "content": {PROBLEM: {"schema": PROBLEM_SHAPE}}}
        for status, description in _refusals(method, rule, call).items()
    }
    doc: dict[str, Any] = {
        "security": [with_token] if call.roles else [{}, with_token] if call.knows_staff else [],
        "responses": responses,
    }
    if method == "POST":
        doc["parameters"] = [KEY]
    if call.roles:
        doc["x-roles"] = [*call.roles, Role.ADMIN]
    own = {"content": {kind: {"schema": {"type": "string"}} for kind in call.files}} if call.files else {}
    if call.links or own:
        responses[call.status] = {**own, **({"links": call.links} if call.links else {})}
    return doc

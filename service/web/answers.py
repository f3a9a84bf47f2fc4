"""Every failure's answer: a page in the reader's language, or a problem document where a program asks (RFC 9457)."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from traceback import format_tb
from typing import Any, Final

from flask import Flask, Response, g, json, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException

from service.domain.refusals import InvalidInput, NotFound, Refusal, RegistrationClosed, Unavailable
from service.locale import LANGUAGES, N_, translate
from service.runtime import runtime
from service.transaction import AWAY
from service.web.forms import words
from service.web.problems import problem_of, public_facts, sentence
from service.web.rendering import preferred_language, render

API: Final = "/api/"
STATUS_WORDS: Final = {
    400: (N_("This request cannot be understood"), N_("Go back, load the page again and send the form once more.")),
    401: (N_("A token is needed here"), N_("Send Authorization: Bearer TOKEN; studiedag staff token EMAIL makes one.")),
    405: (N_("That cannot be done here"), N_("Follow the links and buttons of the page.")),
    413: (N_("That is too much at once"), N_("Shorten what you send, then try again.")),
    415: (N_("This kind of content is not accepted"), N_("Send a form, or JSON to the API.")),
    500: (
        N_("Something went wrong on our side"),
        N_("It has been written down. Nothing was half-done: try again, or write to the organiser."),
    ),
}
API_ADVICE: Final = {
    400: N_("Send JSON, as /api/v1/openapi.json describes it."),
    405: N_("The Allow header says which methods there are; /api/v1/openapi.json describes them."),
}
"""Where a program needs other advice than a person."""
TYPE_OF_STATUS: Final = {401: "/problems/not-allowed"}

log = logging.getLogger(__name__)


def init_app(app: Flask) -> None:
    """Let no failure reach anybody as a traceback."""
    app.register_error_handler(Refusal, refused)
    app.register_error_handler(HTTPException, failed)
    for away in AWAY:
        app.register_error_handler(away, unavailable)
    app.register_error_handler(Exception, broken)


def reader_language() -> str:
    """That of the address, of whoever is signed in or whose link it is, or of the browser."""
    named = (request.view_args or {}).get("language") or request.path[1:3]
    if named in LANGUAGES and request.path[3:4] in {"", "/"}:
        return str(named)
    language: str = g.get("language") or preferred_language()
    return language


def refused(refusal: Refusal) -> Response:
    """A rule said no."""
    problem = problem_of(refusal)
    language = reader_language()
    said = sentence(refusal, language)
    if request.path.startswith(API):
        answer = problem_document(refusal, language)
    else:
        title, advice = said, translate(language, problem.advice)
        answer = _page(problem.status, title, advice, language, facts=refusal.facts)
    if "retry_after" in refusal.facts:
        answer.headers["Retry-After"] = str(refusal.facts["retry_after"])
    return answer


def failed(error: HTTPException) -> Response:
    """HTTP itself said no: no such address, a wrong method, too much."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    if status == HTTPStatus.NOT_FOUND:
        return refused(NotFound())
    language = reader_language()
    generic = HTTPStatus.BAD_REQUEST if status < HTTPStatus.INTERNAL_SERVER_ERROR else HTTPStatus.INTERNAL_SERVER_ERROR
    title, advice = STATUS_WORDS.get(status, STATUS_WORDS[generic])
    if request.path.startswith(API):
        answer = _plain(status, title, API_ADVICE.get(status, advice), language)
    else:
        answer = _page(status, translate(language, title), translate(language, advice), language)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After", "WWW-Authenticate"}:
            answer.headers[name] = value
    return answer


def unavailable(_error: SQLAlchemyError) -> Response:
    """The database did not answer a question; nothing was to be written."""
    return refused(Unavailable())


def broken(error: Exception) -> Response:
    """A defect: the log has where, but not the error's own text, which may hold what people typed."""
    where = "".join(format_tb(error.__traceback__))
    log.error("%s %s: %s\n%s", request.method, request.endpoint, type(error).__name__, where)
    status, language = HTTPStatus.INTERNAL_SERVER_ERROR, reader_language()
    title, advice = STATUS_WORDS[status]
    if request.path.startswith(API):
        return _plain(status, title, advice, language)
    return _page(status, translate(language, title), translate(language, advice), language)


def problem_document(refusal: Refusal, language: str) -> Response:
    """``application/problem+json``: type, title, status, detail, the facts, and for bad input ``errors`` by field."""
    problem = problem_of(refusal)
    members: dict[str, Any] = {
        **public_facts(refusal),
        "type": problem.type,
        "title": translate(language, problem.title),
        "status": problem.status,
        "detail": f"{sentence(refusal, language)}. {translate(language, problem.advice)}".replace("..", "."),
    }
    if isinstance(refusal, InvalidInput):
        members["errors"] = words(refusal.fields, language)
    if isinstance(refusal, RegistrationClosed) and "slug" in refusal.facts:
        members["late_request"] = runtime().links.page(f"/{language}/{refusal.facts['slug']}/late-request")
    return _document(members)


def _plain(status: int, title: str, advice: str, language: str) -> Response:
    """A problem that no rule of ours names; most are of no type beyond their status."""
    title, detail = translate(language, title), translate(language, advice)
    return _document(
        {"type": TYPE_OF_STATUS.get(status, "about:blank"), "title": title, "status": status, "detail": detail}
    )


def _document(members: dict[str, Any]) -> Response:
    return Response(
        json.dumps(members) + "\n",
        members["status"],
        mimetype="application/problem+json",
        headers={"Vary": "Accept-Language"},
    )


def _page(status: int, title: str, advice: str, language: str, facts: Mapping[str, object] | None = None) -> Response:
    context = {"title": title, "advice": advice, "status": status, "facts": facts or {}}
    return Response(render("pages/public/problem.html", language, **context), status)

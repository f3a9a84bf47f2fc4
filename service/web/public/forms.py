"""What the public forms share: values in the language of the page, refusals in words, and whether a human sent them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict

from service.domain.refusals import InvalidInput, Refusal
from service.domain.terms import Terms
from service.locale import translate
from service.usecases.application import Application
from service.web.forms import words
from service.web.problems import problem_of, sentence
from service.web.schemas import HONEYPOT

HUMAN: Final = "human"
"""The box for somebody whose browser, or whose screen reader, filled in the field that people do not see."""


class Held(InvalidInput):
    """A machine seems to have sent the form: nothing is registered until a human says so."""

    def __init__(self) -> None:
        super().__init__({HUMAN: "human"})


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form comes back: ``errors`` by field, or a ``title`` with ``advice``, or both."""

    status: int = 200
    errors: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    advice: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_REFUSED: Final = Refused()


def typed(language: str) -> MultiDict[str, str]:
    """What was posted; the language of contact is that of the page unless another was chosen."""
    values = request.form.copy()
    values.setdefault("language", language)
    return values


def with_shown_terms(application: Application, values: Mapping[str, str]) -> Application:
    """The application with the terms that stood on its form; without them where the form did not say."""
    try:
        fee_cents, free_until = int(values["shown_fee_cents"]), datetime.fromisoformat(values["shown_free_until"])
    except (KeyError, ValueError):
        return application
    shown = Terms(fee_cents, free_until) if free_until.tzinfo else None
    return replace(application, shown=shown)


def require_human(values: Mapping[str, str]) -> None:
    """:raises Held: the field that nobody sees is filled in, and nobody said to be human."""
    if values.get(HONEYPOT) and not values.get(HUMAN):
        raise Held


def refused(refusal: Refusal, language: str, errors: Mapping[str, str] | None = None) -> Refused:
    """A refusal in words, for the form that comes back with it; ``errors`` that stand beside it."""
    problem = problem_of(refusal)
    if isinstance(refusal, InvalidInput):
        return Refused(problem.status, words(refusal.fields, language))
    after = {"Retry-After": str(refusal.facts["retry_after"])} if "retry_after" in refusal.facts else {}
    said, advice = sentence(refusal, language), translate(language, problem.advice)
    return Refused(problem.status, errors or {}, said, advice, after)


def blank(language: str) -> Mapping[str, Any]:
    """The values of a form that nobody has touched."""
    return {"language": language}

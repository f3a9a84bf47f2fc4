"""What the public forms share: values in the language of the page, the terms shown, whether a human sent them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from flask import request
from werkzeug.datastructures import MultiDict

from service.domain.refusals import InvalidInput
from service.domain.terms import Terms
from service.usecases.application import Application
from service.web.schemas import HONEYPOT

HUMAN: Final = "human"
"""The box for somebody whose browser, or whose screen reader, filled in the field that people do not see."""


class Held(InvalidInput):
    """A machine seems to have sent the form: nothing is registered until a human says so."""

    def __init__(self) -> None:
        super().__init__({HUMAN: "human"})


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


def blank(language: str) -> Mapping[str, Any]:
    """The values of a form that nobody has touched."""
    return {"language": language}

"""Templates: each is rendered in one language, chosen by the view, with the wording's sentences as filters."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

from flask import Flask, current_app, request
from jinja2 import pass_context
from jinja2.runtime import Context

from service import wording
from service.locale import LANGUAGES
from service.locale.templates import speak_the_language_of_the_context
from service.web import texts

Said = TypeVar("Said")
STATIC: Final = Path(__file__).parent / "static"
LANGUAGE_NAMES: Final = {"nl": "Nederlands", "fr": "Français", "en": "English", "de": "Deutsch", "it": "Italiano"}


def init_app(app: Flask) -> None:
    """Teach the application's templates languages, sentences and addresses of files."""
    environment = app.jinja_env
    speak_the_language_of_the_context(environment)
    texts.init_environment(environment)
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(
        limit=_spoken(wording.limit_sentence),
        moment=_spoken(wording.moment),
        brief=_spoken(wording.brief),
        short_day=_spoken(wording.short_day),
        clock=wording.clock,
        day=_spoken(wording.day),
        zone_name=_spoken(wording.zone_name),
        money=_spoken(wording.money),
        address=_spoken(wording.address),
        on_day=_spoken(wording.in_words),
    )
    environment.globals.update(
        colon=_spoken(wording.colon),
        held=_spoken(wording.held),
        leaf=_spoken(wording.leaf),
        time_range=wording.time_range,
        asset=asset,
        languages=LANGUAGES,
        language_names=LANGUAGE_NAMES,
    )


def render(template: str, language: str, **context: object) -> str:
    """A page as text. Nothing of the request reaches a template unless a view hands it over."""
    return current_app.jinja_env.get_template(template).render(language=language, **context)


def preferred_language() -> str:
    """What the reader's browser asks for, of what there is; Dutch where it asks for nothing that is."""
    return request.accept_languages.best_match(LANGUAGES, default=LANGUAGES[0])


@lru_cache(32)
def asset(name: str) -> str:
    """The address of a static file, with its content's hash: it may be kept for good."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def _spoken(say: Callable[..., Said]) -> Callable[..., Said]:
    """A function of the wording as a filter; its last argument is the language of the context."""

    @pass_context
    def spoken(context: Context, *facts: datetime | str | int | Mapping[str, Any]) -> Said:
        return say(*facts, context["language"])

    return spoken

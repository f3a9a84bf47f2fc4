"""Templates: each is rendered in one language, chosen by the view, with the wording's sentences as filters."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from flask import Flask, current_app, request
from jinja2 import pass_context
from jinja2.runtime import Context
from markdown_it import MarkdownIt
from markupsafe import Markup
from nh3 import clean

from service import wording
from service.locale import LANGUAGES, in_language
from service.locale.templates import speak_the_language_of_the_context

STATIC: Final = Path(__file__).parent / "static"
LANGUAGE_NAMES: Final = {"nl": "Nederlands", "fr": "Français", "en": "English", "de": "Deutsch", "it": "Italiano"}
MARKDOWN_TAGS: Final = {"a", "blockquote", "br", "code", "em", "h3", "h4", "li", "ol", "p", "strong", "ul"}
_markdown: Final = MarkdownIt("commonmark", {"html": False})


def init_app(app: Flask) -> None:
    """Teach the application's templates languages, sentences and addresses of files."""
    environment = app.jinja_env
    speak_the_language_of_the_context(environment)
    environment.trim_blocks = environment.lstrip_blocks = True
    environment.filters.update(
        limit=_spoken(wording.limit_sentence),
        moment=_spoken(wording.moment),
        day=_spoken(wording.day),
        money=_spoken(wording.money),
        address=_spoken(wording.address),
        text=_text,
        markdown=markdown,
    )
    environment.globals.update(
        held=_spoken(wording.held),
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


@lru_cache(256)
def markdown(text: str) -> Markup:
    """An organiser's Markdown as harmless HTML: no raw HTML, no image, links to the web and to mailboxes only."""
    rendered = _markdown.render(text)
    for larger, smaller in (("h1", "h3"), ("h2", "h3")):
        rendered = rendered.replace(f"<{larger}>", f"<{smaller}>").replace(f"</{larger}>", f"</{smaller}>")
    return Markup(clean(rendered, tags=MARKDOWN_TAGS, url_schemes={"http", "https", "mailto"}))  # noqa: S704 - cleaned


@lru_cache(32)
def asset(name: str) -> str:
    """The address of a static file, with its content's hash: it may be kept for good."""
    return f"/static/{name}?v={hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:10]}"


def _spoken(say: Callable[..., str]) -> Callable[..., str]:
    """A function of the wording as a filter; its last argument is the language of the context."""

    @pass_context
    def spoken(context: Context, *facts: datetime | str | int | Mapping[str, Any]) -> str:
        return say(*facts, context["language"])

    return spoken


@pass_context
def _text(context: Context, texts: Mapping[str, str] | None) -> str:
    return in_language(texts, context["language"])

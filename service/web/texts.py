"""Organisers' texts in pages: in the reader's language, else in another one that is then named, as harmless HTML."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from jinja2 import Environment, pass_context
from jinja2.runtime import Context
from markdown_it import MarkdownIt
from markupsafe import Markup
from nh3 import clean

from service.locale import in_language

Texts = Mapping[str, str] | str | None
"""``{language: text}``, or a bare text where it is the same in every language, such as a name."""

MARKDOWN_TAGS: Final = {"a", "blockquote", "br", "code", "em", "h3", "h4", "li", "ol", "p", "strong", "ul"}
_markdown: Final = MarkdownIt("commonmark", {"html": False})


def init_environment(environment: Environment) -> None:
    """Teach templates the filters ``text``, ``spoken`` and ``markdown``."""
    environment.filters.update(text=_text, spoken=_spoken, markdown=markdown)


def said(texts: Texts, language: str) -> str:
    """The text in that language, else in the one that comes nearest."""
    return texts if isinstance(texts, str) else in_language(texts, language)


@lru_cache(256)
def markdown(text: str) -> Markup:
    """An organiser's Markdown as harmless HTML: no raw HTML, no image, links to the web and to mailboxes only."""
    rendered = _markdown.render(text)
    for larger, smaller in (("h1", "h3"), ("h2", "h3")):
        rendered = rendered.replace(f"<{larger}>", f"<{smaller}>").replace(f"</{larger}>", f"</{smaller}>")
    return Markup(clean(rendered, tags=MARKDOWN_TAGS, url_schemes={"http", "https", "mailto"}))  # noqa: S704 - cleaned


@pass_context
def _text(context: Context, texts: Texts) -> str:
    return said(texts, context["language"])


@pass_context
def _spoken(context: Context, texts: Texts) -> Markup:
    """`` lang="nl"`` where a text is not in the page's language, so that it is read aloud as what it is."""
    if not isinstance(texts, Mapping) or texts.get(context["language"]):
        return Markup("")
    text = in_language(texts, context["language"])
    return Markup(' lang="{}"').format(next((name for name, one in texts.items() if one == text), context["language"]))

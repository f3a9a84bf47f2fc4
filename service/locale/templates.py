"""The catalogues inside Jinja: `{% trans %}` and `_()` speak the `language` of the template's context."""

from typing import Final

from jinja2 import Environment, pass_context
from jinja2.runtime import Context

from service.locale import catalogue

EXTENSION: Final = "jinja2.ext.i18n"


def speak_the_language_of_the_context(environment: Environment) -> None:
    """Let one environment serve all languages; lines of a `{% trans %}` block are joined, as at extraction."""
    environment.add_extension(EXTENSION)
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(_gettext, _ngettext, newstyle=True)  # type: ignore[attr-defined]


@pass_context
def _gettext(context: Context, message: str) -> str:
    return catalogue(context["language"]).gettext(message)


@pass_context
def _ngettext(context: Context, singular: str, plural: str, number: int) -> str:
    return catalogue(context["language"]).ngettext(singular, plural, number)

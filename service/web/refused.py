"""Why a form of an attendee comes back: a refusal in the words that stand above it and beside its fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from service.domain.refusals import InvalidInput, Refusal
from service.locale import translate
from service.web.forms import words
from service.web.problems import problem_of, sentence


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a form comes back: ``errors`` by field, or a ``title`` with ``advice``, or both."""

    status: int = 200
    errors: Mapping[str, str] = field(default_factory=dict)
    title: str = ""
    advice: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


NOT_REFUSED: Final = Refused()


def refused(refusal: Refusal, language: str, errors: Mapping[str, str] | None = None) -> Refused:
    """A refusal in words, for the form that comes back with it; ``errors`` that stand beside it."""
    problem = problem_of(refusal)
    if isinstance(refusal, InvalidInput):
        return Refused(problem.status, words(refusal.fields, language))
    after = {"Retry-After": str(refusal.facts["retry_after"])} if "retry_after" in refusal.facts else {}
    said, advice = sentence(refusal, language), translate(language, problem.advice)
    return Refused(problem.status, errors or {}, said, advice, after)

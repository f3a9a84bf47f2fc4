"""How a button of a staff page acts: one transaction, then on to another page; refused, the page again and why."""

from collections.abc import Callable, Mapping

from flask import Response, request
from sqlalchemy.orm import Session

from service.domain.refusals import InvalidInput, Refusal, SlugTaken
from service.locale import translate
from service.transaction import transaction
from service.web.forms import words
from service.web.problems import problem_of, sentence
from service.web.security import signed_in

Answer = str | tuple[str, int] | Response
Again = Callable[..., str]
"""Renders the page once more; it gets ``errors`` (sentences by field) or ``problem`` (a sentence)."""


def carry_out(act: Callable[[Session], object], *, onwards: str | Callable[[], str], again: Again) -> Answer:
    """Do it and redirect (303); refused, the page again.

    :param onwards: where to; called afterwards where it depends on what was done.
    """
    try:
        with transaction() as session:
            act(session)
    except Refusal as refusal:
        return refused(refusal, again)
    return Response(status=303, headers={"Location": onwards if isinstance(onwards, str) else onwards()})


def refused(refusal: Refusal, again: Again) -> Answer:
    """The page again: what is wrong with a field beside it, what is wrong with the whole above it."""
    language, status = signed_in().language, problem_of(refusal).status
    if isinstance(refusal, InvalidInput):
        return again(errors=words(refusal.fields, language)), status
    if isinstance(refusal, SlugTaken):
        return again(errors={"slug": sentence(refusal, language)}), status
    return again(problem=sentence(refusal, language)), status


def done(sentences: Mapping[str, str]) -> str:
    """What ``?done=`` of the address says has just been done, in the language of whoever is signed in."""
    said = sentences.get(request.args.get("done", ""))
    return translate(signed_in().language, said) if said else ""

"""How a button of a staff page acts: one transaction, then on to another page; refused, the page again and why."""

from collections.abc import Callable, Mapping

from flask import Response, request
from sqlalchemy.orm import Session

from service.domain.refusals import InvalidInput, Refusal
from service.locale import translate
from service.transaction import transaction
from service.web.forms import words
from service.web.problems import problem_of, sentence
from service.web.security import signed_in

Answer = str | tuple[str, int] | Response


def carry_out(
    act: Callable[[Session], object], *, onwards: str | Callable[[], str], again: Callable[..., str]
) -> Answer:
    """Do it and redirect (303).

    :param onwards: where to; called afterwards where it depends on what was done.
    :param again: renders the page once more; it gets ``errors`` (sentences by field, 422) or ``problem`` (a sentence).
    """
    language = signed_in().language
    try:
        with transaction() as session:
            act(session)
    except InvalidInput as refusal:
        return again(errors=words(refusal.fields, language)), 422
    except Refusal as refusal:
        return again(problem=sentence(refusal, language)), problem_of(refusal).status
    return Response(status=303, headers={"Location": onwards if isinstance(onwards, str) else onwards()})


def done(sentences: Mapping[str, str]) -> str:
    """What ``?done=`` of the address says has just been done, in the language of whoever is signed in."""
    said = sentences.get(request.args.get("done", ""))
    return translate(signed_in().language, said) if said else ""

"""The way in: from the token of a personal link to the rows it opens, in the language of its person."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from flask import Blueprint, Response, g
from sqlalchemy.orm import joinedload

from service.domain.actors import Actor
from service.domain.refusals import NotFound, Refusal
from service.extensions import db
from service.links import COLLEAGUE, OWN
from service.models import Registration, StudyDay, Transfer
from service.runtime import runtime
from service.web.refused import NOT_REFUSED, Refused, refused
from service.web.rendering import render

ATTENDEE: Final = Actor("attendee", "link")

AS_CHOSEN: Final = {True: "yes", False: "no"}
"""How a form says an answer that is stored as true or false."""

own = Blueprint("own", __name__, url_prefix="/r/<token>")


@dataclass(frozen=True, slots=True)
class Invited:
    """A colleague who was asked to take over a place, and whose place it is."""

    transfer: Transfer
    giver: Registration


@own.after_request
def keep_to_yourself(response: Response) -> Response:
    """No cache, no search engine."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def enter(token: str) -> Registration | Invited:
    """What the token opens; from here on, answers are in the language of its person.

    :raises NotFound: it was not signed here, or what it named is gone: the same answer.
    """
    kind, row_id = runtime().links.read(token) or ("", 0)
    if kind == OWN:
        registration = _registration(row_id)
        g.language = registration.language
        return registration
    if kind == COLLEAGUE:
        transfer = db.session.get(Transfer, row_id)
        if transfer is not None:
            g.language = transfer.language
            return Invited(transfer, _registration(transfer.registration_id))
    raise NotFound


def enter_own(token: str) -> Registration:
    """As ``enter``, where only the registration's own link opens. :raises NotFound: for a colleague's."""
    found = enter(token)
    if isinstance(found, Invited):
        raise NotFound
    return found


def page(
    template: str, token: str, registration: Registration, said: Refused = NOT_REFUSED, **context: object
) -> Response:
    """A page about a registration, in the reader's language; ``said`` is why a form came back."""
    about = {"token": token, "registration": registration, "day": registration.study_day, "refused": said, **context}
    return Response(render(f"pages/own/{template}.html", str(g.language), **about), said.status, headers=said.headers)


def refuse(token: str, registration: Registration, refusal: Refusal) -> Response:
    """Why something is not possible, in words, with the way back to how things stand."""
    return page("refused", token, registration, refused(refusal, str(g.language)))


def back(token: str, done: str = "") -> Response:
    """To the own page, which says how things stand; ``done`` names what it should confirm besides."""
    return Response(status=303, headers={"Location": f"/r/{token}" + (f"?done={done}" if done else "")})


def values_of(registration: Registration) -> Mapping[str, Any]:
    """What the person typed, as values of a form."""
    columns = {column.key: getattr(registration, column.key) for column in sa.inspect(Registration).column_attrs}
    answers = {f"answers.{name}": AS_CHOSEN.get(answer, answer) for name, answer in registration.answers.items()}
    return {**columns, **answers}


def _registration(registration_id: int) -> Registration:
    wanted = sa.select(Registration).where(Registration.id == registration_id)
    with_day = joinedload(Registration.study_day).joinedload(StudyDay.organiser)
    registration = db.session.execute(wanted.options(with_day)).scalar_one_or_none()
    if registration is None:
        raise NotFound
    return registration

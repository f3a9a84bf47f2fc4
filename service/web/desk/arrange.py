"""Make a study day, and change one: who must hear of a change is said before it is saved, and two editors meet."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from service.domain.refusals import Conflict, InvalidInput, Refusal
from service.domain.roles import Role
from service.extensions import db
from service.models import Organiser, StudyDay
from service.transaction import transaction
from service.usecases.arrange import change_study_day, create_study_day
from service.web.clock import now
from service.web.desk.arranging.comparison import different
from service.web.desk.arranging.conflict import merged
from service.web.desk.arranging.filled import read
from service.web.desk.arranging.form import form_context, placed
from service.web.desk.arranging.news import News, news_of
from service.web.desk.arranging.prefilled import of_day, of_nothing, values_of
from service.web.security import actor, own_day, require, signed_in, staff_only
from service.web.staff.acting import Answer, carry_out, refused
from service.web.staff.frame import day_page, day_url, page

BUTTONS: Final = frozenset({"add", "tell", "back"})

arrange_pages = Blueprint("arrange", __name__, url_prefix="/desk/study-days")


@arrange_pages.get("/new")
@staff_only(Role.ORGANISER)
def ask_new() -> str:
    """An empty form, with what is usual."""
    return _new_page(of_nothing(signed_in().language))


@arrange_pages.post("/new")
@staff_only(Role.ORGANISER)
def make() -> Answer:
    """Make the study day, or show the form again with all that was typed."""
    form = _typed()
    if "add" in request.form:
        return _new_page(form)
    made: list[str] = []

    def act(session: Session) -> None:
        values = read(form)
        organiser = session.get_one(Organiser, _chosen_organiser(form))
        made.append(create_study_day(session, organiser, values, actor=actor(), now=now()).slug)

    return carry_out(act, onwards=lambda: f"/desk/study-days/{made[0]}?done=created", again=partial(_new_page, form))


@arrange_pages.get("/<slug>/edit")
@staff_only(Role.ORGANISER)
def ask_change(slug: str) -> str:
    """The study day in the form; its limits stand there in the reading in which they are printed."""
    day = own_day(slug, Role.ORGANISER)
    return _edit_page(day, of_day(day))


@arrange_pages.post("/<slug>/edit")
@staff_only(Role.ORGANISER)
def change(slug: str) -> Answer:
    """Save what is different; ask first where people have to be told."""
    day = own_day(slug, Role.ORGANISER)
    form = _typed()
    if {"add", "back"} & set(request.form):
        return _edit_page(day, form)
    if form.get("revision") != str(day.revision):
        return _meet(day, form)
    try:
        wanted = different(values_of(day), read(form))
        news = news_of(db.session(), day, wanted, language=signed_in().language, now=now())
        if news and "tell" not in request.form:
            return _tell_page(day, form, news)
        changed_slug = _save(day.id, wanted, revision=day.revision)
    except Conflict:
        return _meet(own_day(slug, Role.ORGANISER), form)
    except Refusal as refusal:
        return refused(refusal, partial(_edit_page, day, form))
    return Response(status=303, headers={"Location": f"/desk/study-days/{changed_slug}?done=saved"})


def _save(day_id: int, wanted: Mapping[str, Any], *, revision: int) -> str:
    with transaction() as session:
        return change_study_day(session, day_id, wanted, revision=revision, actor=actor(), now=now()).slug


def _meet(day: StudyDay, form: Mapping[str, str]) -> Answer:
    """Somebody else was faster: their changes stand in the fields that were left alone, both where both wrote."""
    meeting = merged(db.session(), day, form, language=signed_in().language)
    return _edit_page(day, meeting.form, errors=meeting.errors, meeting=meeting), 409


def _typed() -> dict[str, str]:
    """The form as it was sent, without its buttons."""
    return {name: value for name, value in request.form.items() if name not in BUTTONS}


def _new_page(form: Mapping[str, str], errors: Mapping[str, str] | None = None, **more: Any) -> str:
    context = {**form_context(form, add=request.form.get("add")), "errors": placed(errors or {}, form), **more}
    return page("pages/desk/new_day.html", organisers=_own_organisers(), **context)


def _edit_page(day: StudyDay, form: Mapping[str, str], errors: Mapping[str, str] | None = None, **more: Any) -> str:
    context = {**form_context(form, day, add=request.form.get("add")), "errors": placed(errors or {}, form), **more}
    return day_page("pages/desk/edit_day.html", day, "overview", **context)


def _tell_page(day: StudyDay, form: Mapping[str, str], news: News) -> str:
    return day_page("pages/desk/tell.html", day, "overview", form=form, news=news, action=day_url(day, "/edit"))


def _own_organisers() -> Sequence[Organiser]:
    scope = signed_in().organisers(Role.ORGANISER)
    wanted = sa.select(Organiser).order_by(Organiser.name)
    return db.session.execute(wanted if scope is None else wanted.where(Organiser.id.in_(scope))).scalars().all()


def _chosen_organiser(form: Mapping[str, str]) -> int:
    """The one organiser there is, or the one that was chosen of several.

    :raises InvalidInput: none was chosen, or it is not theirs.
    """
    own = {organiser.slug: organiser.id for organiser in _own_organisers()}
    if len(own) == 1:
        return next(iter(own.values()))
    if form.get("organiser") not in own:
        raise InvalidInput({"organiser": "not-a-choice"})
    organiser_id = own[form["organiser"]]
    require(organiser_id, Role.ORGANISER)
    return organiser_id

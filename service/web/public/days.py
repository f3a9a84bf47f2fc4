"""The list of study days, and the page of each in every phase; rendered once, and kept until something changes."""

from flask import Blueprint, Response, request

from service.domain.refusals import NotFound
from service.extensions import db
from service.reports.study_days import PER_PAGE, public_day, public_days
from service.runtime import runtime
from service.web.clock import now
from service.web.kept import keep, read_list, read_state
from service.web.public.addresses import LANGUAGE, alternates
from service.web.public.day_view import view
from service.web.rendering import preferred_language, render

FURTHEST_PAGE = 1000

days = Blueprint("days", __name__)


@days.get("/")
def home() -> Response:
    """To the list in the language that the browser asks for."""
    return Response(status=302, headers={"Location": f"/{preferred_language()}/", "Vary": "Accept-Language"})


@days.get(f"{LANGUAGE}/")
def coming_days(language: str) -> Response:
    """Study days to come, next first; below them the last ones, which keep their pages."""
    page = request.args.get("page", 1, type=int)
    if not 1 <= page <= FURTHEST_PAGE:
        raise NotFound
    to_come, held = read_list(page=page, now=now())
    more = len(to_come) > PER_PAGE
    states = to_come[:PER_PAGE]

    def make() -> str:
        rows = public_days(db.session(), [state.study_day_id for state in (*states, *held)])
        return render(
            "pages/public/list.html",
            language,
            to_come=[(rows[state.study_day_id], state) for state in states],
            held_before=[(rows[state.study_day_id], state) for state in held],
            alternates=alternates(f"?page={page}" if page > 1 else ""),
            base_url=runtime().settings.base_url,
            page=page,
            more=more,
        )

    return keep(("list", language, page, more, *states, *held), make)


@days.get(f"{LANGUAGE}/<slug>")
def day(language: str, slug: str) -> Response:
    """One study day."""
    state = read_state(slug, now=now())

    def make() -> str:
        return render("pages/public/day.html", language, **view(public_day(db.session(), slug), state, language))

    return keep(("day", language, state), make)

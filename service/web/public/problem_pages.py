"""The addresses that problem documents name as their type, for people who open them."""

from flask import Blueprint

from service.domain.refusals import NotFound
from service.locale import translate
from service.web.problems import TYPES
from service.web.rendering import preferred_language, render

problem_pages = Blueprint("problem_pages", __name__)


@problem_pages.get("/problems/<name>")
def explain(name: str) -> tuple[str, dict[str, str]]:
    """What a problem type means and what to do about it."""
    problem = TYPES.get(name)
    if problem is None:
        raise NotFound
    language = preferred_language()
    title, advice = translate(language, problem.title), translate(language, problem.advice)
    page = render("pages/public/problem.html", language, title=title, advice=advice, status=problem.status, facts={})
    return page, {"Vary": "Accept-Language"}

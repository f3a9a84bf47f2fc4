"""Every letter as it would look about this study day, in each language: as HTML, as text, and as a mail to oneself."""

from typing import Final

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from service.domain.refusals import NotFound
from service.domain.roles import Role
from service.letters.facts import AboutDay, PersonFacts
from service.letters.letter import Letter
from service.letters.writing import ABOUT, sample_of, write
from service.locale import LANGUAGES, N_
from service.models import StudyDay
from service.usecases.try_letter import try_letter
from service.web.clock import now
from service.web.desk.mails import SANDBOX
from service.web.facts import day_facts
from service.web.headers import POLICY
from service.web.security import actor, own_day, signed_in, staff_only
from service.web.staff.acting import Answer, carry_out, done
from service.web.staff.frame import day_page, day_url
from service.web.staff.words import Words

SHOWN: Final = tuple(name for name in ABOUT if name != "test")
"""A test is a letter about these."""
IN_OUR_FRAME: Final = SANDBOX.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
FRAMING: Final = f"{POLICY}; frame-src 'self'"
DONE: Final = {"tried": N_("The test is on its way to your own address.")}

letter_pages = Blueprint("letters", __name__, url_prefix="/desk/study-days/<slug>/letters")


@letter_pages.get("")
@staff_only(Role.ORGANISER)
def letters(slug: str) -> str:
    """All of them: what each is, and when it goes."""
    day = own_day(slug, Role.ORGANISER)
    return _list(day)


@letter_pages.get("/<letter>")
@staff_only(Role.ORGANISER)
def one_letter(slug: str, letter: str) -> Response:
    """One letter in one of the languages, the first of the study day unless said; its HTML stands in a frame."""
    day = own_day(slug, Role.ORGANISER)
    return _page(day, letter)


@letter_pages.get("/<letter>/html")
@staff_only(Role.ORGANISER)
def one_letter_as_html(slug: str, letter: str) -> Response:
    """Its HTML by itself, in a sandbox."""
    day = own_day(slug, Role.ORGANISER)
    html = _written(day, letter, _language(day)).html
    return Response(html, mimetype="text/html", headers={"Content-Security-Policy": IN_OUR_FRAME})


@letter_pages.post("/<letter>/test")
@staff_only(Role.ORGANISER)
def send_test(slug: str, letter: str) -> Answer:
    """Send it to whoever is signed in."""
    day = own_day(slug, Role.ORGANISER)
    language, day_id = _language(day), day.id

    if letter not in SHOWN:
        raise NotFound

    def act(session: Session) -> None:
        try_letter(session, day_id, letter, language, actor=actor(), now=now())

    def again(**more: object) -> str:
        return _list(day, **more)

    return carry_out(act, onwards=f"{day_url(day, '/letters')}/{letter}?language={language}&done=tried", again=again)


def _list(day: StudyDay, **context: object) -> str:
    words = {"letters": SHOWN, "say": Words(signed_in().language)}
    return day_page("pages/desk/letters.html", day, "mails", **words, **context)


def _language(day: StudyDay) -> str:
    """The one asked for, else the first in which the study day is announced."""
    asked = request.values.get("language", "")
    return asked if asked in LANGUAGES else day.languages[0]


def _written(day: StudyDay, letter: str, language: str) -> Letter:
    """:raises NotFound: there is no such letter."""
    if letter not in SHOWN:
        raise NotFound
    reader = PersonFacts(email=signed_in().email, language=language)
    return write(letter, sample_of(letter, AboutDay(decided_at=now(), person=reader, day=day_facts(day, language))))


def _page(day: StudyDay, letter: str) -> Response:
    language = _language(day)
    page = day_page(
        "pages/desk/letter.html",
        day,
        "mails",
        letter=letter,
        written=_written(day, letter, language),
        shown_in=language,
        say=Words(signed_in().language),
        notice=done(DONE),
    )
    return Response(page, headers={"Content-Security-Policy": FRAMING})

"""The history of a study day in words: who did what, when, through what, why."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from flask import Blueprint, request

from service.domain.roles import Role
from service.extensions import db
from service.locale import N_, translate, translate_n
from service.models import StudyDay
from service.reports.history import HistoryItem, history_of_day
from service.reports.paging import Slice
from service.web.desk.fields import LABELS
from service.web.security import own_day, signed_in, staff_only
from service.web.staff.frame import day_page
from service.web.staff.words import Words
from service.wording import limit_sentence, money

QUOTED: Final = N_("“%(words)s”")

Details = Callable[[HistoryItem, StudyDay, str], list[str]]

history_pages = Blueprint("history", __name__, url_prefix="/desk/study-days/<slug>")


@history_pages.get("/history")
@staff_only(Role.ORGANISER)
def history(slug: str) -> str:
    """The latest first, a page at a time."""
    day = own_day(slug, Role.ORGANISER)
    part = Slice(cursor=request.args.get("cursor"), newest_first=True)
    lines = history_of_day(db.session(), day.id, part)
    language = signed_in().language
    told = [(line, *in_words(line, day, language)) for line in lines.items]
    return day_page("pages/desk/history.html", day, "history", told=told, next=lines.next)


def in_words(line: HistoryItem, day: StudyDay, language: str) -> tuple[str, str, list[str]]:
    """Who, what, and what else there is to say of a line."""
    details = DETAILS.get(line.action, _nothing)(line, day, language)
    return _who(line, language), Words(language)("action", line.action), [detail for detail in details if detail]


def _who(line: HistoryItem, language: str) -> str:
    """Their name or address, else what they are; and through what they acted, unless nobody did."""
    say = Words(language)
    if line.actor == "system":
        return say("actor", line.actor)
    who = line.staff or (line.registration if line.actor == "attendee" else None) or say("actor", line.actor)
    return f"{who} ({say('channel', line.channel)})"


def _nothing(_line: HistoryItem, _day: StudyDay, _language: str) -> list[str]:
    return []


def _limits(line: HistoryItem, day: StudyDay, language: str) -> list[str]:
    said = []
    for name, text in (("closes_at", N_("now: %(limit)s")), ("before", N_("until then: %(limit)s"))):
        if line.facts.get(name):
            limit = limit_sentence(datetime.fromisoformat(line.facts[name]), day.time_zone, language)
            said.append(translate(language, text, limit=limit))
    return said


def _fields(line: HistoryItem, _day: StudyDay, language: str) -> list[str]:
    return [", ".join(translate(language, LABELS[name]) for name in line.facts.get("fields", ()) if name in LABELS)]


def _ending(line: HistoryItem, _day: StudyDay, language: str) -> list[str]:
    say = Words(language)
    return [say("ending", line.facts.get("through")), say("verdict", line.facts.get("verdict"))]


def _status(line: HistoryItem, _day: StudyDay, language: str) -> list[str]:
    return [Words(language)("status", line.facts.get("status"))]


def _waiver(line: HistoryItem, _day: StudyDay, language: str) -> list[str]:
    return [Words(language)("waiver", line.facts.get("why"))]


def _letter(line: HistoryItem, _day: StudyDay, language: str) -> list[str]:
    return [Words(language)("letter", line.facts.get("letter"))]


def _answer(line: HistoryItem, _day: StudyDay, language: str) -> list[str]:
    return [Words(language)("answer", line.facts.get("answer"))]


def _code(line: HistoryItem, _day: StudyDay, _language: str) -> list[str]:
    return [str(line.facts.get("status", ""))]


def _told(line: HistoryItem, _day: StudyDay, language: str) -> list[str]:
    number = int(line.facts.get("told", 0))
    return [translate_n(language, "%(count)s person was told", "%(count)s people were told", number, count=number)]


def _bulk(line: HistoryItem, day: StudyDay, language: str) -> list[str]:
    return [*_told(line, day, language), translate(language, QUOTED, words=line.facts.get("subject", ""))]


def _reminded(line: HistoryItem, day: StudyDay, language: str) -> list[str]:
    return [*_letter(line, day, language), *_told(line, day, language)]


def _charges(line: HistoryItem, _day: StudyDay, language: str) -> list[str]:
    number = int(line.facts.get("charges", 0))
    return [translate_n(language, "%(count)s fee is due", "%(count)s fees are due", number, count=number)]


def _invoice(line: HistoryItem, _day: StudyDay, language: str) -> list[str]:
    return [str(line.facts.get("number", "")), money(int(line.facts.get("total_cents", 0)), language)]


DETAILS: Final[dict[str, Details]] = {
    "alarm_dismissed": _letter,
    "calendar_answered": _answer,
    "called_off": _told,
    "cancelled": _ending,
    "changed": _fields,
    "closed": _limits,
    "invoiced": _invoice,
    "letter_tried": _letter,
    "mail_bounced": _code,
    "mail_resent": _letter,
    "registered": _status,
    "reminded": _reminded,
    "reopened": _limits,
    "signed_off": _charges,
    "waived": _waiver,
    "wrote_to_many": _bulk,
}
"""What is said of an action's facts."""

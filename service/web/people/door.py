"""The list at the door: find somebody, one tap, the next; every tap leads back to the same place of the list."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Final
from urllib.parse import urlencode

from flask import Blueprint, request
from sqlalchemy.orm import Session

from service.domain.roles import Role
from service.domain.windows import check_in_from, on_time
from service.extensions import db
from service.reports.attendance import Attendee, attendees
from service.usecases.check_in import check_in, undo_check_in
from service.web.clock import now
from service.web.people.registrations import registration_of
from service.web.security import actor, own_day, staff_only
from service.web.staff.acting import Answer, carry_out
from service.web.staff.frame import day_page, day_url

AT_THE_DOOR: Final = (Role.ORGANISER, Role.CHECKIN)
LONGEST_WHOLE_LIST: Final = 150
"""With more people the list opens on its letters: an old phone has to load and draw it for every person."""
LATEST: Final = 5
LONGEST_SEARCH: Final = 100

door_pages = Blueprint("desk_door", __name__, url_prefix="/desk/study-days/<slug>/check-in")


@dataclass(frozen=True, slots=True)
class Look:
    """Which part of the list is looked at: what was typed, a letter, or everybody in a long list."""

    search: str = ""
    letter: str = ""
    whole: str = ""

    @property
    def query(self) -> str:
        """As the end of an address."""
        values = {"q": self.search, "letter": self.letter, "all": self.whole}
        query = urlencode({name: value for name, value in values.items() if value})
        return f"?{query}" if query else ""


@door_pages.get("")
@staff_only(*AT_THE_DOOR)
def listing(slug: str) -> str:
    """Everybody with a confirmed place, by last name; ``q`` searches, ``letter`` shows those under one letter."""
    return _page(slug)


@door_pages.post("/<id:registration_id>")
@staff_only(*AT_THE_DOOR)
def here(slug: str, registration_id: int) -> Answer:
    """They are here."""
    return _act(slug, registration_id, undo=False)


@door_pages.post("/<id:registration_id>/undo")
@staff_only(*AT_THE_DOOR)
def not_here(slug: str, registration_id: int) -> Answer:
    """A slip of the finger."""
    return _act(slug, registration_id, undo=True)


def _act(slug: str, registration_id: int, *, undo: bool) -> Answer:
    day = registration_of(slug, registration_id, *AT_THE_DOOR).study_day
    onwards = f"{day_url(day, '/check-in')}{_look().query}#p{registration_id}"

    def act(session: Session) -> None:
        (undo_check_in if undo else check_in)(session, registration_id, actor=actor(), now=now())

    def again(**more: Any) -> str:
        return _page(slug, **more)

    return carry_out(act, onwards=onwards, again=again)


def _look() -> Look:
    search, letter = request.args.get("q", "").strip()[:LONGEST_SEARCH], request.args.get("letter", "")
    return Look(search, letter if len(letter) == 1 else "", "1" if "all" in request.args else "")


def _page(slug: str, **context: Any) -> str:
    day, look = own_day(slug, *AT_THE_DOOR), _look()
    people = attendees(db.session(), day.id)
    opens = check_in_from(day.starts_at)
    long = len(people) > LONGEST_WHOLE_LIST
    facts = {
        "look": look,
        "guests": _seen(people, look, everybody=not long or bool(look.whole)),
        "long": long,
        "letters": [letter for letter, _ in groupby(sorted(one.initial for one in people))],
        "expected": len(people),
        "present": sum(one.checked_in_at is not None for one in people),
        "latest": _latest(people) if long and not look.query else [],
        "opens": opens,
        "possible": not on_time(now(), opens) and day.signed_off_at is None and day.cancelled_at is None,
        "too_early": on_time(now(), opens),
    }
    return day_page("pages/people/door.html", day, "check-in", **{**facts, **context})


def _seen(people: Sequence[Attendee], look: Look, *, everybody: bool) -> list[Attendee]:
    if look.search:
        return [one for one in people if one.found_by(look.search)]
    if look.letter:
        return [one for one in people if one.initial == look.letter]
    return list(people) if everybody else []


def _latest(people: Sequence[Attendee]) -> list[Attendee]:
    came = [(one.checked_in_at, one.id, one) for one in people if one.checked_in_at is not None]
    return [one for _, _, one in sorted(came, reverse=True)[:LATEST]]

"""Plain builders of facts: the model case of rules.md 1; name only what the test is about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from service.letters import samples
from service.letters.facts import DayFacts, PersonFacts, SeatFacts
from service.letters.writing import ABOUT, write
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT

UID: Final = samples.UID
SITE: Final = "https://studiedag.example"
TOKEN: Final = "r12.Yk3vQ0m5sJ8w2ZpXc7LrT1uNf6hBdAeGiKoMqSyVxWz"
OWN: Final = f"{SITE}/r/{TOKEN}"
LATE: Final = datetime(2023, 3, 24, 9, 0, tzinfo=UTC)
"""A moment after the free cancellation, before the day."""
LIMIT: Final = "until and including Sunday 19 March 2023, 23:59 (Brussels time)"
"""How the limit of the free cancellation is said."""
AFTER: Final = datetime(2023, 4, 3, 9, 0, tzinfo=UTC)

DECIDED: Final[Mapping[str, datetime]] = {
    "offer": LATE,
    "admitted": LATE,
    "lapsed_offer": LATE,
    "cancelled_late": LATE,
    "late_request_received": LATE,
    "declined": LATE,
    "fee_notice": AFTER,
}


def make_day(**overrides: Any) -> DayFacts:
    values: dict[str, Any] = {
        "title": "Samenwerken aan een participatief lokaal integratiebeleid",
        "starts_at": STARTS_AT,
        "ends_at": ENDS_AT,
        "zone": "Europe/Brussels",
        "organiser": "Brussels School of Governance",
        "mailbox": "events_bsog@vub.be",
        "page_url": f"{SITE}/nl/integratiebeleid",
        "place": "KBR, Kunstberg 28, 1000 Brussel",
        "fee_cents": 1500,
        "free_cancellation_until": FREE_UNTIL,
    }
    return DayFacts(**{**values, **overrides})


def make_person(**overrides: Any) -> PersonFacts:
    values: dict[str, Any] = {
        "first_name": "An",
        "last_name": "Peeters",
        "email": "an@stad.example",
        "organisation": "Stad Voorbeeld",
        "language": "en",
    }
    return PersonFacts(**{**values, **overrides})


def make_seat(**overrides: Any) -> SeatFacts:
    return replace(samples.seat(make_day(), overrides.get("status", "confirmed"), at=LATE, link=OWN), **overrides)


def make_about(name: str, **overrides: Any) -> Any:
    """The facts of the letter of that name, as the use-cases decide them."""
    at = DECIDED.get(name, NOW)
    about = samples.sample(name, ABOUT[name], day=make_day(), person=make_person(), at=at, link=OWN)
    return replace(about, **overrides)


def paragraphs(name: str, **overrides: Any) -> list[str]:
    """The text of that letter, by its paragraphs: the heading, the greeting, and so on."""
    return write(name, make_about(name, **overrides)).text.split("\n\n")

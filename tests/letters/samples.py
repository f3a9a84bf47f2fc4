"""Plain builders of facts: the model case of rules.md 1; name only what the test is about."""

from datetime import UTC, datetime
from typing import Any

from service.letters.facts import AboutSeat, DayFacts, PersonFacts, SeatFacts
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT

SITE = "https://studiedag.example"
TOKEN = "r12.Yk3vQ0m5sJ8w2ZpXc7LrT1uNf6hBdAeGiKoMqSyVxWz"
LATE = datetime(2023, 3, 24, 9, 0, tzinfo=UTC)
"""A moment after the free cancellation, before the day."""


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
    values: dict[str, Any] = {
        "status": "confirmed",
        "calendar_uid": "Zq3mX8vT1kLw5nRy7bHc2pJd",
        "sequence": 0,
        "own_url": f"{SITE}/r/{TOKEN}",
        "not_me_url": f"{SITE}/r/{TOKEN}#not-me",
        "fee_cents": 1500,
        "free_cancellation_until": FREE_UNTIL,
    }
    return SeatFacts(**{**values, **overrides})


def about_seat(**overrides: Any) -> AboutSeat:
    values: dict[str, Any] = {
        "decided_at": NOW,
        "person": make_person(),
        "day": make_day(),
        "seat": make_seat(),
    }
    return AboutSeat(**{**values, **overrides})

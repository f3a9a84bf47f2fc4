"""Plain builders of facts: the model case of rules.md 1; name only what the test is about."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from service.letters.facts import (
    About,
    AboutCallingOff,
    AboutCancellation,
    AboutChange,
    AboutDay,
    AboutFee,
    AboutInvitation,
    AboutRequest,
    AboutSeat,
    AboutSignIn,
    BeforeFacts,
    DayFacts,
    PersonFacts,
    SeatFacts,
)
from service.letters.writing import ABOUT, write
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT

SITE: Final = "https://studiedag.example"
TOKEN: Final = "r12.Yk3vQ0m5sJ8w2ZpXc7LrT1uNf6hBdAeGiKoMqSyVxWz"
UID: Final = "Zq3mX8vT1kLw5nRy7bHc2pJd"
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
STATUS: Final[Mapping[str, str]] = {
    "waiting": "waiting",
    "offer": "offered",
    "admitted": "offered",
    "lapsed_offer": "offered",
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
    values: dict[str, Any] = {
        "status": "confirmed",
        "calendar_uid": UID,
        "sequence": 0,
        "own_url": f"{SITE}/r/{TOKEN}",
        "not_me_url": f"{SITE}/r/{TOKEN}#not-me",
        "fee_cents": 1500,
        "free_cancellation_until": FREE_UNTIL,
    }
    if overrides.get("status") == "offered":
        values["offered_until"] = LATE + timedelta(hours=24)
    return SeatFacts(**{**values, **overrides})


def make_about(name: str, **overrides: Any) -> Any:
    """The facts of the letter of that name, as the use-cases decide them."""
    kind = ABOUT[name]
    decided_at = DECIDED.get(name, NOW)
    values: dict[str, Any] = {"decided_at": decided_at, "person": make_person()}
    if issubclass(kind, AboutDay):
        values["day"] = make_day()
    if issubclass(kind, AboutSeat):
        ended = kind in {AboutCancellation, AboutCallingOff} or name == "place_passed_on"
        values["seat"] = make_seat(status=STATUS.get(name, "confirmed"), sequence=1 if ended else 0)
    return kind(**{**values, **_more(kind, decided_at), **overrides})


def _more(kind: type[About], decided_at: datetime) -> dict[str, Any]:
    """What only one kind of letter is about."""
    more: dict[type[About], dict[str, Any]] = {
        AboutCancellation: {"cancelled_at": decided_at},
        AboutCallingOff: {"reason": "The speaker is ill.\nWe look for another date."},
        AboutChange: {"before": BeforeFacts(starts_at=STARTS_AT + timedelta(hours=1), place="Stadhuis, 2800 Mechelen")},
        AboutFee: {
            "cause": "no_show",
            "amount_cents": 1500,
            "accepted_at": NOW,
            "objection_until": decided_at + timedelta(days=14),
        },
        AboutInvitation: {
            "giver": make_person(first_name="Bo", last_name="Maes", email="bo@stad.example"),
            "url": f"{SITE}/r/c7.Qw3eR5tY7uI9oP1aS2dF4gH6jK8lZ0xC",
        },
        AboutRequest: {"message": "Every chair is taken.\nWe are sorry."},
        AboutSignIn: {
            "organiser": "Brussels School of Governance",
            "mailbox": "events_bsog@vub.be",
            "zone": "Europe/Brussels",
            "url": f"{SITE}/desk/sign-in/Hn4bV6cX8zL0kJ2hG4fD6sA8",
            "expires_at": decided_at + timedelta(minutes=30),
        },
    }
    return more.get(kind, {})


def paragraphs(name: str, **overrides: Any) -> list[str]:
    """The text of that letter, by its paragraphs: the heading, the greeting, and so on."""
    return write(name, make_about(name, **overrides)).text.split("\n\n")

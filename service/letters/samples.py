"""Sample facts: every letter as it would look about a real study day, before anybody gets it.

The people are invented; the links are one address that does nothing, whatever is behind it.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from service.letters.facts import (
    About,
    AboutAdmission,
    AboutBulk,
    AboutCallingOff,
    AboutCancellation,
    AboutChange,
    AboutDay,
    AboutFee,
    AboutInvitation,
    AboutRequest,
    AboutSeat,
    AboutSignIn,
    AboutTest,
    BeforeFacts,
    DayFacts,
    PersonFacts,
    Seat,
    SeatFacts,
)
from service.letters.reminder_facts import AboutPractical, AboutSignOff, PartFacts
from service.locale import N_, translate

UID: Final = "Zq3mX8vT1kLw5nRy7bHc2pJd"
AFTER_LIMIT: Final = frozenset({"offer", "admitted", "lapsed_offer", "cancelled_late", "practical"})
AFTER_CLOSING: Final = frozenset({"late_request_received", "declined"})
AFTER_DAY: Final = frozenset({"fee_notice", "sign_off_due"})
"""Letters of a time of their own; all others go before free cancellation ends."""
STATUS: Final[dict[str, Seat]] = {
    "waiting": "waiting",
    "offer": "offered",
    "admitted": "offered",
    "lapsed_offer": "offered",
}
ENDED: Final = (AboutCancellation, AboutCallingOff)


def usual_moment(name: str, day: DayFacts) -> datetime:
    """An instant at which that letter goes; as far from every limit as that study day allows."""
    until = min(day.free_cancellation_until, day.starts_at)
    if name in AFTER_DAY:
        return day.ends_at + timedelta(days=3)
    if name in AFTER_LIMIT | AFTER_CLOSING:
        return until + (day.starts_at - until) / 2
    return until - timedelta(days=30)


def sample(name: str, kind: type[About], *, day: DayFacts, person: PersonFacts, at: datetime, link: str) -> Any:
    """The facts of the letter of that name, which wants them to be of that kind, at an instant.

    :param link: the address behind every button and link of one's own.
    """
    facts: dict[str, Any] = {"decided_at": at, "person": person}
    if issubclass(kind, AboutDay):
        facts["day"] = day
    if issubclass(kind, AboutSeat):
        ended = issubclass(kind, ENDED) or name == "place_passed_on"
        facts["seat"] = seat(day, STATUS.get(name, "confirmed"), at=at, link=link, sequence=1 if ended else 0)
    return kind(**facts, **_more(kind, day=day, person=person, at=at, link=link))


def seat(day: DayFacts, status: Seat, *, at: datetime, link: str, sequence: int = 0) -> SeatFacts:
    """A registration on the conditions that a newcomer accepts."""
    return SeatFacts(
        status=status,
        calendar_uid=UID,
        sequence=sequence,
        own_url=link,
        not_me_url=f"{link}#not-me",
        fee_cents=day.fee_cents,
        free_cancellation_until=day.free_cancellation_until,
        offered_until=at + timedelta(hours=24) if status == "offered" else None,
    )


def _more(kind: type[About], *, day: DayFacts, person: PersonFacts, at: datetime, link: str) -> dict[str, Any]:
    """What only one kind of letter is about."""
    more: dict[type[About], dict[str, Any]] = {
        AboutAdmission: {"message": _lines(person, N_("There is a chair for one more."))},
        AboutBulk: {
            "subject": translate(person.language, "The programme is ready"),
            "message": _lines(person, N_("You find the programme on our page:"), day.page_url),
        },
        AboutCancellation: {"cancelled_at": at},
        AboutCallingOff: {"reason": _lines(person, N_("The speaker is ill."), N_("We look for another date."))},
        AboutChange: {
            "before": BeforeFacts(
                starts_at=day.starts_at - timedelta(hours=1), place="Stadhuis, 2800 Mechelen" if day.place else None
            )
        },
        AboutFee: {
            "cause": "no_show",
            "amount_cents": day.fee_cents,
            "accepted_at": min(day.free_cancellation_until, day.starts_at) - timedelta(days=30),
            "objection_until": at + timedelta(days=14),
        },
        AboutInvitation: {"giver": replace(person, first_name="Bo", last_name="Maes"), "url": link},
        AboutPractical: {
            "programme": (
                PartFacts(
                    title=translate(person.language, N_("Welcome and registration")),
                    starts_at=day.starts_at,
                    ends_at=day.starts_at + timedelta(minutes=30),
                ),
            )
        },
        AboutRequest: {"message": _lines(person, N_("Every chair is taken."), N_("We are sorry."))},
        AboutSignOff: {"url": link},
        AboutSignIn: {
            "organiser": day.organiser,
            "mailbox": day.mailbox,
            "zone": day.zone,
            "url": link,
            "expires_at": at + timedelta(minutes=30),
        },
        AboutTest: {"letter": "confirmed"},
    }
    return more.get(kind, {})


def _lines(person: PersonFacts, *said: str) -> str:
    """What an organiser might write, to somebody in their language."""
    return "\n".join(translate(person.language, line) for line in said)

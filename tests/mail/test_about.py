from datetime import timedelta
from typing import Any

import pytest

from service.domain.fees import Channel
from service.letters.facts import (
    AboutCallingOff,
    AboutCancellation,
    AboutChange,
    AboutFee,
    AboutSeat,
    BeforeFacts,
    DayFacts,
    PersonFacts,
    SeatFacts,
)
from service.mail import claims
from service.mail.about import about
from service.mail.gather import find
from service.runtime import runtime
from service.transaction import glance, transaction
from service.usecases.arrange import change_study_day
from service.usecases.cancel import lapse_offers
from service.usecases.correct import correct
from service.usecases.open_close import call_off
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT
from tests.mail.outgoing import do, newest
from tests.usecases.steps import (
    DESK,
    came,
    cancelled,
    given_day,
    joined,
    row,
    signed_off,
)

LATE = FREE_UNTIL + timedelta(hours=1)
SITE = "http://studiedag.example"
TOWN_HALL = {
    "name": "Stadhuis",
    "street": "Grote Markt 1",
    "postal_code": "2800",
    "city": "Mechelen",
    "country": "BE",
}


def own_url(registration_id: int) -> str:
    return f"{SITE}/r/{runtime().links.own_token(registration_id)}"


@pytest.mark.usefixtures("app")
class TestFacts:
    def test_facts_when_somebody_signs_up(self) -> None:
        given_day()
        registration = row(joined())

        facts = newest()

        assert facts == AboutSeat(
            decided_at=NOW,
            person=PersonFacts(
                first_name="An1",
                last_name="Peeters",
                email="an1@example.org",
                organisation="Stad Voorbeeld",
                language="nl",
            ),
            day=DayFacts(
                title="Samenwerken aan integratiebeleid",
                starts_at=STARTS_AT,
                ends_at=ENDS_AT,
                zone="Europe/Brussels",
                organiser="BSoG",
                mailbox="events_bsog@vub.be",
                page_url=f"{SITE}/nl/integratiebeleid",
                place="KBR, Kunstberg 28, 1000 Brussel, België",
                fee_cents=1500,
                free_cancellation_until=FREE_UNTIL,
            ),
            seat=SeatFacts(
                status="confirmed",
                calendar_uid=registration.calendar_uid,
                sequence=0,
                own_url=own_url(1),
                not_me_url=f"{own_url(1)}#not-me",
                fee_cents=1500,
                free_cancellation_until=FREE_UNTIL,
            ),
        )

    def test_facts_when_reader_speaks_a_language_that_the_day_has_not(self) -> None:
        given_day(venue=None, online_url="https://meet.example/1", late_cancellation_policy="unless_refilled")
        joined(language="fr")

        day = newest().day

        assert (day.title, day.page_url) == ("Working together on integration policy", f"{SITE}/fr/integratiebeleid")
        assert (day.place, day.online_url, day.refill_lets_off) == ("", "https://meet.example/1", True)

    def test_confirmation_when_cancelled_before_it_left_still_says_what_was_decided(self) -> None:
        given_day()
        cancelled(joined())
        with glance() as connection:
            first = claims.claim(connection, [1], now=NOW)
            seat = about(first[0], find(connection, first), runtime().links).seat  # type: ignore[attr-defined]

        assert (seat.status, seat.sequence) == ("confirmed", 0)

    def test_change_of_one_who_waited_when_confirmed_meanwhile_says_waiting(self) -> None:
        given_day(capacity=1)
        first, second = joined(1), joined(2)
        do(correct, second, {"town": "Gent"})
        cancelled(first)
        assert row(second).status == "confirmed"
        with glance() as connection:
            claimed = claims.claim(connection, [3], now=NOW)
            seat = about(claimed[0], find(connection, claimed), runtime().links).seat  # type: ignore[attr-defined]

        assert seat.status == "waiting"

    @pytest.mark.parametrize(
        ("channel", "now", "removed"),
        [(Channel.LINK, NOW, False), (Channel.ORGANISER, LATE, False), (Channel.REMOVED, LATE, True)],
    )
    def test_facts_when_cancelled(self, channel: Channel, now: Any, *, removed: bool) -> None:
        given_day()
        cancelled(joined(), now=now, channel=channel)

        facts = newest()

        assert isinstance(facts, AboutCancellation)
        assert (facts.cancelled_at, facts.removed, facts.seat.status, facts.seat.sequence) == (
            now,
            removed,
            "confirmed",
            1,
        )

    def test_facts_when_an_offer_lapses(self) -> None:
        given_day(capacity=1)
        first, second = joined(1), joined(2)
        cancelled(first, now=LATE)
        offer = newest()
        lapses_at = row(second).offered_until
        with transaction() as session:
            lapse_offers(session, now=LATE + timedelta(hours=24))

        lapsed = newest()

        assert (offer.seat.status, offer.seat.offered_until) == ("offered", lapses_at)
        assert (lapsed.seat.status, lapsed.person.email, lapsed.decided_at) == ("offered", "an2@example.org", lapses_at)

    @pytest.mark.parametrize(
        ("changes", "before"),
        [
            ({"starts_at": STARTS_AT + timedelta(hours=1)}, {"starts_at": STARTS_AT}),
            ({"venue": TOWN_HALL}, {"place": "KBR, Kunstberg 28, 1000 Brussel, België"}),
            ({"online_url": "https://meet.example/1"}, {"online_url": ""}),
            ({"title": {"nl": "Integratie"}}, {"title": "Samenwerken aan integratiebeleid"}),
            ({"mailbox": "studiedag@vub.be"}, {"mailbox": "events_bsog@vub.be"}),
            (
                {"venue": None, "online_url": "https://meet.example/1", "fee_cents": 2000},
                {"place": "KBR, Kunstberg 28, 1000 Brussel, België", "online_url": "", "fee_cents": 1500},
            ),
        ],
    )
    def test_facts_when_the_day_changes(self, changes: dict[str, Any], before: dict[str, Any]) -> None:
        day_id = given_day()
        joined()
        do(change_study_day, day_id, {"languages": ["nl"], **changes}, actor=DESK)

        facts = newest()

        assert isinstance(facts, AboutChange)
        assert facts.before == BeforeFacts(**before)
        assert (facts.seat.status, facts.seat.sequence) == ("confirmed", 1)
        assert facts.seat.fee_cents == 1500

    def test_facts_when_the_day_is_called_off(self) -> None:
        day_id = given_day(capacity=1)
        joined(1)
        joined(2)
        do(call_off, day_id, reason="The speaker is ill.", actor=DESK)

        facts = newest()

        assert isinstance(facts, AboutCallingOff)
        assert (facts.reason, facts.person.email, facts.seat.status) == (
            "The speaker is ill.",
            "an2@example.org",
            "waiting",
        )

    def test_facts_when_a_fee_is_due(self) -> None:
        day_id = given_day()
        came(joined(1))
        joined(2)
        (charge,) = signed_off(day_id)

        facts = newest()

        assert isinstance(facts, AboutFee)
        assert (facts.cause, facts.amount_cents, facts.accepted_at) == ("no_show", 1500, NOW)
        assert (facts.objection_until, facts.cancelled_at) == (charge.objection_until, None)

"""What the letters promise and demand is what the rules say, one tick before, at and after each limit."""

from datetime import datetime, timedelta

import pytest

from service.letters.terms import of_invitation, of_offer, of_place, of_waiting
from service.letters.writing import write
from tests.builders import FREE_UNTIL, NOW, TICK
from tests.letters.samples import LATE, LIMIT, make_about, make_day, make_seat, paragraphs

FREE = (
    f"Attendance is free. You can cancel free of charge {LIMIT}. If you cancel later, or do not come, you owe a no-show"
)
AT_ONCE = (
    f"Attendance is free, but free cancellation was possible only {LIMIT}. So the no-show fee applies at once: if you"
    " cancel now, or do not come, you owe €15.00."
)
IF_ACCEPTED = (
    f"Attendance is free, but free cancellation was possible only {LIMIT}. So if you accept, the no-show fee applies at"
    " once: if you cancel after that, or do not come, you owe €15.00."
)
REFILL = " A late cancellation costs nothing if somebody else takes the place."
WITHOUT_FEE = "Attendance is free, and so is cancelling. If you cannot come, please cancel: others may be waiting."


@pytest.mark.parametrize(
    ("decided_at", "expected"),
    [
        (FREE_UNTIL - TICK, f"{FREE} fee of €15.00."),
        (FREE_UNTIL, AT_ONCE),
        (FREE_UNTIL + TICK, AT_ONCE),
    ],
)
@pytest.mark.parametrize("name", ["confirmed", "changed", "already_registered"])
def test_place_when_the_free_limit_comes_binds_at_once(name: str, decided_at: datetime, expected: str) -> None:
    assert expected in paragraphs(name, decided_at=decided_at)


@pytest.mark.parametrize("came_by", ["sign_up", "waiting_list", "offer", "colleague"])
def test_place_when_come_by_in_any_way_says_how_and_on_what_terms(came_by: str) -> None:
    written = paragraphs("confirmed", decided_at=LATE, seat=make_seat(came_by=came_by))

    assert AT_ONCE in written
    assert (
        written[2]
        == {
            "sign_up": "You are registered. We look forward to seeing you.",
            "waiting_list": "A place has become free, and it is yours: you have moved up from the waiting list.",
            "offer": "You have accepted the place that we offered you. We look forward to seeing you.",
            "colleague": "You have taken over a colleague’s place. We look forward to seeing you.",
        }[came_by]
    )


@pytest.mark.parametrize(("decided_at", "expected"), [(NOW, f"{FREE} fee of €15.00."), (LATE, AT_ONCE)])
def test_place_when_the_policy_is_kinder_says_so(decided_at: datetime, expected: str) -> None:
    about = make_about("confirmed", decided_at=decided_at, day=make_day(refill_lets_off=True))

    assert of_place(about) == expected + REFILL


def test_place_when_the_day_has_no_fee_speaks_of_none() -> None:
    about = make_about("confirmed", decided_at=LATE, seat=make_seat(fee_cents=0))

    assert of_place(about) == WITHOUT_FEE
    assert "€" not in write("confirmed", about).text


@pytest.mark.parametrize("name", ["offer", "admitted"])
def test_offer_when_made_restates_the_fee_and_its_own_limit(name: str) -> None:
    written = paragraphs(name)

    assert IF_ACCEPTED in written
    assert (
        "You can accept the place before 10:00 on Saturday 25 March 2023 (Brussels time). If you do not, the offer"
        " lapses, and you owe nothing."
    ) in written


def test_offer_when_it_can_still_be_cancelled_free_says_until_when() -> None:
    about = make_about("admitted", decided_at=FREE_UNTIL - TICK)

    assert of_offer(about) == (
        f"Attendance is free. If you accept, you can still cancel free of charge {LIMIT}. If you cancel later, or do"
        " not come, you owe a no-show fee of €15.00."
    )


def test_offer_when_a_notice_gave_relief_promises_the_limit_that_binds() -> None:
    relieved = make_seat(status="offered", free_cancellation_until=LATE + timedelta(days=3))

    assert "before 11:00 on Monday 27 March 2023" in of_offer(make_about("offer", seat=relieved))


def test_invitation_when_made_states_the_conditions_of_today() -> None:
    about = make_about("colleague_invited", decided_at=FREE_UNTIL, day=make_day(fee_cents=2000))

    assert of_invitation(about) == IF_ACCEPTED.replace("15.00", "20.00")


@pytest.mark.parametrize("status", ["waiting", "offered"])
@pytest.mark.parametrize("name", ["changed", "already_registered", "study_day_changed", "cancelled_in_time"])
def test_person_without_a_place_when_written_to_owes_nothing_as_yet(name: str, status: str) -> None:
    text = write(name, make_about(name, seat=make_seat(status=status))).text

    assert "Your place is confirmed" not in text
    assert "applies at once: if you cancel now" not in text
    assert "You can cancel free of charge" not in text


@pytest.mark.parametrize(("decided_at", "offers_only"), [(FREE_UNTIL - TICK, False), (FREE_UNTIL, True)])
def test_waiting_list_when_the_free_limit_comes_leads_to_offers_only(decided_at: datetime, offers_only: bool) -> None:
    text = of_waiting(make_about("waiting", decided_at=decided_at))

    assert text.startswith("If a place becomes free, we offer it to you with its conditions.") == offers_only
    assert text.startswith(f"If a place becomes free {LIMIT}, it is yours at once.") != offers_only


def test_waiting_list_when_written_to_is_told_that_waiting_costs_nothing() -> None:
    assert "Waiting binds you to nothing: you can withdraw at any time, and it never costs anything." in paragraphs(
        "waiting"
    )

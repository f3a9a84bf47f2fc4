"""rules.md 6, 8: one fee per person and study day, and seats that somebody else used (decision 0005)."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from service.domain.fees import Channel
from service.transaction import transaction
from service.usecases.transfer import invite_colleague, take_over
from tests.builders import FREE_UNTIL, NOW, make_application
from tests.usecases.steps import (
    LINK,
    came,
    cancelled,
    given_day,
    joined,
    row,
    signed_off,
)

HOUR = timedelta(hours=1)
ABOUT = {"organiser_id": 1, "study_day_id": 1, "language": "nl", "created_at": NOW, "due_at": NOW}
pytestmark = pytest.mark.usefixtures("app")


def charged(**overrides: Any) -> dict[int, str]:
    return {charge.registration_id: charge.reason for charge in signed_off(**overrides)}


def passed_on(registration_id: int, number: int, *, now: datetime) -> int:
    with transaction() as session:
        email = f"an{number}@example.org"
        invitation = invite_colleague(session, registration_id, email, "nl", actor=LINK, now=now)
        return take_over(session, invitation.id, make_application(number), actor=LINK, now=now).id


class TestOnePerson:
    def test_who_cancelled_late_came_back_and_came_owes_nothing(self) -> None:
        given_day()
        an = joined(1)
        cancelled(an, now=FREE_UNTIL)
        came(joined(1, now=FREE_UNTIL, email="AN1@example.org"))
        assert charged() == {}

    def test_who_cancelled_late_came_back_and_did_not_come_owes_once(self) -> None:
        given_day()
        an = joined(1)
        cancelled(an, now=FREE_UNTIL)
        again = joined(1, now=FREE_UNTIL, email="AN1@example.org")
        came(joined(2))
        assert charged() == {again: "no_show"}

    def test_who_cancelled_late_twice_owes_once(self) -> None:
        given_day()
        first = joined(1)
        cancelled(first, now=FREE_UNTIL)
        second = joined(1, now=FREE_UNTIL)
        cancelled(second, now=FREE_UNTIL + HOUR)
        came(joined(2))
        assert charged() == {second: "late_cancellation"}

    def test_who_cancelled_late_and_then_only_waited_owes_for_the_first(self) -> None:
        given_day(capacity=1)
        an, bo = joined(1), joined(2)
        cancelled(an, now=FREE_UNTIL)  # bo is offered the place, an waits behind
        again = joined(1, now=FREE_UNTIL)
        assert [row(one).status for one in (bo, again)] == ["offered", "waiting"]
        assert charged() == {an: "late_cancellation"}


class TestUnlessRefilled:
    def test_seat_when_somebody_else_used_it(self) -> None:
        given_day(late_cancellation_policy="unless_refilled")
        an, bo = joined(1), joined(2)
        cancelled(an, now=FREE_UNTIL)
        cancelled(bo, now=FREE_UNTIL + HOUR)
        came(joined(3, now=FREE_UNTIL + HOUR))
        assert charged() == {bo: "late_cancellation"}

    def test_seat_when_only_a_colleague_took_another_place_over(self) -> None:
        given_day(late_cancellation_policy="unless_refilled")
        an, bo = joined(1), joined(2)
        cancelled(an, now=FREE_UNTIL)
        came(passed_on(bo, 3, now=FREE_UNTIL + HOUR))
        assert charged() == {an: "late_cancellation"}

    def test_seat_when_its_new_owner_passed_it_on(self) -> None:
        given_day(late_cancellation_policy="unless_refilled")
        an = joined(1)
        cancelled(an, now=FREE_UNTIL)
        bo = joined(2, now=FREE_UNTIL + HOUR)
        came(passed_on(bo, 3, now=FREE_UNTIL + HOUR))
        assert charged() == {}

    @pytest.mark.parametrize("channel", [Channel.NOT_ME, Channel.REMOVED])
    def test_seat_when_its_new_owner_was_none(self, channel: Channel) -> None:
        given_day(late_cancellation_policy="unless_refilled")
        an = joined(1)
        cancelled(an, now=FREE_UNTIL)
        bo = joined(2, now=FREE_UNTIL + HOUR)
        cancelled(bo, now=FREE_UNTIL + HOUR, channel=channel)
        assert charged() == {an: "late_cancellation"}

    def test_seat_when_they_came_back_themselves_and_left_again(self) -> None:
        given_day(late_cancellation_policy="unless_refilled")
        an = joined(1)
        cancelled(an, now=FREE_UNTIL)
        again = joined(1, now=FREE_UNTIL + HOUR)
        cancelled(again, now=FREE_UNTIL + HOUR)
        assert charged() == {again: "late_cancellation"}

"""rules.md 7, 8: the fee table row by row."""

from datetime import timedelta

import pytest

from service.domain.fees import (
    Channel,
    Due,
    Moment,
    Policy,
    Reason,
    Story,
    due,
    many_absent,
    once_per_person,
    refilled,
)
from service.domain.seats import Status
from service.domain.windows import Verdict
from tests.builders import FREE_UNTIL, TICK

CONFIRMED, CANCELLED = Status.CONFIRMED, Status.CANCELLED
LATE, ON_TIME = Verdict.LATE, Verdict.ON_TIME
NO_SHOW, LATE_FEE = Due(Reason.NO_SHOW), Due(Reason.LATE_CANCELLATION)


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        # present
        (Story(CONFIRMED, present=True), None),
        (Story(CONFIRMED, present=True, unreachable=True), None),
        # cancelled before the limit that they accepted
        (Story(CANCELLED, channel=Channel.LINK, verdict=ON_TIME), None),
        (Story(CANCELLED, channel=Channel.CALENDAR, verdict=ON_TIME), None),
        (Story(CANCELLED, channel=Channel.ORGANISER, verdict=ON_TIME), None),
        # cancelled later, did not come
        (Story(CANCELLED, channel=Channel.LINK, verdict=LATE), LATE_FEE),
        (Story(CANCELLED, channel=Channel.CALENDAR, verdict=LATE), LATE_FEE),
        (Story(CANCELLED, channel=Channel.ORGANISER, verdict=LATE), LATE_FEE),
        (Story(CANCELLED, channel=Channel.LINK, verdict=LATE, seat_refilled=True), LATE_FEE),
        # neither cancelled nor came
        (Story(CONFIRMED), NO_SHOW),
        # waiting, offered, "not me", removed by the organiser, day called off, lapsed
        (Story(Status.WAITING, was_seated=False), None),
        (Story(Status.OFFERED), None),
        (Story(CANCELLED, was_seated=False, channel=Channel.LINK, verdict=ON_TIME), None),
        (Story(CANCELLED, was_seated=False, channel=Channel.LINK, verdict=LATE), None),
        (Story(CANCELLED, was_seated=False, channel=Channel.LAPSED, verdict=ON_TIME), None),
        (Story(CANCELLED, channel=Channel.NOT_ME, verdict=LATE), None),
        (Story(CANCELLED, channel=Channel.REMOVED, verdict=LATE), None),
        (Story(CANCELLED, channel=Channel.CALLED_OFF, verdict=LATE), None),
        # the place passed to a colleague who accepted
        (Story(CANCELLED, channel=Channel.TRANSFER, verdict=LATE), None),
        # the confirmation bounced and nothing was ever seen: a person decides
        (Story(CONFIRMED, unreachable=True), Due(Reason.NO_SHOW, propose_waiver=True)),
        (
            Story(CANCELLED, channel=Channel.ORGANISER, verdict=LATE, unreachable=True),
            Due(Reason.LATE_CANCELLATION, propose_waiver=True),
        ),
        # cancelled late, registered again and came
        (Story(CANCELLED, channel=Channel.LINK, verdict=LATE, came_after_all=True), None),
    ],
)
def test_fee_when_the_policy_is_to_charge(story: Story, expected: Due | None) -> None:
    assert due(story, policy=Policy.CHARGE) == expected


@pytest.mark.parametrize(
    ("story", "expected"),
    [
        (Story(CANCELLED, channel=Channel.LINK, verdict=LATE, seat_refilled=True), None),
        (Story(CANCELLED, channel=Channel.LINK, verdict=LATE), LATE_FEE),
        (Story(CANCELLED, channel=Channel.LINK, verdict=ON_TIME), None),
        (Story(CONFIRMED), NO_SHOW),
        (Story(CONFIRMED, seat_refilled=True), NO_SHOW),
    ],
)
def test_fee_when_the_policy_is_unless_refilled(story: Story, expected: Due | None) -> None:
    assert due(story, policy=Policy.UNLESS_REFILLED) == expected


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("channel", [None, *Channel])
@pytest.mark.parametrize("verdict", [None, *Verdict])
def test_fee_when_the_day_was_called_off_is_none(
    status: Status, channel: Channel | None, verdict: Verdict | None
) -> None:
    story = Story(status, channel=channel, verdict=verdict)
    assert due(story, policy=Policy.CHARGE, called_off=True) is None


@pytest.mark.parametrize(
    ("owed", "expected"),
    [
        ({}, {}),
        ({1: NO_SHOW}, {1: NO_SHOW}),
        ({1: LATE_FEE, 3: NO_SHOW}, {3: NO_SHOW}),  # the same person: cancelled late, came back, did not come
        ({3: LATE_FEE, 1: LATE_FEE}, {3: LATE_FEE}),
        ({1: LATE_FEE, 2: NO_SHOW, 3: LATE_FEE}, {2: NO_SHOW, 3: LATE_FEE}),
    ],
)
def test_fees_when_one_person_owes_several_are_one(owed: dict[int, Due], expected: dict[int, Due]) -> None:
    assert once_per_person(owed, {1: "an@example.org", 2: "bo@example.org", 3: "an@example.org"}) == expected


def at(minutes: int, person: str) -> Moment:
    return Moment(FREE_UNTIL + timedelta(minutes=minutes), person)


@pytest.mark.parametrize(
    ("freed", "seatings", "expected"),
    [
        ([], [], []),
        ([at(0, "an")], [], [False]),
        ([at(0, "an")], [at(0, "bo")], [True]),  # promoted by the cancellation itself
        ([at(0, "an")], [at(1, "bo")], [True]),
        ([at(0, "an")], [Moment(FREE_UNTIL - TICK, "bo")], [False]),
        ([at(0, "an"), at(5, "bo")], [at(9, "cy")], [True, False]),
        ([at(0, "an"), at(5, "bo")], [at(3, "cy"), at(9, "di")], [True, True]),
        ([at(0, "an"), at(5, "bo")], [at(9, "di"), at(3, "cy")], [True, True]),
        ([at(0, "an"), at(5, "bo")], [at(1, "cy"), at(2, "di")], [True, False]),  # one of them took another free seat
        ([at(0, "an")], [at(1, "an")], [False]),  # came back themselves
        ([at(0, "an"), at(2, "bo")], [at(3, "an")], [False, True]),
    ],
)
def test_freed_seats_when_others_came(freed: list[Moment], seatings: list[Moment], expected: list[bool]) -> None:
    assert refilled(freed, seatings) == expected


@pytest.mark.parametrize(
    ("expected_guests", "absent", "asks_twice"),
    [(0, 0, False), (1, 0, False), (1, 1, True), (5, 2, False), (5, 3, True), (100, 40, False), (100, 41, True)],
)
def test_sign_off_when_many_are_absent(expected_guests: int, absent: int, asks_twice: bool) -> None:
    assert many_absent(expected=expected_guests, absent=absent) == asks_twice

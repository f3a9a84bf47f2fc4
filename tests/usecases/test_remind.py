"""Who is reminded, of what, and that it is once."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from service.domain.roles import Role
from service.extensions import db
from service.models import Message, Organiser, Registration, Reminded, StudyDay
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from service.usecases.coming import say_coming
from service.usecases.open_close import call_off
from service.usecases.remind import remind
from service.usecases.staff import add_staff
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT
from tests.usecases.steps import (
    DESK,
    LINK,
    admitted,
    asked_late,
    came,
    cancelled,
    given_day,
    history,
    joined,
    last_line,
    row,
    signed_off,
    told,
)

pytestmark = pytest.mark.usefixtures("app")
ZONE = ZoneInfo("Europe/Brussels")
CALL = datetime(2023, 3, 15, 9, tzinfo=ZONE)
PRACTICAL = datetime(2023, 3, 29, 9, tzinfo=ZONE)
MORNING_AFTER = datetime(2023, 4, 1, 9, tzinfo=ZONE)
DAY, HOUR, WEEK = timedelta(days=1), timedelta(hours=1), timedelta(days=7)


def reminded(now: datetime, day_id: int = 1) -> list[tuple[str, str]]:
    """Who got which letter at that time."""
    before = len(told())
    with transaction() as session:
        remind(session, day_id, now=now)
    return told(before)


def change(now: datetime, **values: Any) -> None:
    with transaction() as session:
        change_study_day(session, 1, values, actor=DESK, now=now)


def staff(*people: tuple[str, Role]) -> None:
    with transaction() as session:
        organiser = session.get_one(Organiser, 1)
        for email, role in people:
            add_staff(session, email, role, organiser, language="fr", actor=DESK, now=NOW)


def occasions() -> Sequence[str | None]:
    db.session.rollback()
    return db.session.execute(sa.select(Message.occasion).where(Message.occasion.is_not(None))).scalars().all()


class TestLastCall:
    def test_goes_to_everyone_confirmed_and_to_nobody_else(self) -> None:
        given_day(capacity=3)
        joined(1), joined(2), joined(3), joined(4)
        cancelled(joined(5))
        cancelled(3)

        assert reminded(CALL) == [("an1", "last_call"), ("an2", "last_call"), ("an4", "last_call")]
        assert (last_line().action, last_line().facts) == (
            "reminded",
            {"letter": "last_call", "occasion": "2023-03-19T23:00", "told": 3},
        )
        assert occasions()[0] == "last_call:2023-03-19T23:00:1"

    @pytest.mark.parametrize(
        ("joined_at", "called"),
        [
            (CALL - 2 * DAY, [("an1", "last_call")]),
            (CALL - 2 * DAY + HOUR, []),
            (CALL + HOUR, []),
        ],
    )
    def test_leaves_out_who_has_just_been_told(self, joined_at: datetime, called: list[tuple[str, str]]) -> None:
        given_day()
        joined(1, now=joined_at)

        assert reminded(max(CALL, joined_at)) == called
        assert reminded(CALL + 2 * DAY) == []

    def test_leaves_out_who_has_moved_up_just_now(self) -> None:
        given_day(capacity=1)
        first, _ = joined(1), joined(2)
        cancelled(first, now=CALL - HOUR)

        assert reminded(CALL) == []

    def test_goes_once_and_still_late_but_not_when_it_is_too_late(self) -> None:
        given_day()
        joined(1)

        late = [CALL + 3 * DAY, CALL + 3 * DAY + HOUR, FREE_UNTIL - HOUR]

        assert reminded(CALL - HOUR) == []
        assert [reminded(now) for now in late] == [[("an1", "last_call")], [], []]

    def test_does_not_go_after_the_limit(self) -> None:
        given_day()
        joined(1)

        assert reminded(FREE_UNTIL + 10 * HOUR) == []
        assert reminded(FREE_UNTIL - 2 * HOUR) == []

    def test_goes_also_where_there_is_no_fee(self) -> None:
        given_day(fee_cents=0)
        joined(1)

        assert reminded(CALL) == [("an1", "last_call")]

    def test_asks_nobody_again_who_said_that_they_are_coming(self) -> None:
        given_day()
        joined(1), joined(2)
        with transaction() as session:
            say_coming(session, 1, actor=LINK, now=CALL - DAY)

        assert reminded(CALL) == [("an2", "last_call")]

    def test_when_the_limit_moves_by_little_goes_to_nobody_twice(self) -> None:
        given_day()
        joined(1)
        reminded(CALL)
        change(CALL + HOUR, free_cancellation_until=FREE_UNTIL + DAY)

        assert reminded(CALL + DAY) == []
        assert reminded(CALL + DAY + HOUR) == []

    def test_when_the_limit_moves_by_weeks_goes_again_for_the_new_one(self) -> None:
        given_day()
        joined(1)
        reminded(CALL)
        change(CALL + HOUR, free_cancellation_until=FREE_UNTIL + WEEK)

        assert [reminded(CALL + days * DAY) for days in (1, 7, 8)] == [[], [("an1", "last_call")], []]

    def test_when_the_limit_moves_back_goes_to_nobody_twice(self) -> None:
        given_day()
        joined(1)
        reminded(CALL)
        change(CALL + HOUR, free_cancellation_until=FREE_UNTIL + WEEK)
        change(CALL + 2 * HOUR, free_cancellation_until=FREE_UNTIL)

        assert [reminded(CALL + days * DAY) for days in (1, 2, 3)] == [[], [], []]

    def test_of_a_kinder_limit_that_some_keep_goes_to_them_when_it_is_theirs(self) -> None:
        given_day()
        joined(1)
        change(NOW + HOUR, free_cancellation_until=FREE_UNTIL - 2 * WEEK)
        joined(2, now=NOW + 2 * HOUR)

        assert reminded(CALL - 2 * WEEK) == [("an2", "last_call")]
        assert reminded(CALL) == [("an1", "last_call")]

    def test_of_a_day_that_was_called_off_does_not_go(self) -> None:
        given_day()
        joined(1)
        with transaction() as session:
            call_off(session, 1, reason="Storm.", actor=DESK, now=CALL - HOUR)

        assert reminded(CALL) == []


class TestPracticalReminder:
    def test_goes_to_everyone_confirmed_two_days_before(self) -> None:
        given_day()
        joined(1), joined(2)
        with transaction() as session:
            say_coming(session, 1, actor=LINK, now=CALL)
        admitted(asked_late(3))

        assert reminded(PRACTICAL - HOUR) == []
        assert reminded(PRACTICAL) == [("an1", "practical"), ("an2", "practical")]
        assert reminded(PRACTICAL + HOUR) == []

    @pytest.mark.parametrize(
        ("now", "goes"), [(STARTS_AT - 15 * HOUR, True), (STARTS_AT - 12 * HOUR, False), (STARTS_AT - HOUR, False)]
    )
    def test_goes_late_but_not_on_the_morning_itself(self, now: datetime, goes: bool) -> None:
        given_day()
        joined(1)

        assert bool(reminded(now)) is goes

    def test_goes_again_when_the_day_is_another_one(self) -> None:
        given_day()
        joined(1)
        reminded(PRACTICAL)
        change(PRACTICAL + HOUR, starts_at=STARTS_AT + 2 * WEEK, ends_at=ENDS_AT + 2 * WEEK)

        assert reminded(PRACTICAL + 2 * WEEK) == [("an1", "practical")]

    def test_does_not_go_again_for_another_hour_of_the_same_day(self) -> None:
        given_day()
        joined(1)
        reminded(PRACTICAL)
        change(PRACTICAL + HOUR, starts_at=STARTS_AT + HOUR)

        assert ("an1", "practical") not in reminded(PRACTICAL + 2 * HOUR)


class TestRequestToSignOff:
    def test_goes_to_the_organisers_on_the_next_day_and_a_week_later(self) -> None:
        given_day()
        joined(1)
        staff(("els@bsog.example", Role.ORGANISER), ("door@bsog.example", Role.CHECKIN), ("all@x.example", Role.ADMIN))

        asked = [reminded(MORNING_AFTER + days * DAY) for days in range(10)]

        assert asked == [[("els", "sign_off_due")], *[[]] * 6, [("els", "sign_off_due")], [], []]
        facts = db.session.execute(sa.select(Message.facts).where(Message.letter == "sign_off_due")).scalars().all()
        assert [one["again"] for one in facts] == [False, True]

    def test_goes_to_an_admin_where_the_organiser_has_nobody(self) -> None:
        given_day()
        joined(1)
        staff(("all@x.example", Role.ADMIN))

        assert reminded(MORNING_AFTER) == [("all", "sign_off_due")]

    def test_does_not_go_when_it_is_done_or_when_nobody_was_registered(self) -> None:
        given_day()
        staff(("els@bsog.example", Role.ORGANISER))
        empty = reminded(MORNING_AFTER)
        joined(1)
        came(1)
        signed_off(now=MORNING_AFTER + DAY)

        assert (empty, reminded(MORNING_AFTER + WEEK)) == ([], [])


def test_reminder_when_another_worker_was_faster_is_not_written_again() -> None:
    given_day()
    joined(1)
    with transaction() as session:
        session.add(Reminded(study_day_id=1, kind="last_call", about="2023-03-19T23:00", at=CALL, people=1))

    assert reminded(CALL) == []


def test_letter_when_its_occasion_was_written_about_is_left_out() -> None:
    given_day()
    joined(1), joined(2)
    reminded(CALL)
    with transaction() as session:
        session.execute(sa.delete(Reminded))
        session.execute(sa.update(Message).where(Message.letter == "last_call").values(created_at=NOW))
        session.execute(sa.update(Message).where(Message.recipient == "an2@example.org").values(occasion=None))

    assert reminded(CALL + HOUR) == [("an2", "last_call")]


def test_coming_when_said_twice_is_kept_once_and_forgotten_when_the_date_is_another() -> None:
    given_day()
    joined(1)
    for hours in (0, 1):
        with transaction() as session:
            say_coming(session, 1, actor=LINK, now=CALL + hours * HOUR)
    said: Registration = row(1)
    kept = (said.coming_at, said.seen_at, history()[-1])
    change(CALL + DAY, venue=None, online_url="https://meet.example/1")
    still = row(1).coming_at
    change(CALL + DAY, starts_at=STARTS_AT + DAY, ends_at=ENDS_AT + DAY)

    assert kept == (CALL, CALL, "coming")
    assert (still, row(1).coming_at) == (CALL, None)
    assert history().count("coming") == 1


def test_days_when_there_are_several_are_reminded_each_for_itself() -> None:
    given_day()
    joined(1)
    with transaction() as session:
        first = session.get_one(StudyDay, 1)
        assert first.kept_limits == []

    with transaction() as session:
        assert remind(session, 1, now=CALL) == 1
        assert remind(session, 1, now=CALL) == 0

"""rules.md 6: who cancels, when, through what, and what it costs; and whose seat it becomes (rules.md 4)."""

from datetime import datetime, timedelta

import pytest

from service.domain.fees import Channel
from service.domain.refusals import (
    AlreadyCancelled,
    AlreadyInvoiced,
    NotFound,
    StudyDayCancelled,
    StudyDayStarted,
)
from service.transaction import transaction
from service.usecases.cancel import not_me
from service.usecases.invoice import issue_invoices
from service.usecases.open_close import call_off
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, STARTS_AT, TICK
from tests.usecases.steps import (
    DESK,
    LINK,
    came,
    cancelled,
    counters,
    given_day,
    history,
    joined,
    last_facts,
    last_line,
    row,
    signed_off,
    statuses,
    told,
)

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.parametrize(
    ("now", "verdict", "letter"),
    [
        (FREE_UNTIL - TICK, "on_time", "cancelled_in_time"),
        (FREE_UNTIL, "late", "cancelled_late"),
        (FREE_UNTIL + TICK, "late", "cancelled_late"),
        (STARTS_AT - TICK, "late", "cancelled_late"),
    ],
)
@pytest.mark.parametrize("channel", [Channel.LINK, Channel.CALENDAR, Channel.ORGANISER])
def test_cancelling_when_the_limit_passes(now: datetime, verdict: str, letter: str, channel: Channel) -> None:
    given_day(capacity=2)
    an = joined()

    cancelled(an, now=now, channel=channel, reason="A child is ill")

    ended = row(an)
    assert (ended.status, ended.cancelled_from, ended.cancelled_verdict) == ("cancelled", "confirmed", verdict)
    assert (ended.cancelled_at, ended.cancelled_channel, ended.cancelled_reason) == (now, channel, "A child is ill")
    assert (ended.cancelled_by, ended.sequence) == ("attendee" if channel is Channel.LINK else "staff", 1)
    assert told() == [("an1", "confirmed"), ("an1", letter)]
    assert last_facts(letter) == {"sequence": 1, "calendar": True}
    assert counters() == (0, 0)


def test_cancelling_when_a_reason_is_given_keeps_it_out_of_what_is_never_deleted() -> None:
    given_day()
    cancelled(joined(), now=FREE_UNTIL, reason="I am ill")
    assert last_line().reason == ""
    assert last_line().facts == {"verdict": "late", "from": "confirmed", "through": "link"}


@pytest.mark.parametrize("now", [STARTS_AT, STARTS_AT + TICK, ENDS_AT])
@pytest.mark.parametrize("channel", [Channel.LINK, Channel.ORGANISER, Channel.REMOVED])
def test_cancelling_when_the_day_has_begun(now: datetime, channel: Channel) -> None:
    given_day()
    an = joined()
    with pytest.raises(StudyDayStarted):
        cancelled(an, now=now, channel=channel)
    assert statuses() == {an: "confirmed"}


def test_cancelling_when_there_is_nothing_to_cancel() -> None:
    given_day()
    an = joined()
    cancelled(an)
    with pytest.raises(AlreadyCancelled):
        cancelled(an)
    with pytest.raises(NotFound):
        cancelled(an + 1)
    assert told() == [("an1", "confirmed"), ("an1", "cancelled_in_time")]


def test_cancelling_when_the_day_was_called_off() -> None:
    day = given_day()
    an = joined()
    with transaction() as session:
        call_off(session, day, reason="Strike", actor=DESK, now=NOW)
    with pytest.raises(StudyDayCancelled):
        cancelled(an)


def test_removing_when_the_organiser_wants_it_is_no_late_cancellation() -> None:
    given_day()
    an = joined()
    cancelled(an, now=STARTS_AT - TICK, channel=Channel.REMOVED)
    assert row(an).cancelled_verdict == "on_time"
    assert told(1) == [("an1", "cancelled_in_time")]


@pytest.mark.parametrize("now", [NOW, FREE_UNTIL, STARTS_AT - TICK])
def test_leaving_when_one_only_waits_costs_nothing_at_any_time(now: datetime) -> None:
    given_day(capacity=1)
    joined(1)
    waiting = joined(2)

    cancelled(waiting, now=now)

    ended = row(waiting)
    assert (ended.status, ended.cancelled_from, ended.cancelled_verdict) == ("cancelled", "waiting", "on_time")
    assert told(2) == [("an2", "cancelled_in_time")]
    assert last_facts("cancelled_in_time") == {"sequence": 1, "calendar": False}
    assert counters() == (1, 0)


class TestNotMe:
    @pytest.mark.parametrize("now", [NOW, FREE_UNTIL, STARTS_AT, ENDS_AT + timedelta(days=20)])
    def test_removes_at_any_time_and_frees_the_seat(self, now: datetime) -> None:
        given_day(capacity=1)
        an, bo = joined(1, phone="02 123 45 67", remarks="Hi", dietary="vegan", answers={}), joined(2)

        with transaction() as session:
            not_me(session, an, actor=LINK, now=now)

        ended = row(an)
        assert (ended.status, ended.cancelled_channel, ended.cancelled_verdict) == ("cancelled", "not_me", "on_time")
        assert (ended.phone, ended.remarks, ended.dietary, ended.answers) == ("", "", "", {})
        assert (ended.full_name, ended.organisation, ended.email) == ("–", "", "an1@example.org")
        assert told(2)[0] == ("an1", "not_me")
        assert last_facts("not_me") == {"sequence": 1, "calendar": True}
        assert statuses()[bo] == {NOW: "confirmed", FREE_UNTIL: "offered"}.get(now, "waiting")

    def test_after_a_late_cancellation_takes_the_fee_away(self) -> None:
        given_day()
        an, bo = joined(1), joined(2)
        cancelled(an, now=FREE_UNTIL)
        with transaction() as session:
            not_me(session, an, actor=LINK, now=FREE_UNTIL + HOUR)
        came(bo)

        assert signed_off() == []
        assert last_facts("not_me") == {"sequence": 2, "calendar": True}
        assert row(an).cancelled_at == FREE_UNTIL

    def test_after_sign_off_waives_the_charge(self) -> None:
        given_day()
        an, bo = joined(1), joined(2)
        came(bo)
        signed_off()

        with transaction() as session:
            not_me(session, an, actor=LINK, now=ENDS_AT + HOUR)

        (waived,) = signed_off()
        assert (waived.status, waived.waiver_reason, waived.waived_at) == ("waived", "our_mistake", ENDS_AT + HOUR)
        assert history(-2) == ["waived", "cancelled"]

    def test_after_invoicing_needs_a_credit_note(self) -> None:
        day = given_day()
        an, bo = joined(1), joined(2)
        came(bo)
        signed_off()
        with transaction() as session:
            issue_invoices(session, day, force=True, actor=DESK, now=ENDS_AT)
        with pytest.raises(AlreadyInvoiced), transaction() as session:
            not_me(session, an, actor=LINK, now=ENDS_AT)

    def test_twice_is_once(self) -> None:
        given_day()
        an = joined()
        with transaction() as session:
            not_me(session, an, actor=LINK, now=NOW)
        with pytest.raises(AlreadyCancelled), transaction() as session:
            not_me(session, an, actor=LINK, now=NOW)
        assert told() == [("an1", "confirmed"), ("an1", "not_me")]

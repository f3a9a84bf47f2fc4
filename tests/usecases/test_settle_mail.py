"""rules.md 5: what waits in the mailbox is marked for a person, who says what it is."""

from collections.abc import Callable
from typing import Any

import pytest

from service.domain.refusals import (
    AlreadyDecided,
    InvalidInput,
    NotFound,
    Refusal,
    RegistrationOpen,
    StudyDayCancelled,
    StudyDayOver,
)
from service.models import Organiser
from service.transaction import transaction
from service.usecases.open_close import call_off
from service.usecases.settle_mail import make_late_request, settle, tie
from tests.builders import CLOSES_AT, NOW, STARTS_AT, TICK, make_day, make_organiser
from tests.usecases.received import MAILBOX, filed, mails, make_mail
from tests.usecases.steps import DESK, asked_late, given_day, history, joined, last_line, request_row, told

pytestmark = pytest.mark.usefixtures("app")


def given_mail(sender: str = "zoe@example.org", **values: Any) -> None:
    """A mail that waits for a person of the day's organiser."""
    given_day()
    filed(make_mail(sender, **{"recipients": (MAILBOX,), "received_at": CLOSES_AT, "sender_name": "", **values}))
    assert mails("state", "organiser_id") == [("waiting", 1)]


def do(act: Callable[..., Any], *args: Any, now: Any = CLOSES_AT) -> None:
    with transaction() as session:
        act(session, 1, *args, actor=DESK, now=now)


def test_mail_when_somebody_has_seen_to_it_waits_no_longer() -> None:
    given_mail()

    do(settle)

    assert mails("state", "outcome", "decided_at") == [("done", "which_day", CLOSES_AT)]
    assert (history(), last_line().facts, last_line().organiser_id) == (["mail_filed"], {"mail": 1, "made": "done"}, 1)
    with pytest.raises(AlreadyDecided):
        do(settle)


def test_mail_when_assigned_becomes_a_late_request() -> None:
    given_mail()

    do(make_late_request, 1)

    request = request_row(1)
    assert (request.status, request.channel, request.message) == ("waiting", "mail", "May I still come?")
    assert (request.email, request.last_name, request.language) == ("zoe@example.org", "zoe", "nl")
    assert mails("state", "kind", "outcome", "late_request_id") == [("done", "late_request", "assigned", 1)]
    assert (history(), told()) == (["late_request", "mail_filed"], [])


def test_mail_when_assigned_to_where_their_request_waits_joins_it() -> None:
    given_mail("an9@example.org")
    waiting = asked_late(9)

    do(make_late_request, 1)

    assert mails("late_request_id", "outcome") == [(waiting, "assigned")]
    assert history(1) == ["late_request_added_to", "mail_filed"]


@pytest.mark.parametrize(
    ("now", "refusal"), [(CLOSES_AT - TICK, RegistrationOpen), (STARTS_AT, StudyDayOver), (NOW, RegistrationOpen)]
)
def test_mail_when_it_is_not_the_time_is_not_assigned(now: Any, refusal: type[Refusal]) -> None:
    given_mail()

    with pytest.raises(refusal):
        do(make_late_request, 1, now=now)
    assert mails("state") == ["waiting"]


def test_mail_when_the_day_was_called_off_is_not_assigned() -> None:
    given_mail()
    with transaction() as session:
        call_off(session, 1, reason="Ill", actor=DESK, now=NOW)

    with pytest.raises(StudyDayCancelled):
        do(make_late_request, 1)


def test_mail_when_nobody_could_be_answered_is_not_assigned() -> None:
    given_mail("")

    with pytest.raises(InvalidInput):
        do(make_late_request, 1)


def test_mail_when_tied_stands_with_the_person_and_waits_on() -> None:
    given_mail()
    an = joined()

    do(tie, an)

    assert mails("state", "registration_id", "study_day_id") == [("waiting", an, 1)]
    assert (last_line().registration_id, last_line().facts) == (an, {"mail": 1, "made": "tied"})


def test_mail_when_the_day_is_another_organisers_is_not_theirs() -> None:
    given_mail()
    with transaction() as session:
        organiser = make_organiser(session, slug="other", mailbox="other@example.org")
        theirs = make_day(session, slug="theirs", organiser=organiser).id
        assert session.get_one(Organiser, 1).slug == "bsog"

    for act, other in ((make_late_request, theirs), (tie, 99)):
        with pytest.raises(NotFound):
            do(act, other)
    assert mails("state", "study_day_id") == [("waiting", None)]


def test_mail_when_there_is_none_is_not_found() -> None:
    given_day()

    with pytest.raises(NotFound):
        do(settle)

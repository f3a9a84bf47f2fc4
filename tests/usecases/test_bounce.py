"""rules.md 8: a mail that came back marks its message and its person, and counts when a fee is judged."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from service.models import Message
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from service.usecases.correct import correct
from tests.builders import NOW
from tests.usecases.received import answered, filed, mails, make_bounce, make_mail, make_reply, sent_as
from tests.usecases.steps import DESK, LINK, came, given_day, history, joined, last_line, read, row, signed_off

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.usefixtures("app")


def came_back(message_id: int = 1, recipient: str = "an1@example.org", **report: str) -> tuple[str, str]:
    """The confirmation with that id bounces; what became of the report."""
    bounces = (make_bounce(sent_as(message_id), recipient, **report),)
    found = filed(make_mail("mailer-daemon@example.org", bounces=bounces, automatic=True, received_at=NOW + HOUR))
    return found.outcome, found.state


def state(message_id: int = 1) -> tuple[str, str]:
    with transaction() as session:
        message = session.get_one(Message, message_id)
        return message.state, message.error


def test_bounce_when_it_is_ours_marks_message_and_person() -> None:
    given_day()
    an = joined()

    assert came_back() == ("undeliverable", "done")

    assert state() == ("bounced", "5.1.1 550 no such user")
    assert row(an).undeliverable_at == NOW + HOUR
    assert mails("kind", "folder", "message_id", "registration_id", "organiser_id") == [
        ("bounce", "Undeliverable", 1, an, 1)
    ]
    assert (history()[-1], last_line().facts["status"]) == ("mail_bounced", "5.1.1")


def test_bounce_when_it_comes_twice_is_written_down_once() -> None:
    given_day()
    joined()
    name = sent_as(1)
    for _ in range(2):
        filed(make_mail(bounces=(make_bounce(name, "an1@example.org"),)))

    assert (history(), mails("outcome")) == (["registered", "mail_bounced"], ["undeliverable"] * 2)


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_bounce_when_nothing_is_lost_marks_nothing(action: str) -> None:
    given_day()
    an = joined()

    assert came_back(action=action) == ("delayed", "done")
    assert (state()[0], row(an).undeliverable_at) == ("queued", None)


def test_bounce_when_it_is_of_another_recipient_marks_nothing() -> None:
    given_day()
    an = joined()

    assert came_back(recipient="bo@example.org") == ("unmatched", "waiting")
    assert (state()[0], row(an).undeliverable_at) == ("queued", None)


@pytest.mark.parametrize(
    ("message_id", "recipient"), [("<x@elsewhere.example>", "an1@example.org"), ("", "an1@example.org"), ("", "")]
)
def test_bounce_when_the_mail_is_not_ours_or_unnamed_waits_for_a_person(message_id: str, recipient: str) -> None:
    given_day()
    joined()

    found = filed(make_mail(bounces=(make_bounce(message_id, recipient),), automatic=True))

    assert (found.outcome, found.state, state()[0]) == ("unmatched", "waiting", "queued")


def test_bounce_when_it_holds_an_answer_inside_cancels_nothing() -> None:
    given_day()
    an = joined()
    bounces = (make_bounce("<x@elsewhere.example>", "an1@example.org"),)

    assert filed(make_mail(bounces=bounces, replies=(make_reply(an),))).kind == "bounce"
    assert row(an).status == "confirmed"


def test_mark_when_their_calendar_answers_goes_away() -> None:
    given_day()
    an = joined()
    came_back()

    answered(an, participation="accepted")

    assert row(an).undeliverable_at is None


@pytest.mark.parametrize(("actor", "stays"), [(LINK, False), (DESK, True)])
def test_mark_when_they_use_their_link_goes_away(actor: object, stays: bool) -> None:
    given_day()
    an = joined()
    came_back()

    with transaction() as session:
        correct(session, an, {"town": "Gent"}, actor=actor, now=NOW + HOUR)  # type: ignore[arg-type]

    assert (row(an).undeliverable_at is not None) == stays


def test_fee_when_a_later_letter_bounced_is_not_proposed_as_waived() -> None:
    given_day()
    joined()
    came(joined(2))
    with transaction() as session:
        change_study_day(session, 1, {"online_url": "https://example.org/1"}, actor=DESK, now=NOW)
        session.execute(sa.update(Message).values(state="sent"))

    later = sa.select(Message.id).where(Message.letter == "study_day_changed", Message.registration_id == 1)
    assert came_back(read(later), status="5.2.2") == ("undeliverable", "done")

    (charge,) = signed_off()
    assert (row(1).undeliverable_at, charge.waiver_proposed) == (NOW + HOUR, False)
    assert (charge.evidence["mails_sent"], charge.evidence["mails_failed"]) == (1, 1)


@pytest.mark.parametrize(
    ("bounced", "seen", "proposed"), [(True, False, True), (True, True, False), (False, False, False)]
)
def test_fee_when_the_confirmation_bounced_and_nobody_was_seen_is_proposed_as_waived(
    bounced: bool, seen: bool, proposed: bool
) -> None:
    given_day()
    an, bo = joined(), joined(2)
    with transaction() as session:
        for message_id in (1, 2):
            session.get_one(Message, message_id).state = "sent"
    if bounced:
        came_back()
    if seen:
        with transaction() as session:
            correct(session, an, {"town": "Gent"}, actor=LINK, now=NOW)
    came(bo)

    (charge,) = signed_off()

    assert (charge.registration_id, charge.waiver_proposed) == (an, proposed)
    assert charge.evidence["mails_failed"] == (1 if bounced else 0)


def test_fee_when_only_a_later_mail_was_taken_is_still_proposed_as_waived() -> None:
    given_day()
    an, bo = joined(), joined(2)
    came_back()
    with transaction() as session:
        correct(session, an, {"town": "Gent"}, actor=DESK, now=NOW + HOUR)
        session.execute(sa.update(Message).where(Message.state == "queued").values(state="sent"))
    came(bo)

    (charge,) = signed_off()

    assert (charge.evidence["mails_sent"], charge.evidence["mails_failed"]) == (1, 1)
    assert charge.waiver_proposed

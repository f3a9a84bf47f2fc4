import pytest

from service.domain.refusals import Conflict, NotFound
from service.domain.subject import Subject
from service.mail.outbox import put, row
from service.models import MessageSource, Organiser
from service.transaction import transaction
from service.usecases.resend import resend, resend_failed
from tests.builders import make_day
from tests.mail.outgoing import change, later, messages, queue, sources
from tests.usecases.steps import DESK, last_line

pytestmark = pytest.mark.usefixtures("app")


def resent(message_id: int = 1) -> None:
    with transaction() as session:
        resend(session, message_id, actor=DESK, now=later(60))


def test_mail_when_it_failed_is_queued_again_as_it_was() -> None:
    queue()
    change(1, state="failed", attempts=7, error="550 no such user")
    with transaction() as session:
        session.add(MessageSource(message_id=1, message_header_id="<1@example.org>", subject="S", source=b"as sent"))

    resent()

    assert messages("state", "attempts", "error", "due_at") == [("queued", 0, "", later(60))]
    assert sources() == {1: b"as sent"}
    line = last_line()
    assert (line.action, line.actor, line.at) == ("mail_resent", "staff", later(60))
    assert (line.study_day_id, line.registration_id) == (1, 1)
    assert line.facts == {"message": 1, "letter": "confirmed"}


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "suppressed"])
def test_mail_when_it_has_not_failed_is_refused(state: str) -> None:
    queue()
    change(1, state=state)

    with pytest.raises(Conflict):
        resent()

    assert messages("state") == [state]


def test_sign_in_link_when_it_failed_has_to_be_asked_for_anew() -> None:
    queue()
    change(1, state="failed", letter="sign_in")

    with pytest.raises(Conflict):
        resent()


def test_mail_when_there_is_none_is_not_found() -> None:
    with pytest.raises(NotFound):
        resent()


def test_mails_when_all_that_failed_go_again_leave_the_others() -> None:
    queue(6)
    for number, state in enumerate(("failed", "failed", "bounced", "sent", "failed"), start=1):
        change(number, state=state, attempts=60, error="[Errno 111] Connection refused")
    change(2, letter="sign_in")
    change(5, dismissed_at=later(30))
    other_day()

    with transaction() as session:
        assert resend_failed(session, 1, actor=DESK, now=later(60)) == 1

    assert messages("state") == ["queued", "failed", "bounced", "sent", "failed", "queued", "failed"]
    assert (last_line().action, last_line().facts) == ("mail_resent", {"message": 1, "letter": "confirmed"})
    with transaction() as session:
        assert resend_failed(session, 1, actor=DESK, now=later(90)) == 0


def other_day() -> None:
    """With a mail that failed as well."""
    with transaction() as session:
        organiser = session.get_one(Organiser, 1)
        day = make_day(session, slug="other", organiser=organiser)
        session.flush()
        put(session, row("confirmed", about=Subject(1, day.id), to="x@y.example", language="nl", now=later(0)))
    change(7, state="failed")

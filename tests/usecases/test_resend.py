import pytest

from service.domain.refusals import Conflict, NotFound
from service.models import MessageSource
from service.transaction import transaction
from service.usecases.resend import resend
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

import pytest

from service.domain.refusals import Conflict, NotFound
from service.transaction import transaction
from service.usecases.dismiss import dismiss
from service.usecases.resend import resend
from tests.mail.outgoing import change, later, messages, queue
from tests.usecases.steps import DESK, last_line

pytestmark = pytest.mark.usefixtures("app")


def dismissed(message_id: int = 1, *, at: float = 60) -> None:
    with transaction() as session:
        dismiss(session, message_id, actor=DESK, now=later(at))


@pytest.mark.parametrize("state", ["failed", "bounced"])
def test_alarm_when_dismissed_stays_what_it_is_and_is_written_down_once(state: str) -> None:
    queue()
    change(1, state=state, error="550 no such user")

    dismissed()
    dismissed(at=90)

    assert messages("state", "error", "dismissed_at") == [(state, "550 no such user", later(60))]
    line = last_line()
    assert (line.action, line.at, line.registration_id) == ("alarm_dismissed", later(60), 1)
    assert line.facts == {"message": 1, "letter": "confirmed"}


@pytest.mark.parametrize("state", ["queued", "sending", "sent", "suppressed"])
def test_alarm_when_there_is_none_cannot_be_dismissed(state: str) -> None:
    queue()
    change(1, state=state)

    with pytest.raises(Conflict):
        dismissed()
    with pytest.raises(NotFound):
        dismissed(2)

    assert messages("dismissed_at") == [None]


def test_alarm_when_the_mail_goes_out_again_can_be_raised_again() -> None:
    queue()
    change(1, state="bounced", sent_at=later(1))
    dismissed()

    with transaction() as session:
        resend(session, 1, actor=DESK, now=later(70))

    assert messages("state", "sent_at", "dismissed_at") == [("queued", None, None)]

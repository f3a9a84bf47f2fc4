from collections.abc import Iterable
from typing import get_args

import pytest

from service.domain.actions import Action
from service.domain.audience import Audience
from service.domain.fees import Channel, Reason, WaiverReason
from service.domain.payment import Kind
from service.domain.seats import Status
from service.domain.windows import Verdict
from service.letters.writing import ABOUT
from service.mail.incoming.received import Reason as Unreadable
from service.reports.registrations import Attendance
from service.usecases import answer, bounce
from service.web.schemas import ORGANISATION_KINDS
from service.web.staff.words import WORDS, Words

KINDS_OF_MAIL = ("reply", "late_request", "bounce", "automatic", "other", "unreadable")
OF_MAIL = {
    *("requested", "added", "assigned", "which_day", "from_attendee", "answers_letter", "open", "not_open"),
    *("called_off", "started", "doubtful", "no_sender", "own", "unclear", "automatic", "not_filed", "too_large"),
}
"""What becomes of a mail that people write, or that nobody can read."""


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("status", Status),
        ("attendance", Attendance),
        ("verdict", Verdict),
        ("ending", Channel),
        ("fee", Reason),
        ("waiver", WaiverReason),
        ("document", Kind),
        ("kind", ORGANISATION_KINDS),
        ("letter", ABOUT),
        ("occasion", ABOUT),
        ("audience", Audience),
        ("action", get_args(Action)),
        ("incoming", KINDS_OF_MAIL),
        ("outcome", {*answer.OUTCOMES, *bounce.OUTCOMES, *get_args(Unreadable), *OF_MAIL}),
        ("answer", ("accepted", "tentative", "declined")),
    ],
)
def test_words_when_listed_name_every_code_and_no_other(kind: str, codes: Iterable[str]) -> None:
    assert set(WORDS[kind]) == set(codes)


def test_word_when_asked_in_a_language() -> None:
    say = Words("nl")

    assert say("status", Status.CONFIRMED) == "Bevestigd"
    assert (say("status", None), say("letter", "from %s later")) == ("", "from %s later")

"""Alarms about mail in front of staff: which letter did not arrive, why, and what to do about it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from service.domain.trouble import Trouble, trouble
from service.extensions import db
from service.locale import N_, translate
from service.models import StudyDay
from service.models.message import SECRET
from service.reports.alarms import DeadLetter, LateMail, dead_letters, dead_letters_to_staff, late_mail
from service.web.clock import now
from service.web.security import signed_in
from service.web.staff.frame import day_url
from service.web.staff.words import Words

REASONS: Final[Mapping[Trouble, str]] = {
    Trouble.EXPIRED: N_(
        "The link in it had expired before it could be sent. A new one can be asked for at the sign-in."
    ),
    Trouble.UNFIT_ADDRESS: N_(
        "No mail can go to this address. Ask the person for the right one, and have them sign up again."
    ),
    Trouble.UNWRITTEN: N_(
        "The letter could not be written: that is a fault of this service. Tell whoever runs it, and send the letter"
        " again when it has been repaired."
    ),
    Trouble.UNKNOWN_ADDRESS: N_(
        "The receiver’s mail server does not know this address. Reach the person in another way, and have them sign up"
        " again with the right one."
    ),
    Trouble.MAILBOX_FULL: N_(
        "The receiver’s mailbox is full. Send the letter again in a few days, or reach the person in another way."
    ),
    Trouble.NOT_TRUSTED: N_(
        "The mail server takes no mail from this service. Tell whoever runs it: perhaps it may not send for this"
        " sender’s domain (SPF, DKIM)."
    ),
    Trouble.REFUSED: N_(
        "The mail server refused the letter for good. Its answer may say why; else reach the person in another way."
    ),
    Trouble.PUT_OFF: N_(
        "The mail server put the letter off again and again. Send it again, or reach the person in another way."
    ),
    Trouble.UNREACHABLE: N_(
        "No mail server took the letter for two days. Tell whoever runs the service, and send the letter again when"
        " mail leaves."
    ),
}
"""What is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One dead letter in words; ``answer`` is what the server said, or the error in the letter."""

    letter: str
    recipient: str
    reason: str
    answer: str
    url: str  # of its page; empty where it has none
    dismiss_url: str


def alarms_of(days: Collection[StudyDay]) -> dict[int, list[Alarm]]:
    """The dead letters of some study days, by study day, the newest first."""
    by_id = {day.id: day for day in days}
    found: dict[int, list[Alarm]] = {}
    for one in dead_letters(db.session(), by_id, now=now()) if by_id else ():
        if one.study_day_id is not None and one.letter not in SECRET:
            url = day_url(by_id[one.study_day_id], f"/mails/{one.id}")
            found.setdefault(one.study_day_id, []).append(_alarm(one, url, f"{url}/dismiss"))
    return found


def alarms_about_staff() -> Sequence[Alarm]:
    """The dead letters that are about no study day: links to sign in."""
    letters = dead_letters_to_staff(db.session(), now=now())
    return [_alarm(one, "", f"/admin/mails/{one.id}/dismiss") for one in letters]


def late() -> LateMail | None:
    """Whether mail leaves late; a figure of the whole installation."""
    return late_mail(db.session(), now=now())


def reason(error: str) -> str:
    """Why a mail did not arrive and what to do, in the language of whoever is signed in."""
    return translate(signed_in().language, REASONS[trouble(error)])


def _alarm(one: DeadLetter, url: str, dismiss_url: str) -> Alarm:
    letter = Words(signed_in().language)("letter", one.letter)
    return Alarm(letter, one.recipient, reason(one.error), one.error, url, dismiss_url)

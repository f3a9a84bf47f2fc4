"""Every letter by its name, as the outbox has it: which facts it wants, and how it is written."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from service.letters import asked, day_changes, ended, fee_due, offered, reminders, signed_up, staff
from service.letters.facts import (
    About,
    AboutAdmission,
    AboutBulk,
    AboutCallingOff,
    AboutCancellation,
    AboutChange,
    AboutDay,
    AboutFee,
    AboutInvitation,
    AboutRequest,
    AboutSeat,
    AboutSignIn,
    AboutTest,
)
from service.letters.letter import Letter
from service.letters.reminder_facts import AboutPractical, AboutSignOff
from service.letters.samples import sample, usual_moment
from service.locale import translate


def _test(about: AboutTest) -> Letter:
    """A sample to look at: its subject says so, and no calendar takes notice of it."""
    letter = write(about.letter, sample_of(about.letter, about))
    subject = translate(about.person.language, "Test: %(subject)s", subject=letter.subject)
    return replace(letter, subject=subject, calendar=None, method=None)


_LETTERS: Final[Mapping[str, tuple[type[About], Callable[[Any], Letter]]]] = {
    "confirmed": (AboutSeat, signed_up.confirmed),
    "waiting": (AboutSeat, signed_up.waiting),
    "changed": (AboutSeat, signed_up.changed),
    "already_registered": (AboutSeat, signed_up.already_registered),
    "offer": (AboutSeat, offered.offer),
    "admitted": (AboutAdmission, offered.admitted),
    "lapsed_offer": (AboutCancellation, offered.lapsed_offer),
    "cancelled_in_time": (AboutCancellation, ended.cancelled_in_time),
    "cancelled_late": (AboutCancellation, ended.cancelled_late),
    "not_me": (AboutCancellation, ended.not_me),
    "place_passed_on": (AboutSeat, ended.place_passed_on),
    "study_day_changed": (AboutChange, day_changes.study_day_changed),
    "study_day_called_off": (AboutCallingOff, day_changes.study_day_called_off),
    "fee_notice": (AboutFee, fee_due.fee_notice),
    "late_request_received": (AboutRequest, asked.late_request_received),
    "declined": (AboutRequest, asked.declined),
    "decline_unsure": (AboutSeat, asked.decline_unsure),
    "decline_outdated": (AboutSeat, asked.decline_outdated),
    "colleague_invited": (AboutInvitation, asked.colleague_invited),
    "bulk": (AboutBulk, day_changes.bulk),
    "last_call": (AboutSeat, reminders.last_call),
    "practical": (AboutPractical, reminders.practical),
    "sign_off_due": (AboutSignOff, reminders.sign_off_due),
    "sign_in": (AboutSignIn, staff.sign_in),
    "test": (AboutTest, _test),
}
ABOUT: Final[Mapping[str, type[About]]] = {name: about for name, (about, _write) in _LETTERS.items()}
"""Which facts each letter wants."""


def write(name: str, about: About) -> Letter:
    """The letter of that name.

    :param about: of exactly the class that `ABOUT` names.
    :raises KeyError: no letter has that name.
    :raises TypeError: these are not its facts.
    """
    wanted, written = _LETTERS[name]
    if type(about) is not wanted:
        raise TypeError(f"{name} is written from {wanted.__name__}, not from {type(about).__name__}")
    return written(about)


def sample_of(name: str, about: AboutDay) -> Any:
    """What that letter would be written from if it were about this study day, to this reader.

    :raises KeyError: no letter has that name.
    """
    return sample(
        name,
        ABOUT[name],
        day=about.day,
        person=replace(about.person, first_name="An", last_name="Peeters"),
        at=usual_moment(name, about.day),
        link=f"{about.day.page_url}?example",
    )

"""Every letter by its name, as the outbox has it: which facts it wants, and how it is written."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from service.letters import asked, day_changes, ended, fee_due, offered, signed_up, staff
from service.letters.facts import (
    About,
    AboutCallingOff,
    AboutCancellation,
    AboutChange,
    AboutFee,
    AboutInvitation,
    AboutRequest,
    AboutSeat,
    AboutSignIn,
)
from service.letters.letter import Letter

_LETTERS: Final[Mapping[str, tuple[type[About], Callable[[Any], Letter]]]] = {
    "confirmed": (AboutSeat, signed_up.confirmed),
    "waiting": (AboutSeat, signed_up.waiting),
    "changed": (AboutSeat, signed_up.changed),
    "already_registered": (AboutSeat, signed_up.already_registered),
    "offer": (AboutSeat, offered.offer),
    "admitted": (AboutSeat, offered.admitted),
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
    "colleague_invited": (AboutInvitation, asked.colleague_invited),
    "sign_in": (AboutSignIn, staff.sign_in),
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

"""What kept a mail from its receiver, read from the words that were kept of it (RFC 3463, RFC 5321 4.2)."""

import re
from enum import StrEnum
from typing import Final

ENHANCED: Final = re.compile(r"\b[45]\.(\d{1,3}\.\d{1,3})\b")
CODE: Final = re.compile(r"([45]\d\d)\b")
EXCEPTION: Final = re.compile(r"([A-Z]\w+): ")


class Trouble(StrEnum):
    """Kinds of failure, told apart by what a person can do about them."""

    EXPIRED = "expired"  # what it offered was over before it could be sent
    UNFIT_ADDRESS = "unfit_address"  # no address that mail can go to
    UNWRITTEN = "unwritten"  # the letter itself fails: a matter for whoever keeps the service going
    UNKNOWN_ADDRESS = "unknown_address"  # the receiver's server knows nobody of that name
    MAILBOX_FULL = "mailbox_full"
    NOT_TRUSTED = "not_trusted"  # the receiver's server wants no mail from us
    REFUSED = "refused"  # for good, for another reason
    PUT_OFF = "put_off"  # again and again, until we gave up
    UNREACHABLE = "unreachable"  # no server took it, for days


NAMED: Final = {"TooLateError": Trouble.EXPIRED, "UnfitMailError": Trouble.UNFIT_ADDRESS}
BY_DETAIL: Final = {
    "2.2": Trouble.MAILBOX_FULL,
    "1.7": Trouble.NOT_TRUSTED,
    "1.8": Trouble.NOT_TRUSTED,
    "4.4": Trouble.UNKNOWN_ADDRESS,
}
BY_SUBJECT: Final = {"1": Trouble.UNKNOWN_ADDRESS, "7": Trouble.NOT_TRUSTED}
BY_CODE: Final = {
    "550": Trouble.UNKNOWN_ADDRESS,
    "551": Trouble.UNKNOWN_ADDRESS,
    "552": Trouble.MAILBOX_FULL,
    "553": Trouble.UNKNOWN_ADDRESS,
    "554": Trouble.NOT_TRUSTED,
}


def trouble(words: str) -> Trouble:
    """The kind of failure that an error's words tell of: the name of an exception, or the answer of a server.

    The enhanced status code decides where there is one, since servers use 550 for everything.
    """
    if exception := EXCEPTION.match(words):
        return NAMED.get(exception[1], Trouble.UNWRITTEN)
    enhanced, code = ENHANCED.search(words), CODE.match(words)
    if enhanced and enhanced[1] in BY_DETAIL:
        return BY_DETAIL[enhanced[1]]
    if code and code[1].startswith("4"):
        return Trouble.PUT_OFF
    if enhanced:
        return BY_SUBJECT.get(enhanced[1].partition(".")[0], Trouble.REFUSED)
    return BY_CODE.get(code[1], Trouble.REFUSED) if code else Trouble.UNREACHABLE

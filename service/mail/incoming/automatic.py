"""Whether a mail was written by a program; such a mail gets no answer, or two programs would write to each other."""

import re
from typing import Final

from service.mail.incoming.headers import Mail, field, fields

SENT_BY_PROGRAMS: Final = frozenset({"bulk", "junk", "list", "auto_reply"})
MARKS: Final = (
    "X-Autoreply",
    "X-Autorespond",
    "X-Auto-Reply",
    "X-Failed-Recipients",
    "X-MS-Exchange-Generated-Message-Source",
    "List-Id",
    "List-Unsubscribe",
    "Feedback-ID",
)
PROGRAMS: Final = re.compile(
    r"(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|bounces?)(?:[+-].*)?@.*", re.IGNORECASE
)


def is_automatic(mail: Mail, sender: str) -> bool:
    """RFC 3834 and what came before it: marks, lists, reports, an empty return path, senders that nobody reads."""
    submitted = field(mail, "Auto-Submitted").partition(";")[0].strip().casefold()
    return (
        submitted not in {"", "no"}
        or field(mail, "Precedence").strip().casefold() in SENT_BY_PROGRAMS
        or bool(fields(mail, *MARKS))
        or field(mail, "X-Auto-Response-Suppress").strip().casefold() == "all"
        or mail.get_content_type() == "multipart/report"
        or any(value.strip() == "<>" for value in fields(mail, "Return-Path"))
        or bool(PROGRAMS.fullmatch(sender))
    )

"""What goes into the history: every action has a name here, so that a list of them can be complete."""

from typing import Literal

Action = Literal[
    "called_off",
    "cancelled",
    "changed",
    "check_in_undone",
    "checked_in",
    "closed",
    "colleague_invited",
    "corrected",
    "created",
    "declined",
    "invoiced",
    "late_request",
    "offer_accepted",
    "offered",
    "organiser_added",
    "passed_on",
    "promoted",
    "registered",
    "reopened",
    "seat_gone_meanwhile",
    "signed_in",
    "signed_off",
    "staff_added",
    "staff_removed",
    "token_made",
    "took_over",
    "upheld",
    "waived",
]

"""What the codes of mails that reached the mailbox are called in front of staff, by kind of code."""

from collections.abc import Mapping
from typing import Final

from service.locale import N_

INCOMING: Final[Mapping[str, Mapping[str, str]]] = {
    "answer": {
        "accepted": N_("Accepted"),
        "tentative": N_("Perhaps"),
        "declined": N_("Cannot come"),
    },
    "incoming": {
        "reply": N_("Calendar reply"),
        "late_request": N_("Late request"),
        "bounce": N_("Report of an undeliverable mail"),
        "automatic": N_("Automatic mail"),
        "other": N_("Mail"),
        "unreadable": N_("Unreadable mail"),
    },
    "outcome": {
        "accepted": N_("accepted"),
        "added": N_("added to the late request"),
        "after_sign_off": N_("declined before the start, and read after the attendance was signed off"),
        "already_ended": N_("the registration had ended already"),
        "answers_letter": N_("it answers a letter of ours"),
        "assigned": N_("put with the late requests"),
        "automatic": N_("needs no answer"),
        "called_off": N_("the study day was called off"),
        "counter": N_("it proposes another time"),
        "declined_in_time": N_("declined in time: the registration is cancelled"),
        "declined_late": N_("declined too late: the registration is cancelled, and a fee is due"),
        "delayed": N_("not lost yet"),
        "delegated": N_("it sends somebody else"),
        "doubled": N_("the same answer once more"),
        "doubtful": N_("our mail server says that the sender is forged"),
        "forged": N_("not certainly from the person themselves: nothing has changed"),
        "forwarded": N_("from somebody to whom the invitation was forwarded: nothing has changed"),
        "from_attendee": N_("from somebody who is registered"),
        "no_attendee": N_("it does not say whose answer it is: nothing has changed"),
        "no_place": N_("there was no confirmed place"),
        "no_sender": N_("it names nobody who could be answered"),
        "not_open": N_("registration has not opened yet"),
        "open": N_("registration is still open"),
        "own": N_("from our own mailbox"),
        "present": N_("the person came after all"),
        "requested": N_("put with the late requests"),
        "stale": N_("overtaken by a newer answer"),
        "started": N_("the study day had started"),
        "superseded": N_("it answers the time or place of before a change"),
        "tentative": N_("accepted perhaps"),
        "undeliverable": N_("the mail never arrived"),
        "broke_the_parser": N_("it cannot be taken apart: open it in the mailbox with care"),
        "header_too_long": N_("its header is longer than any honest one"),
        "not_filed": N_("a mistake of ours: open it in the mailbox"),
        "too_large": N_("too large to be read: open it in the mailbox"),
        "too_many_attendees": N_("it answers for more people than any answer does"),
        "too_many_parts": N_("it has more parts than any honest mail"),
        "unknown": N_("it answers an invitation that is not ours"),
        "unmatched": N_("no mail of ours to that address"),
        "which_day": N_("it names no study day"),
    },
}

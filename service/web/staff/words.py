"""What the codes of rows are called in front of staff, by kind of code; pages and sheets say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.locale import N_, translate
from service.web.staff.words_of_incoming_mail import INCOMING

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    **INCOMING,
    "status": {
        "confirmed": N_("Confirmed"),
        "offered": N_("Offered"),
        "waiting": N_("Waiting"),
        "cancelled": N_("Cancelled"),
    },
    "attendance": {
        "unknown": N_("Not known"),
        "present": N_("Present"),
        "absent": N_("Absent"),
    },
    "verdict": {
        "on_time": N_("in time"),
        "late": N_("too late"),
    },
    "ending": {
        "link": N_("by personal link"),
        "calendar": N_("by calendar reply"),
        "organiser": N_("called in, by the organiser"),
        "removed": N_("removed by the organiser"),
        "not_me": N_("it was somebody else's address"),
        "transfer": N_("passed on to a colleague"),
        "called_off": N_("the study day was called off"),
        "lapsed": N_("the offer was not accepted in time"),
    },
    "request": {
        "waiting": N_("Waiting for an answer"),
        "admitted": N_("Admitted"),
        "declined": N_("Declined"),
    },
    "fee": {
        "no_show": N_("Did not come, did not cancel"),
        "late_cancellation": N_("Cancelled too late"),
    },
    "charge": {
        "draft": N_("Draft"),
        "waived": N_("Waived"),
        "invoiced": N_("Invoiced"),
    },
    "waiver": {
        "ill": N_("Ill"),
        "force_majeure": N_("Force majeure"),
        "our_mistake": N_("Our mistake"),
        "other": N_("Another reason"),
    },
    "document": {
        "invoice": N_("Invoice"),
        "credit_note": N_("Credit note"),
    },
    "payment": {
        "open": N_("Open"),
        "paid": N_("Paid"),
        "credited": N_("Credited"),
    },
    "mail": {
        "queued": N_("Waits to be sent"),
        "sending": N_("Being sent"),
        "sent": N_("Sent"),
        "bounced": N_("Came back"),
        "failed": N_("Not delivered"),
        "suppressed": N_("Not to be sent"),
    },
    "actor": {
        "attendee": N_("The person themselves"),
        "staff": N_("Staff"),
        "system": N_("By itself"),
    },
    "channel": {
        "form": N_("form on the website"),
        "link": N_("personal link"),
        "calendar": N_("calendar reply"),
        "mail": N_("mail to the mailbox"),
        "desk": N_("desk"),
        "api": N_("API"),
        "command": N_("command"),
        "worker": N_("worker"),
    },
    "kind": {
        "local_government": N_("Local government"),
        "government": N_("Other government"),
        "civil_society": N_("Civil society"),
        "education": N_("Education"),
        "company": N_("Company"),
        "other": N_("Other"),
    },
    "letter": {
        "already_registered": N_("Reminder: already registered"),
        "admitted": N_("Late request admitted: a place on offer"),
        "bulk": N_("Mail to many"),
        "cancelled_in_time": N_("Cancelled in time"),
        "cancelled_late": N_("Cancelled too late"),
        "changed": N_("Details corrected"),
        "colleague_invited": N_("A colleague is asked to take over"),
        "confirmed": N_("Place confirmed"),
        "decline_outdated": N_("Decline of before a change"),
        "decline_unsure": N_("Doubtful decline: was it you?"),
        "declined": N_("Late request declined"),
        "fee_notice": N_("Notice of the fee"),
        "lapsed_offer": N_("Offer lapsed"),
        "last_call": N_("Last call"),
        "late_request_received": N_("Late request received"),
        "not_me": N_("Registration removed: it was not you"),
        "offer": N_("A place on offer"),
        "place_passed_on": N_("Place passed on"),
        "practical": N_("Practical reminder"),
        "sign_off_due": N_("Reminder to sign off"),
        "sign_in": N_("Sign-in link"),
        "study_day_called_off": N_("Study day called off"),
        "study_day_changed": N_("Study day changed"),
        "test": N_("Test"),
        "waiting": N_("On the waiting list"),
    },
    "audience": {
        "everybody": N_("Everybody who is registered"),
        "confirmed": N_("Everybody with a confirmed place"),
        "silent": N_("Confirmed, and have not said yet that they come"),
        "waiting": N_("Everybody on the waiting list"),
        "offered": N_("Everybody to whom a place is on offer"),
        "not_checked_in": N_("Confirmed, and not checked in"),
        "checked_in": N_("Everybody who is checked in"),
    },
    "occasion": {
        "already_registered": N_("Somebody signs up with an address that is registered already."),
        "admitted": N_("You admit a late request: a place is on offer."),
        "bulk": N_("You write to many people of the study day at once."),
        "cancelled_in_time": N_("Somebody cancels in time, leaves the waiting list, or is removed by you."),
        "cancelled_late": N_("Somebody cancels after free cancellation has ended."),
        "changed": N_("Somebody corrects their own details."),
        "colleague_invited": N_("Somebody wants to pass their place on: to the colleague."),
        "confirmed": N_("Somebody has a place: by sign-up, from the waiting list, by an offer, or a colleague’s."),
        "decline_outdated": N_("A calendar declines the time or place of before a change: the place stays theirs."),
        "decline_unsure": N_("A calendar declines, and it is not certain for whom: to the person with the place."),
        "declined": N_("You decline a late request."),
        "fee_notice": N_("The attendance is signed off, and a fee is due."),
        "lapsed_offer": N_("A place on offer was not accepted in time."),
        "last_call": N_("Three working days before free cancellation ends: to everyone confirmed."),
        "late_request_received": N_("Somebody asks for a place after closing."),
        "not_me": N_("Somebody says that they did not sign up themselves."),
        "offer": N_("A place becomes free after free cancellation has ended: to the first one waiting."),
        "place_passed_on": N_("A colleague has accepted the place: to the one who had it."),
        "practical": N_("Two days before the start: to everyone confirmed."),
        "sign_off_due": N_("The day after the end, and once more a week later: to you, until it is done."),
        "sign_in": N_("A member of staff asks for a link to sign in."),
        "study_day_called_off": N_("You call the study day off: to everybody."),
        "study_day_changed": N_("You change the time, the place, or raise the fee: to everybody."),
        "test": N_("A member of staff sends a letter to themselves."),
        "waiting": N_("Somebody signs up when all places are taken."),
    },
    "action": {
        "alarm_dismissed": N_("Mail reported no more"),
        "calendar_answered": N_("Answered in the calendar"),
        "called_off": N_("Study day called off"),
        "cancelled": N_("Registration cancelled"),
        "changed": N_("Study day changed"),
        "check_in_undone": N_("Check-in taken back"),
        "checked_in": N_("Checked in at the door"),
        "closed": N_("Registration closed"),
        "colleague_invited": N_("A colleague is asked to take over"),
        "coming": N_("Says that they are coming"),
        "corrected": N_("Details corrected"),
        "created": N_("Study day made"),
        "declined": N_("Late request declined"),
        "invoiced": N_("Invoice issued"),
        "late_request": N_("Late request received"),
        "late_request_added_to": N_("Another mail about a late request"),
        "letter_tried": N_("Test of a letter sent to oneself"),
        "mail_bounced": N_("A mail came back"),
        "mail_filed": N_("Mail from the mailbox filed"),
        "mail_resent": N_("Mail queued again"),
        "offer_accepted": N_("Offer accepted"),
        "offered": N_("Place offered"),
        "organiser_added": N_("Organiser added"),
        "passed_on": N_("Place passed on"),
        "promoted": N_("Place confirmed from the waiting list"),
        "registered": N_("Signed up"),
        "reminded": N_("Reminders sent"),
        "reopened": N_("New closing limit"),
        "seat_gone_meanwhile": N_("The last seat went a moment earlier"),
        "signed_in": N_("Signed in"),
        "signed_off": N_("Attendance signed off"),
        "staff_added": N_("Role given"),
        "staff_removed": N_("Role taken back"),
        "token_made": N_("API token made"),
        "took_over": N_("Place taken over"),
        "upheld": N_("Fee upheld"),
        "waived": N_("Fee waived"),
        "wrote_to_many": N_("Mail written to many"),
    },
}


@dataclass(frozen=True, slots=True)
class Words:
    """The vocabulary in one language: ``say("status", "waiting")``. A code without a word stands for itself."""

    language: str

    def __call__(self, kind: str, code: str | None) -> str:
        """The word for a code; nothing for None."""
        if not code:
            return ""
        word = WORDS[kind].get(code)
        return translate(self.language, word) if word else code

"""What the fields of a study day are called: in its form, in errors, in the history."""

from typing import Final

from service.locale import N_

LABELS: Final = {
    "slug": N_("Address of the page"),
    "organiser": N_("Organiser"),
    "kind": N_("Kind"),
    "title": N_("Title"),
    "summary": N_("Summary"),
    "description": N_("Description"),
    "audience": N_("Audience"),
    "languages": N_("Languages"),
    "time_zone": N_("Time zone"),
    "starts_at": N_("Starts"),
    "ends_at": N_("Ends"),
    "opens_at": N_("Registration opens"),
    "closes_at": N_("Registration closes"),
    "free_cancellation_until": N_("Free cancellation"),
    "capacity": N_("Capacity"),
    "waiting_list": N_("Waiting list"),
    "fee_cents": N_("No-show fee"),
    "late_cancellation_policy": N_("Late cancellation"),
    "offer_hours": N_("Hours to accept an offer"),
    "mailbox": N_("Mailbox"),
    "venue": N_("Venue"),
    "online_url": N_("Online address"),
    "sessions": N_("Programme"),
    "partners": N_("Partners"),
    "project": N_("Project"),
    "materials": N_("Materials"),
    "questions": N_("Further questions"),
    "published": N_("Published"),
}
KINDS: Final = {
    "study_day": N_("Study day"),
    "inspiration_day": N_("Inspiration day"),
    "training": N_("Training"),
    "webinar": N_("Webinar"),
    "study_visit": N_("Study visit"),
}
POLICIES: Final = {
    "charge": N_("The fee is due"),
    "unless_refilled": N_("No fee if somebody else used the seat"),
}
PARTNER_ROLES: Final = {
    "organiser": N_("Organiser"),
    "partner": N_("Partner"),
    "funder": N_("Funder"),
}
QUESTION_KINDS: Final = {
    "text": N_("Text"),
    "choice": N_("Choice"),
    "yes_no": N_("Yes or no"),
}

"""Letters to those who signed up: a place, the waiting list, their data, a second try (rules.md 3, 4)."""

from typing import Final

from service.letters import calendar
from service.letters.facts import AboutSeat
from service.letters.letter import Letter
from service.letters.phrases import STANDS, card, own_button, page_link, sheet, ways_out
from service.letters.printing import printed
from service.letters.sheet import Paragraph, notice
from service.letters.terms import conditions
from service.locale import N_, translate

CAME_BY: Final = {
    "sign_up": N_("You are registered. We look forward to seeing you."),
    "waiting_list": N_("A place has become free, and it is yours: you have moved up from the waiting list."),
    "offer": N_("You have accepted the place that we offered you. We look forward to seeing you."),
    "colleague": N_("You have taken over a colleague’s place. We look forward to seeing you."),
}


def confirmed(about: AboutSeat) -> Letter:
    """A place, however it was come by; says that the fee applies at once where it does."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "Your place is confirmed"),
        Paragraph(translate(language, CAME_BY[about.seat.came_by])),
        card(about.day, language),
        *conditions(about),
        own_button(about),
        page_link(about),
        *ways_out(about),
    )
    return printed(written, calendar.request(about))


def waiting(about: AboutSeat) -> Letter:
    """No place yet: what happens next, and that waiting costs nothing."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "You are on the waiting list"),
        Paragraph(
            translate(
                language,
                "All places are taken for now. You are on the waiting list, in order of sign-up, and hear from us as"
                " soon as there is a place for you.",
            )
        ),
        card(about.day, language),
        notice(
            translate(
                language, "Waiting binds you to nothing: you can withdraw at any time, and it never costs anything."
            )
        ),
        *conditions(about),
        own_button(about),
        page_link(about),
        *ways_out(about),
    )
    return printed(written)


def changed(about: AboutSeat) -> Letter:
    """One's own data were corrected; what they are stays between the person and their own page."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "Your details have been changed"),
        Paragraph(
            translate(
                language,
                "The details of your registration have been changed. On your own page you can see them, and correct"
                " them.",
            )
        ),
        Paragraph(translate(language, STANDS[about.seat.status])),
        card(about.day, language),
        *conditions(about),
        own_button(about),
        *ways_out(about),
    )
    return printed(written, calendar.request(about))


def already_registered(about: AboutSeat) -> Letter:
    """Somebody signed this address up once more: told here, and never on screen (rules.md 3)."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "You are already registered"),
        Paragraph(
            translate(
                language,
                "Somebody, most likely you, has signed up with your address once more. Nothing has changed: your first"
                " registration stands as it was.",
            )
        ),
        Paragraph(translate(language, STANDS[about.seat.status])),
        card(about.day, language),
        *conditions(about),
        own_button(about),
        *ways_out(about),
    )
    return printed(written, calendar.request(about))

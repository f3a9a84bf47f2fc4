"""Letters about a place on offer: after the waiting list, after a late request, too late (rules.md 4, 5)."""

from service.letters.day_changes import quoted
from service.letters.facts import AboutAdmission, AboutCancellation, AboutSeat
from service.letters.letter import Letter
from service.letters.phrases import card, page_link, sheet, ways_out
from service.letters.printing import printed
from service.letters.sheet import Block, Button, Paragraph, notice
from service.letters.terms import conditions
from service.locale import translate


def offer(about: AboutSeat) -> Letter:
    """To the next on the waiting list, after the free cancellation: the fee is restated before anybody owes it."""
    why = translate(about.person.language, "A place has become free, and you are the next on the waiting list.")
    return _offered(about, why)


def admitted(about: AboutAdmission) -> Letter:
    """To somebody who asked after closing: a place that is theirs once they accept it, and the organiser's words."""
    language = about.person.language
    why = translate(language, "You asked for a place after registration had closed. The organiser can offer you one.")
    return _offered(about, why, *quoted(about.message, language))


def lapsed_offer(about: AboutCancellation) -> Letter:
    """The offer was not accepted in time; it costs nothing."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "The offer has lapsed"),
        Paragraph(
            translate(
                language,
                "We offered you a place, and it was not accepted in time. Others can have it now.",
            )
        ),
        notice(translate(language, "You owe nothing.")),
        card(about.day, language),
        Paragraph(translate(language, "Would you still like to come? The page of this day says what is possible.")),
        page_link(about),
    )
    return printed(written)


def _offered(about: AboutSeat, why: str, *words: Block) -> Letter:
    language = about.person.language
    written = sheet(
        about,
        translate(language, "A place is on offer to you"),
        Paragraph(why),
        *words,
        card(about.day, language),
        *conditions(about),
        Button(translate(language, "Accept the place"), f"{about.seat.own_url}#accept"),
        page_link(about),
        *ways_out(about),
    )
    return printed(written)

"""The organiser's own words to many people of a study day."""

from service.letters.facts import AboutBulk
from service.letters.letter import Letter
from service.letters.phrases import card, own_button, page_link, sheet
from service.letters.printing import printed
from service.letters.sheet import Paragraph, Quote
from service.locale import translate


def bulk(about: AboutBulk) -> Letter:
    """Their words under their name, then the essentials of the day and the way to one's own registration."""
    language = about.person.language
    written = sheet(
        about,
        about.subject,
        Paragraph(translate(language, "%(organiser)s writes to you:", organiser=about.day.organiser)),
        Quote(about.message, linked=True),
        card(about.day, language),
        own_button(about),
        page_link(about),
    )
    return printed(written)

"""Letters that the clock writes: a last call, what one needs for the day, a request to sign off (issue 3)."""

from urllib.parse import quote

from service.letters.facts import AboutSeat
from service.letters.letter import Letter
from service.letters.phrases import card, not_me_link, own_button, page_link, sheet, ways_out
from service.letters.printing import printed
from service.letters.reminder_facts import AboutPractical, AboutSignOff, PartFacts
from service.letters.sheet import Block, Button, Card, Either, Link, Paragraph, Row
from service.letters.terms import conditions
from service.locale import translate
from service.wording import day, time_range

MAP = "https://www.openstreetmap.org/search?query="
"""A link to follow or not; nothing of it is loaded."""


def last_call(about: AboutSeat) -> Letter:
    """Before free cancellation ends: coming, or not? Both links only open a page; its button acts (rules.md 6)."""
    language, own = about.person.language, about.seat.own_url
    written = sheet(
        about,
        translate(language, "Are you coming?"),
        Paragraph(
            translate(
                language,
                "You have a place on this day. Please let us know with one click whether you are coming: others will be"
                " glad of a place that you do not need.",
            )
        ),
        card(about.day, language),
        *conditions(about),
        Either(
            Button(translate(language, "Yes, I am coming"), f"{own}/coming"),
            Button(translate(language, "No, I cannot come"), f"{own}/cancel"),
        ),
        Link(
            translate(language, "A colleague can come in your place: that is free at any time before the start."),
            translate(language, "Send a colleague"),
            f"{own}/transfer",
        ),
        page_link(about),
        not_me_link(about),
    )
    return printed(written)


def practical(about: AboutPractical) -> Letter:
    """Two days before: when, where, how to get there, the programme; and what not coming would mean now."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "See you soon"),
        Paragraph(translate(language, "Your place is confirmed. Here is what you need for the day.")),
        card(about.day, language),
        *_way_there(about, language),
        *_programme(about, language),
        page_link(about),
        *conditions(about),
        own_button(about),
        *ways_out(about),
    )
    return printed(written)


def sign_off_due(about: AboutSignOff) -> Letter:
    """To the organiser: only a person can say who was there, and everything after waits for it (rules.md 7, 8)."""
    language = about.person.language
    asked_before = translate(language, "A week ago we asked you for this already; it has not been done yet.")
    written = sheet(
        about,
        translate(language, "Please sign off the attendance"),
        *([Paragraph(asked_before)] if about.again else []),
        Paragraph(
            translate(
                language,
                "This day is over. Please check who was there, and sign the attendance off: only then can fees be"
                " determined and invoiced.",
            )
        ),
        card(about.day, language),
        Button(translate(language, "Check and sign off"), about.url),
    )
    return printed(written)


def _way_there(about: AboutPractical, language: str) -> tuple[Block, ...]:
    if not about.day.place:
        return ()
    return (Link("", translate(language, "Show the place on a map"), f"{MAP}{quote(about.day.place)}"),)


def _programme(about: AboutPractical, language: str) -> tuple[Block, ...]:
    if not about.programme:
        return ()
    zone = about.day.zone
    several_days = len({day(part.starts_at, zone, language) for part in about.programme}) > 1

    def row(part: PartFacts) -> Row:
        times = time_range(part.starts_at, part.ends_at, zone)
        return Row(f"{day(part.starts_at, zone, language)}, {times}" if several_days else times, part.title)

    return (Card(translate(language, "Programme"), tuple(map(row, about.programme))),)

"""What several letters have in common: the sheet itself, the essentials of a day, the links."""

from typing import Final

from service.letters.facts import AboutDay, AboutSeat, DayFacts, PersonFacts, printable_name
from service.letters.sheet import Block, Button, Card, Link, Row, Sheet
from service.locale import N_, translate
from service.wording import held

WEB: Final = ("https://", "http://")
STANDS: Final = {
    "confirmed": N_("Your place is confirmed."),
    "waiting": N_("You are on the waiting list."),
    "offered": N_("A place is on offer to you and waits for your answer."),
}


def sheet(about: AboutDay, heading: str, *blocks: Block) -> Sheet:
    """A letter about a study day, signed by its organiser; its subject says both, first what matters.

    The inbox goes on with day and place: who looks for the letter on the way to the train need not open it.
    """
    language = about.person.language
    return Sheet(
        language=language,
        subject=f"{heading} – {about.day.title}",
        heading=heading,
        greeting=greeting(about.person),
        blocks=blocks,
        organiser=about.day.organiser,
        mailbox=about.day.mailbox,
        questions=translate(language, "Questions"),
        preview=essentials(about.day, language),
    )


def essentials(day: DayFacts, language: str) -> str:
    """When and where, in one line."""
    when = held(day.starts_at, day.ends_at, day.zone, language)
    where = day.place or (translate(language, "Online") if day.online_url else "")
    return f"{when} · {where}" if where else when


def greeting(person: PersonFacts) -> str:
    """The first line; without the name where there is none, or none that we print."""
    name = printable_name(person)
    if not name:
        return translate(person.language, "Hello,")
    return translate(person.language, "Dear %(name)s,", name=name)


def card(day: DayFacts, language: str) -> Card:
    """The essentials of a study day: what, when, where."""
    rows = [Row(translate(language, "When"), held(day.starts_at, day.ends_at, day.zone, language))]
    if day.place:
        rows.append(Row(translate(language, "Where"), day.place))
    if day.online_url:
        rows.append(online(day.online_url, language))
    return Card(day.title, tuple(rows))


def online(address: str, language: str) -> Row:
    """Where to join; what the organiser gave becomes a link only if it leads to a web page."""
    name = translate(language, "Online")
    return Row(name, url=address) if address.startswith(WEB) else Row(name, address)


def own_button(about: AboutSeat) -> Button:
    """To one's own registration."""
    return Button(translate(about.person.language, "Open my registration"), about.seat.own_url)


def ways_out(about: AboutSeat) -> tuple[Link, Link]:
    """How not to come, and the way out for those whose address somebody else typed (rules.md 3, 6).

    Links act by nothing but a click on the page they open, which shows first what follows from it.
    """
    return (cancel_link(about) if about.seat.status == "confirmed" else leave_link(about), not_me_link(about))


def cancel_link(about: AboutSeat) -> Link:
    """How to give a confirmed place up, or on."""
    language = about.person.language
    text = translate(
        language,
        "You cannot come? Please cancel, or send a colleague in your place: passing your place on is free at any time"
        " before the start.",
    )
    return Link(
        f"{text} {by_declining(language)}" if about.seat.declining_cancels else text,
        translate(language, "Cancel or send a colleague"),
        f"{about.seat.own_url}#cancel",
    )


def by_declining(language: str) -> str:
    """What the calendar's own button does, where its answers are read (rules.md 6)."""
    return translate(
        language, "If you decline the invitation in your calendar, that cancels your registration as well."
    )


def leave_link(about: AboutSeat) -> Link:
    """How to give up what is not a place yet."""
    language = about.person.language
    return Link(
        translate(language, "You no longer need a place? Withdrawing costs nothing."),
        translate(language, "Withdraw"),
        f"{about.seat.own_url}#cancel",
    )


def not_me_link(about: AboutSeat) -> Link:
    """One confirmed click, and no fee can follow, at any time before invoicing (rules.md 3)."""
    language = about.person.language
    return Link(
        translate(
            language,
            "You did not sign up yourself? Tell us, and the registration is removed; no fee can follow from it.",
        ),
        translate(language, "This was not me"),
        about.seat.not_me_url,
    )


def page_link(about: AboutDay) -> Link:
    """To the public page of the day."""
    label = translate(about.person.language, "Programme and practical information")
    return Link("", label, about.day.page_url)

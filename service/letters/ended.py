"""Letters about a registration that has ended: in time, late, by a stranger's mistake, passed on (rules.md 6)."""

from dataclasses import replace

from service.letters import calendar
from service.letters.facts import AboutCancellation, AboutSeat
from service.letters.letter import Letter
from service.letters.phrases import card, not_me_link, own_button, page_link, sheet
from service.letters.printing import printed
from service.letters.sheet import Block, Paragraph, notice
from service.locale import translate
from service.wording import limit_sentence, moment, money


def cancelled_in_time(about: AboutCancellation) -> Letter:
    """Nothing is owed: cancelled before the limit, before there was a place at all, or by the organiser's own wish."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "Your registration has ended"),
        Paragraph(_what_ended(about)),
        notice(translate(language, "You owe nothing.")),
        card(about.day, language),
        page_link(about),
    )
    return printed(written, calendar.cancel(about))


def cancelled_late(about: AboutCancellation) -> Letter:
    """A fee is due, and why; what comes next, and how it may still be let off."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "Your registration has ended"),
        Paragraph(_received(about)),
        *_owed(about),
        card(about.day, language),
        own_button(about),
        not_me_link(about),
    )
    return printed(written, calendar.cancel(about))


def not_me(about: AboutCancellation) -> Letter:
    """To somebody whose address a stranger typed: all is deleted, nothing follows. The name was the stranger's word."""
    language = about.person.language
    about = replace(about, person=replace(about.person, first_name="", last_name=""))
    written = sheet(
        about,
        translate(language, "The registration has been removed"),
        Paragraph(
            translate(
                language,
                "Thank you for telling us. The registration that was made with your address has been removed, and what"
                " was filled in with it has been deleted.",
            )
        ),
        notice(translate(language, "No fee can follow from it. You need not do anything more.")),
        card(about.day, language),
    )
    return printed(written, calendar.cancel(about))


def place_passed_on(about: AboutSeat) -> Letter:
    """To the one who sent a colleague: the colleague is judged from here on."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "Your colleague comes in your place"),
        Paragraph(
            translate(
                language,
                "Your colleague has accepted your place on this day. Your own registration ends with that.",
            )
        ),
        notice(translate(language, "No fee can follow from it. You need not do anything more.")),
        card(about.day, language),
        page_link(about),
    )
    return printed(written, calendar.cancel(about))


def _what_ended(about: AboutCancellation) -> str:
    language = about.person.language
    if about.removed:
        return translate(language, "The organiser has removed your registration for this day.")
    match about.seat.status:
        case "waiting":
            return translate(language, "You are no longer on the waiting list of this day.")
        case "offered":
            return translate(language, "You have turned down the place that we offered you. Others can have it now.")
        case _:
            return _received(about)


def _received(about: AboutCancellation) -> str:
    language = about.person.language
    return translate(
        language,
        "We received your cancellation on %(moment)s. Thank you for letting us know: others can have your place now.",
        moment=moment(about.cancelled_at, about.day.zone, language),
    )


def _owed(about: AboutCancellation) -> tuple[Block, ...]:
    """The fee of a late cancellation, and what may still be done about it (rules.md 6, 8)."""
    language = about.person.language
    if about.seat.fee_cents == 0:
        return (notice(translate(language, "You owe nothing.")),)
    due = translate(
        language,
        "Free cancellation was possible %(limit)s. Your cancellation came later, so that the no-show fee of %(fee)s is"
        " due under the conditions that you accepted.",
        limit=limit_sentence(about.seat.free_cancellation_until, about.day.zone, language),
        fee=money(about.seat.fee_cents, language),
    )
    if about.day.refill_lets_off:
        due = f"{due} {translate(language, 'If somebody else takes your place, you need not pay it.')}"
    return (
        notice(due),
        Paragraph(
            translate(
                language,
                "You need not pay anything now. After the day we write to you once more; you can then give the details"
                " for the invoice, or object, for instance because you were ill.",
            )
        ),
    )

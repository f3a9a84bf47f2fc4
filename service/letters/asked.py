"""Letters about a question: a late request and its refusal, a doubtful answer, a colleague who is asked."""

from service.letters.day_changes import quoted
from service.letters.facts import AboutInvitation, AboutRequest, AboutSeat, printable_name
from service.letters.letter import Letter
from service.letters.phrases import card, page_link, sheet
from service.letters.printing import printed
from service.letters.sheet import Button, Paragraph, notice
from service.letters.terms import conditions, of_invitation
from service.locale import translate


def late_request_received(about: AboutRequest) -> Letter:
    """It is on the organiser's desk. The message is not repeated: the address may be a stranger's to the asker."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "Your request has arrived"),
        Paragraph(
            translate(
                language,
                "Registration for this day has closed. The organiser decides about your request and answers you by"
                " mail.",
            )
        ),
        notice(translate(language, "This is not a place yet, and it costs nothing.")),
        card(about.day, language),
        page_link(about),
        Paragraph(translate(language, "You did not ask for a place? Then you need not do anything.")),
    )
    return printed(written)


def declined(about: AboutRequest) -> Letter:
    """No, with the organiser's own words if there are any."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "We cannot offer you a place"),
        Paragraph(
            translate(
                language,
                "You asked for a place after registration had closed. Unfortunately the organiser cannot give you one.",
            )
        ),
        *quoted(about.message, language),
        card(about.day, language),
        page_link(about),
    )
    return printed(written)


def decline_unsure(about: AboutSeat) -> Letter:
    """Somebody declined the invitation in their name, perhaps they themselves: nothing holds until they say so."""
    language = about.person.language
    return _still_yours(
        about,
        heading=translate(language, "Have you declined the invitation?"),
        why=translate(
            language,
            "We have received a calendar reply that declines the invitation to this day in your name. We could not"
            " make sure that it came from you. So nothing has changed: your place is still yours.",
        ),
        to_cancel=translate(
            language,
            "It was you, and you cannot come? Then please cancel with this button. The page says first what follows"
            " from it.",
        ),
        else_nothing=translate(language, "It was not you? Then you need not do anything."),
    )


def decline_outdated(about: AboutSeat) -> Letter:
    """They declined the time or place of before a change: nothing holds until they decline those of today."""
    language = about.person.language
    return _still_yours(
        about,
        heading=translate(language, "You still have your place"),
        why=translate(
            language,
            "You declined an earlier invitation to this day. Its time or place has changed since, so we have"
            " cancelled nothing: your place is still yours.",
        ),
        to_cancel=translate(
            language,
            "You cannot come now either? Then please cancel with this button. The page says first what follows"
            " from it.",
        ),
        else_nothing=translate(language, "You can come? Then you need not do anything."),
    )


def _still_yours(about: AboutSeat, *, heading: str, why: str, to_cancel: str, else_nothing: str) -> Letter:
    """A decline that did not count: what follows from cancelling stands before the button for it."""
    written = sheet(
        about,
        heading,
        Paragraph(why),
        card(about.day, about.person.language),
        *conditions(about),
        Paragraph(to_cancel),
        Button(translate(about.person.language, "Cancel or send a colleague"), f"{about.seat.own_url}/cancel"),
        Paragraph(else_nothing),
    )
    return printed(written)


def colleague_invited(about: AboutInvitation) -> Letter:
    """A place to take over: nothing holds until the colleague accepts, and these are the conditions if they do."""
    language, giver = about.person.language, printable_name(about.giver)
    asked = (
        translate(language, "%(name)s has a place on this day and would like you to come instead.", name=giver)
        if giver
        else translate(language, "A colleague has a place on this day and would like you to come instead.")
    )
    written = sheet(
        about,
        translate(language, "A colleague offers you a place"),
        Paragraph(asked),
        card(about.day, language),
        notice(of_invitation(about)),
        Button(translate(language, "Accept the place"), about.url),
        page_link(about),
        Paragraph(
            translate(
                language,
                "If you do nothing, your colleague keeps the place, and you owe nothing. You can accept until the"
                " start, as long as your colleague has the place.",
            )
        ),
    )
    return printed(written)

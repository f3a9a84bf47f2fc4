"""The letter that lets staff in."""

from service.letters.facts import AboutSignIn
from service.letters.letter import Letter
from service.letters.phrases import greeting
from service.letters.printing import printed
from service.letters.sheet import Button, Paragraph, Sheet
from service.locale import translate
from service.wording import limit_sentence


def sign_in(about: AboutSignIn) -> Letter:
    """A link that is good once, and not for long."""
    language = about.person.language
    limit = limit_sentence(about.expires_at, about.zone, language)
    written = Sheet(
        language=language,
        subject=translate(language, "Your link to sign in"),
        heading=translate(language, "Your link to sign in"),
        greeting=greeting(about.person),
        blocks=(
            Paragraph(translate(language, "With this link you can sign in once, %(limit)s.", limit=limit)),
            Button(translate(language, "Sign in"), about.url),
            Paragraph(
                translate(
                    language,
                    "You did not ask for it? Then ignore this mail: nobody can sign in without the link.",
                )
            ),
        ),
        organiser=about.organiser,
        mailbox=about.mailbox,
        questions=translate(language, "Questions"),
        preview=limit,
    )
    return printed(written)

"""The letter that comes before an invoice: the fee, its reason, and the time to answer (rules.md 8)."""

from service.letters.facts import AboutFee
from service.letters.letter import Letter
from service.letters.phrases import card, not_me_link, sheet
from service.letters.printing import printed
from service.letters.sheet import Button, Card, Paragraph, Row, notice
from service.locale import translate
from service.wording import limit_sentence, moment, money


def fee_notice(about: AboutFee) -> Letter:
    """Why a fee is due, what was accepted and when, and until when to object or to give invoice details."""
    language = about.person.language
    missed = about.cause == "no_show"
    written = sheet(
        about,
        translate(language, "We missed you") if missed else translate(language, "About your late cancellation"),
        Paragraph(_what_happened(about)),
        card(about.day, language),
        Card(translate(language, "No-show fee"), _evidence(about)),
        notice(
            translate(
                language,
                "You can answer %(limit)s: give the details for the invoice, or object, for instance because you were"
                " ill, or because you were there after all. Finance sends the invoice after that.",
                limit=limit_sentence(about.objection_until, about.day.zone, language),
            )
        ),
        Button(translate(language, "Give invoice details or object"), about.seat.own_url),
        not_me_link(about),
    )
    return printed(written)


def _what_happened(about: AboutFee) -> str:
    language = about.person.language
    if about.cause == "no_show":
        return translate(
            language,
            "You had a confirmed place on this day. We received no cancellation, and nobody checked you in.",
        )
    return translate(language, "You cancelled your place on this day after free cancellation had ended.")


def _evidence(about: AboutFee) -> tuple[Row, ...]:
    language, zone = about.person.language, about.day.zone
    rows = [
        Row(translate(language, "Amount"), money(about.amount_cents, language)),
        Row(translate(language, "Conditions accepted"), moment(about.accepted_at, zone, language)),
        Row(
            translate(language, "Free cancellation"),
            limit_sentence(about.seat.free_cancellation_until, zone, language),
        ),
    ]
    if about.cancelled_at is not None:
        rows.append(Row(translate(language, "Your cancellation"), moment(about.cancelled_at, zone, language)))
    return tuple(rows)

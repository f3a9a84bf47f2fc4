"""Letters to everybody who is registered: a changed day, one called off (rules.md 6), the organiser's own words."""

from service.domain.windows import on_time
from service.letters import calendar
from service.letters.facts import AboutBulk, AboutCallingOff, AboutChange
from service.letters.letter import Letter
from service.letters.phrases import STANDS, card, online, own_button, page_link, sheet, ways_out
from service.letters.printing import printed
from service.letters.sheet import Block, Card, Paragraph, Quote, Row, notice
from service.letters.terms import conditions, refill
from service.locale import translate
from service.wording import held, limit_sentence, money


def study_day_changed(about: AboutChange) -> Letter:
    """Another time, place or title, a higher fee: as it is, as it was, and until when cancelling is free again.

    On the day itself, too: then there is nothing left to cancel.
    """
    language = about.person.language
    begun = not on_time(about.decided_at, about.day.starts_at)
    written = sheet(
        about,
        translate(language, "This day has changed"),
        Paragraph(
            translate(
                language,
                "The organiser has changed this day. Below you see what holds now, and what held before.",
            )
        ),
        Card(about.day.title, _rows(about)),
        *(() if begun else _free_again(about)),
        own_button(about),
        page_link(about),
        *(() if begun else ways_out(about)),
    )
    return printed(written, calendar.request(about))


def study_day_called_off(about: AboutCallingOff) -> Letter:
    """The day does not take place: nothing to do, nothing to pay."""
    language = about.person.language
    written = sheet(
        about,
        translate(language, "This day does not take place"),
        Paragraph(translate(language, "The organiser has called this day off.")),
        card(about.day, language),
        *quoted(about.reason, language),
        notice(translate(language, "You need not do anything, and nobody owes a fee.")),
    )
    return printed(written, calendar.cancel(about))


def bulk(about: AboutBulk) -> Letter:
    """The organiser's words under their name, then the essentials of the day and the way to one's own registration."""
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


def quoted(text: str, language: str) -> tuple[Block, ...]:
    """The organiser's own words, if there are any."""
    if not text:
        return ()
    return (Paragraph(translate(language, "The organiser writes:")), Quote(text))


def _rows(about: AboutChange) -> tuple[Row, ...]:
    day, before, language = about.day, about.before, about.person.language
    when = held(day.starts_at, day.ends_at, day.zone, language)
    was = held(before.starts_at or day.starts_at, before.ends_at or day.ends_at, day.zone, language)
    rows = [Row(translate(language, "When"), when, before="" if was == when else _before(was, language))]
    if before.title is not None:
        rows.insert(0, Row(translate(language, "Title"), day.title, before=_before(before.title, language)))
    if day.place or before.place:
        place = day.place or translate(language, "No longer at a venue")
        rows.append(Row(translate(language, "Where"), place, before=_before(before.place, language)))
    if day.online_url or before.online_url:
        row = online(day.online_url or translate(language, "No longer online"), language)
        rows.append(Row(row.name, row.value, row.url, _before(before.online_url, language)))
    if before.fee_cents is not None:
        was_fee = money(before.fee_cents, language)
        rows.append(
            Row(translate(language, "No-show fee"), money(day.fee_cents, language), before=_before(was_fee, language))
        )
    if before.mailbox is not None:
        rows.append(Row(translate(language, "Questions"), day.mailbox, before=_before(before.mailbox, language)))
    return tuple(rows)


def _before(value: str | None, language: str) -> str:
    return translate(language, "Before: %(value)s", value=value) if value else ""


def _free_again(about: AboutChange) -> tuple[Block, ...]:
    """The relief that a change brings; whoever has no place yet is bound by nothing anyway."""
    language, until = about.person.language, about.seat.free_cancellation_until
    free = about.before.frees and on_time(about.decided_at, until)
    if about.seat.status != "confirmed" or about.seat.fee_cents == 0 or not free:
        return (Paragraph(translate(language, STANDS[about.seat.status])), *conditions(about))
    text = translate(
        language,
        "Because of this change you can cancel free of charge once more, %(limit)s. If you cancel later, or do not"
        " come, you owe a no-show fee of %(fee)s.",
        limit=limit_sentence(until, about.day.zone, language),
        fee=money(about.seat.fee_cents, language),
    )
    if about.day.refill_lets_off:
        text = f"{text} {refill(language)}"
    if about.before.fee_cents is None:
        return (notice(text),)
    kept = translate(
        language, "The higher fee holds for new registrations only; yours keeps the fee that you accepted."
    )
    return (notice(text), Paragraph(kept))

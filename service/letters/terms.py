"""What a registration binds to, in words: the only place that says so (rules.md 3, 4, 6).

The sentences hold at ``decided_at``. A calendar entry says the same, in the same words.
"""

from service.domain.windows import on_time
from service.letters.facts import AboutDay, AboutSeat
from service.letters.sheet import Block, Paragraph, notice
from service.locale import translate
from service.wording import limit_sentence, money


def owed_cents(about: AboutSeat) -> int:
    """The fee at stake: the accepted one, or a kinder one since; never a stricter one (rules.md 6)."""
    return min(about.seat.fee_cents, about.day.fee_cents)


def conditions(about: AboutSeat) -> tuple[Block, ...]:
    """What binds somebody where they stand: on a place, on an offer, on the waiting list."""
    match about.seat.status:
        case "confirmed":
            return (notice(of_place(about)),)
        case "offered":
            return (*deadline(about), notice(of_offer(about)))
        case _:
            return (Paragraph(of_waiting(about)),)


def of_place(about: AboutSeat) -> str:
    """Of a confirmed place: until when one cancels free, and what comes after."""
    language, until = about.person.language, about.seat.free_cancellation_until
    fee_cents = owed_cents(about)
    if fee_cents == 0:
        return _without_fee(language)
    limit, fee = limit_sentence(until, about.day.zone, language), money(fee_cents, language)
    if on_time(about.decided_at, until):
        text = translate(
            language,
            "Attendance is free. You can cancel free of charge %(limit)s. If you cancel later, or do not come, you owe"
            " a no-show fee of %(fee)s.",
            limit=limit,
            fee=fee,
        )
    else:
        text = translate(
            language,
            "Attendance is free, but free cancellation was possible only %(limit)s. So the no-show fee applies at once:"
            " if you cancel now, or do not come, you owe %(fee)s.",
            limit=limit,
            fee=fee,
        )
    return f"{text} {refill(language)}" if about.day.refill_lets_off else text


def of_offer(about: AboutDay) -> str:
    """Of a place that is still to be accepted, hence on today's conditions (rules.md 4)."""
    language, until = about.person.language, about.day.free_cancellation_until
    if about.day.fee_cents == 0:
        return _without_fee(language)
    limit, fee = limit_sentence(until, about.day.zone, language), money(about.day.fee_cents, language)
    if on_time(about.decided_at, until):
        text = translate(
            language,
            "Attendance is free. If you accept, you can still cancel free of charge %(limit)s. If you cancel later, or"
            " do not come, you owe a no-show fee of %(fee)s.",
            limit=limit,
            fee=fee,
        )
    else:
        text = translate(
            language,
            "Attendance is free, but free cancellation was possible only %(limit)s. So if you accept, the no-show fee"
            " applies at once: if you cancel after that, or do not come, you owe %(fee)s.",
            limit=limit,
            fee=fee,
        )
    return f"{text} {refill(language)}" if about.day.refill_lets_off else text


def of_waiting(about: AboutSeat) -> str:
    """Of the waiting list: how one moves up, and what then holds (rules.md 4)."""
    language, until = about.person.language, about.seat.free_cancellation_until
    if not on_time(about.decided_at, until):
        return translate(
            language,
            "If a place becomes free, we offer it to you with its conditions. You then decide whether you accept it.",
        )
    limit = limit_sentence(until, about.day.zone, language)
    if owed_cents(about) == 0:
        return translate(
            language,
            "If a place becomes free %(limit)s, it is yours at once, and we confirm it by mail. After that we offer it"
            " to you, and you decide.",
            limit=limit,
        )
    return translate(
        language,
        "If a place becomes free %(limit)s, it is yours at once, and we confirm it by mail; you can cancel it free of"
        " charge until that same moment. If you cancel it later, or do not come, you owe a no-show fee of %(fee)s. If a"
        " place becomes free only after that moment, we offer it to you, and you decide.",
        limit=limit,
        fee=money(owed_cents(about), language),
    )


def deadline(about: AboutSeat) -> tuple[Block, ...]:
    """Until when an offer stands."""
    language, until = about.person.language, about.seat.offered_until
    if until is None:
        return ()
    text = translate(
        language,
        "You can accept the place %(limit)s. If you do not, the offer lapses, and you owe nothing.",
        limit=limit_sentence(until, about.day.zone, language),
    )
    return (notice(text),)


def refill(language: str) -> str:
    """The kinder policy for late cancellations (rules.md 6)."""
    return translate(language, "A late cancellation costs nothing if somebody else takes the place.")


def _without_fee(language: str) -> str:
    return translate(
        language,
        "Attendance is free, and so is cancelling. If you cannot come, please cancel: others may be waiting.",
    )

"""What a registration binds to, in words: the only place that says so (rules.md 3, 4, 6).

The sentences hold at ``decided_at``. A calendar entry says the same, in the same words.
"""

from datetime import datetime

from service.domain.windows import on_time
from service.letters.facts import AboutDay, AboutInvitation, AboutSeat
from service.letters.sheet import Block, Paragraph, notice
from service.locale import translate
from service.wording import limit_sentence, money


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
    if about.seat.fee_cents == 0:
        return _without_fee(language)
    limit, fee = limit_sentence(until, about.day.zone, language), money(about.seat.fee_cents, language)
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


def of_offer(about: AboutSeat) -> str:
    """Of a place on offer: accepting it is accepting what binds this person already (rules.md 4)."""
    return _on_accepting(about, about.seat.fee_cents, about.seat.free_cancellation_until)


def of_invitation(about: AboutInvitation) -> str:
    """Of a colleague's place: whoever takes it over accepts today's conditions (rules.md 6)."""
    return _on_accepting(about, about.day.fee_cents, about.day.free_cancellation_until)


def _on_accepting(about: AboutDay, fee_cents: int, until: datetime) -> str:
    language = about.person.language
    if fee_cents == 0:
        return _without_fee(language)
    limit, fee = limit_sentence(until, about.day.zone, language), money(fee_cents, language)
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
    if about.seat.fee_cents == 0:
        return translate(
            language,
            "If a place becomes free %(limit)s, it is yours at once, and we confirm it by mail. After that we offer it"
            " to you, and you decide.",
            limit=limit,
        )
    return translate(
        language,
        "If a place becomes free %(limit)s, it is yours at once. We then confirm it by mail, and say until when you can"
        " cancel it free of charge; if you cancel later, or do not come, you owe a no-show fee of %(fee)s. If a place"
        " becomes free only afterwards, we offer it to you, and you decide.",
        limit=limit,
        fee=money(about.seat.fee_cents, language),
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

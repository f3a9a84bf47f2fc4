"""What is to come: the twin of the model case, and a study day in each phase of its life (rules.md 2)."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Final

from service.demo.days import ZONE, Dates, at, programme, values
from service.demo.stage import Stage
from service.usecases.admit import decline
from service.usecases.open_close import call_off

TWIN: Final = "samenwerken-aan-integratiebeleid"
MAILBOX: Final = "events_bsog@vub.be"
HOLIDAYS: Final = frozenset({(5, 1), (7, 21), (8, 15), (11, 1), (11, 11)})
MONDAY, TUESDAY, THURSDAY, FRIDAY = 0, 1, 3, 4


def twin(stage: Stage, now: datetime) -> None:
    """Open: the model case on a Friday at least four weeks ahead, for 60 people, as a newcomer meets it."""
    held_on = _weekday(FRIDAY, 28, now)
    dates = Dates.like_the_model_case(held_on)
    sessions = programme("twin_programme", held_on)
    details = values("model_case", dates, slug=TWIN, mailbox=MAILBOX, capacity=60, sessions=sessions, materials=[])
    day = stage.arrange(details, now=_ago(21, "11:20", now))
    names = "Anneleen Bart Hélène Emiel Ilse Jamal Laurent Marijke Rania Sofie Thomas Valeria Yasmina Arne"
    stage.sign_up(day, names, since=_ago(20, "08:40", now), until=_ago(2, "16:30", now))
    wishes = {"dietary": "Vegetarisch", "access_needs": "Graag een plaats vooraan: ik lees van de lippen."}
    stage.sign_up(day, "Griet", since=_ago(2, "19:05", now), until=_ago(2, "19:05", now), **wishes)
    stage.cancel(day, "Jamal", "Dubbel geboekt", now=_ago(1, "09:15", now))


def announced(stage: Stage, now: datetime) -> None:
    """Opens in ten days; online."""
    opens_on = _today(now) + timedelta(days=10)
    dates = Dates.like_the_model_case(_weekday(THURSDAY, 63, now), "09:30", "12:00", opens_on=opens_on)
    stage.arrange(values("policy_plan", dates), now=_ago(5, "15:00", now))


def full(stage: Stage, now: datetime) -> None:
    """Twelve places, four people waiting; one place was freed and went to the first of them."""
    dates = Dates.like_the_model_case(_weekday(TUESDAY, 35, now), "09:30", "16:30")
    day = stage.arrange(values("target_groups", dates), now=_ago(30, "10:00", now))
    first = "Dounia Fatma Rania Olena Els Yasmina Farid Claire Charlotte Katrien Marijke Hélène"
    answers = {"language": "nl", "case": "Een ouderraad waar niemand komt"}
    stage.sign_up(day, first, since=_ago(29, "08:00", now), until=_ago(20, "17:00", now), answers=answers)
    waiting = "Niels Zoë Dries Anneleen Laurent"
    stage.sign_up(day, waiting, since=_ago(19, "09:00", now), until=_ago(4, "12:00", now), answers={"language": "fr"})
    stage.cancel(day, "Claire", "Away that week", now=_ago(3, "10:00", now))


def closed(stage: Stage, now: datetime) -> None:
    """In about a week: one late-comer was let in, one was not, two wait on the desk."""
    dates = Dates.like_the_model_case(_working_day(7, now), "13:00", "17:00")
    day = stage.arrange(values("across_departments", dates), now=_ago(40, "10:00", now))
    names = "Gert Zoë Emiel Sofie Charlotte Griet Pieter Anneleen Wim Katrien"
    stage.sign_up(day, names, since=_ago(38, "09:00", now), until=_ago(14, "17:00", now))
    closing = day.closes_at
    stage.let_in_late(
        day,
        "Bart",
        "Ik was met verlof. Is er nog plaats?",
        since=closing + timedelta(hours=8),
        until=closing + timedelta(hours=10),
    )
    refused = stage.ask_late(day, "Hans", "Graag een stand aan de ingang.", now=closing + timedelta(hours=11))
    sorry = "Deze dag is voor lokale besturen; een stand kan helaas niet."
    decline(stage.session, refused.id, sorry, actor=stage.desk, now=closing + timedelta(hours=12))
    stage.ask_late(day, "Marijke", "Onze dienst wonen wil er graag bij zijn.", now=closing + timedelta(hours=13))
    stage.ask_late(day, "Laurent", "Puis-je encore m’inscrire avec une collègue ?", now=closing + timedelta(hours=15))


def draft(stage: Stage, now: datetime) -> None:
    """Not published: only the desk sees it."""
    dates = Dates.like_the_model_case(_weekday(FRIDAY, 77, now))
    stage.arrange(values("other_towns", dates, published=False), now=_ago(2, "16:00", now))


def called_off(stage: Stage, now: datetime) -> None:
    """Everybody was told, and nobody owes anything."""
    dates = Dates.like_the_model_case(_weekday(THURSDAY, 21, now))
    day = stage.arrange(values("against_discrimination", dates), now=_ago(32, "10:00", now))
    names = "Jamal Yasmina Farid Charlotte Fatma Thomas"
    stage.sign_up(day, names, since=_ago(30, "09:00", now), until=_ago(8, "17:00", now))
    reason = "De zaal is die dag gesloten. Er volgt een nieuwe datum."
    call_off(stage.session, day.id, reason=reason, actor=stage.desk, now=_ago(4, "14:30", now))


STORIES: Final[Sequence[Callable[[Stage, datetime], None]]] = (twin, announced, full, closed, draft, called_off)


def _today(now: datetime) -> date:
    return now.astimezone(ZONE).date()


def _ago(days: int, clock: str, now: datetime) -> datetime:
    return at(_today(now) - timedelta(days=days), clock)


def _weekday(weekday: int, days_ahead: int, now: datetime) -> date:
    """The first such day of a week, so many days ahead or later, on which people work; Monday is 0."""
    soonest = _today(now) + timedelta(days=days_ahead)
    found = soonest + timedelta(days=(weekday - soonest.weekday()) % 7)
    while _off(found):
        found += timedelta(weeks=1)
    return found


def _working_day(days_ahead: int, now: datetime) -> date:
    """The day so many days ahead, or the Monday after it."""
    soonest = _today(now) + timedelta(days=days_ahead)
    return soonest if soonest.weekday() <= FRIDAY else soonest + timedelta(days=7 - soonest.weekday())


def _off(on: date) -> bool:
    """Belgium's holidays that have a date, and the days around the New Year."""
    day = (on.month, on.day)
    return day in HOLIDAYS or not (1, 3) < day < (12, 23)

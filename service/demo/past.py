"""What is over: the model case of 2023 and the days of 2022 (cases of real organisers, invented attendance)."""

from datetime import date, datetime
from typing import Final

import sqlalchemy as sa

from service.demo.days import Dates, at, read, values
from service.demo.stage import LINK, Stage, cast
from service.domain.fees import WaiverReason
from service.models import Charge, Message, StudyDay
from service.usecases.arrange import change_study_day
from service.usecases.invoice import waive
from service.usecases.sign_off import sign_off
from service.usecases.transfer import invite_colleague, take_over

MODEL_CASE: Final = "samenwerken-aan-integratiebeleid-2023"
MAILBOX: Final = "events_bsog@vub.be"
HELD_ON: Final = date(2023, 3, 31)
FRENCH_AND_DUTCH: Final = "Laurent Anneleen Hélène Sofie Yasmina Farid"


def model_case(stage: Stage) -> None:
    """31 March 2023: attended and signed off; four fees to settle, one more waived, all free to be invoiced."""
    dates = Dates.like_the_model_case(HELD_ON)
    day = stage.arrange(values("model_case", dates, slug=MODEL_CASE, mailbox=MAILBOX), now=_in_2023(1, 16, "11:20"))
    company = {"invoice_name": "Stad Zandvliete", "invoice_enterprise_number": "0999.999.922"}
    early = "Anneleen Charlotte Dounia Hélène Ilse Marijke Rania Thomas Valeria Emiel Gert"
    stage.sign_up(day, early, since=_in_2023(1, 24, "09:05"), until=_in_2023(2, 17, "16:40"))
    stage.sign_up(day, "Jamal Katrien Wim", since=_in_2023(2, 20, "10:00"), until=_in_2023(2, 20, "10:50"), **company)
    later = "Laurent Niels Olena Pieter Sofie Yasmina Zoë"
    stage.sign_up(day, later, since=_in_2023(2, 27, "08:30"), until=_in_2023(3, 13, "17:45"))
    stage.cancel(day, "Gert", "Gemeenteraad verplaatst", now=_in_2023(3, 14, "12:10"))
    _send_a_colleague(stage, day)
    stage.sign_up(day, "Arne Els", since=_in_2023(3, 16, "10:00"), until=_in_2023(3, 17, "10:00"))
    stage.cancel(day, "Els", "Heeft per mail afgezegd", on_request=True, now=_in_2023(3, 17, "16:20"))
    stage.sign_up(day, "Ursula", since=_in_2023(3, 20, "23:41"), until=_in_2023(3, 20, "23:41"))
    asked = "De mail bleef in mijn concepten staan. Kan het nog?"
    stage.let_in_late(day, "Dries", asked, since=_in_2023(3, 21, "08:12"), until=_in_2023(3, 21, "15:30"))
    stage.cancel(day, "Zoë", "Andere afspraak", now=_in_2023(3, 27, "16:05"))
    _bounce(stage, day, "Pieter")
    here = "Anneleen Bart Hélène Ilse Marijke Rania Thomas Ursula Valeria Emiel Laurent Niels Sofie Yasmina Arne Dries"
    stage.welcome(day, [*here.split(), "Dounia", "Katrien"])
    stage.was_sent(day)
    sign_off(stage.session, day.id, actor=stage.desk, now=_in_2023(4, 3, "09:30"))
    ill = stage.session.execute(
        sa.select(Charge).where(Charge.registration_id == stage.find(day, "Olena").id)
    ).scalar_one()
    note = "Doktersbriefje ontvangen"
    waive(stage.session, ill.id, reason=WaiverReason.ILL, note=note, actor=stage.desk, now=_in_2023(4, 5, "14:00"))
    stage.was_sent(day)


def inspiration_day(stage: Stage) -> None:
    """15 December 2022, of the second organiser; its page became a knowledge item on 20 June 2023."""
    dates = Dates.like_the_model_case(date(2022, 12, 15), "09:30", "16:30")
    day = stage.arrange(values("inspiration_day", dates), now=at(date(2022, 10, 17), "14:00"))
    names = "Charlotte Dounia Fatma Emiel Katrien Valeria Beatrice Claire Els Griet"
    stage.sign_up(day, names, since=at(date(2022, 10, 24), "09:00"), until=at(date(2022, 12, 2), "12:00"))
    stage.welcome(day, names.split()[:9])
    sign_off(stage.session, day.id, actor=stage.desk, now=at(date(2022, 12, 16), "10:00"))
    later = read("inspiration_day_materials")
    changes = {
        "description": {
            language: f"{text}\n\n{later['addition'][language]}" for language, text in day.description.items()
        },
        "materials": later["materials"],
    }
    change_study_day(stage.session, day.id, changes, actor=stage.desk, now=at(date(2023, 6, 20), "11:00"))
    stage.never_send([day])


def training_academies(stage: Stage) -> None:
    """7 and 8 December 2022: one study day of two days."""
    dates = Dates(
        starts_at=at(date(2022, 12, 7), "09:30"),
        ends_at=at(date(2022, 12, 8), "16:00"),
        closes_at=at(date(2022, 11, 27)),
        free_cancellation_until=at(date(2022, 11, 26)),
    )
    day = stage.arrange(values("training_academies", dates), now=at(date(2022, 10, 3), "10:00"))
    since, until = at(date(2022, 10, 10), "09:00"), at(date(2022, 11, 25), "17:00")
    stage.sign_up(day, FRENCH_AND_DUTCH, since=since, until=until)
    stage.welcome(day, FRENCH_AND_DUTCH.split())
    sign_off(stage.session, day.id, actor=stage.desk, now=at(date(2022, 12, 9), "09:00"))
    stage.never_send([day])


def webinar(stage: Stage) -> None:
    """An Includ-EU webinar: online."""
    dates = Dates.like_the_model_case(date(2022, 5, 17), "10:00", "11:30")
    day = stage.arrange(values("includ_eu_webinar", dates), now=at(date(2022, 4, 4), "10:00"))
    names = "Valeria Beatrice Claire Ilse Olena Arne"
    stage.sign_up(day, names, since=at(date(2022, 4, 11), "09:00"), until=at(date(2022, 5, 5), "17:00"))
    stage.welcome(day, names.split()[:5])
    sign_off(stage.session, day.id, actor=stage.desk, now=at(date(2022, 5, 18), "09:00"))
    stage.never_send([day])


def study_visit(stage: Stage) -> None:
    """An Includ-EU study visit: two days, several places."""
    dates = Dates(
        starts_at=at(date(2022, 9, 21), "09:00"),
        ends_at=at(date(2022, 9, 22), "17:00"),
        closes_at=at(date(2022, 9, 10)),
        free_cancellation_until=at(date(2022, 9, 9)),
    )
    day = stage.arrange(values("includ_eu_visit", dates), now=at(date(2022, 6, 7), "10:00"))
    names = "Valeria Beatrice Claire Arne"
    stage.sign_up(day, names, since=at(date(2022, 6, 13), "09:00"), until=at(date(2022, 9, 1), "17:00"))
    stage.welcome(day, names.split())
    sign_off(stage.session, day.id, actor=stage.desk, now=at(date(2022, 9, 23), "09:00"))
    stage.never_send([day])


def _in_2023(month: int, on: int, clock: str) -> datetime:
    return at(date(2023, month, on), clock)


def _send_a_colleague(stage: Stage, day: StudyDay) -> None:
    """Charlotte cannot come after all, and Bart takes her place."""
    giver, bart = stage.find(day, "Charlotte"), cast()["Bart"]
    invited = _in_2023(3, 15, "10:05")
    transfer = invite_colleague(stage.session, giver.id, bart.email, bart.language, actor=LINK, now=invited)
    take_over(stage.session, transfer.id, bart, actor=LINK, now=_in_2023(3, 16, "08:50"))


def _bounce(stage: Stage, day: StudyDay, name: str) -> None:
    """No mail ever reached somebody; at sign-off their fee is proposed as waived (rules.md 8)."""
    to_them = Message.registration_id == stage.find(day, name).id
    error = "550 5.1.1 mailbox unavailable"
    stage.session.execute(sa.update(Message).where(to_them).values(state="failed", attempts=1, error=error))

"""Where the stories of the demo are played: the use-cases, with an organiser, its staff and a cast."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.demo.days import at
from service.domain.actors import SYSTEM, Actor
from service.domain.fees import Channel
from service.domain.roles import Role
from service.models import LateRequest, Message, Organiser, Registration, StudyDay
from service.usecases import staff
from service.usecases.admit import admit, request_late
from service.usecases.application import Application, folded
from service.usecases.arrange import create_study_day
from service.usecases.cancel import cancel
from service.usecases.check_in import check_in
from service.usecases.offer import accept_offer
from service.usecases.register import register

PEOPLE: Final = Path(__file__).parent / "people.csv"
FORM: Final = Actor("attendee", "form")
LINK: Final = Actor("attendee", "link")
BEGINNING: Final = at(date(2022, 1, 3), "09:00")
"""When the organisers of the demo began to use the service."""


@cache
def cast() -> Mapping[str, Application]:
    """The people, by first name."""
    with PEOPLE.open(encoding="utf-8", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    return {row["first_name"]: Application(**row) for row in rows}


@dataclass(frozen=True, slots=True)
class Stage:
    """One organiser's study days; every verb takes the instants at which it happened."""

    session: Session
    organiser: Organiser
    desk: Actor
    door: Actor

    @classmethod
    def of_first_organiser(cls, session: Session) -> "Stage":
        """The organiser that every installation begins with."""
        first = session.execute(sa.select(Organiser).order_by(Organiser.id).limit(1)).scalar_one()
        return cls._with_staff(session, first, "studiedag.example")

    @classmethod
    def of_second_organiser(cls, session: Session) -> "Stage":
        """A union of municipalities in the same installation: neither sees the other's desk."""
        name = "Vereniging van Vlaamse Steden en Gemeenten (VVSG)"
        mailbox = "studiedagen@vvsg.example"
        second = staff.add_organiser(session, "vvsg", name=name, mailbox=mailbox, actor=SYSTEM, now=BEGINNING)
        return cls._with_staff(session, second, "vvsg.example")

    @classmethod
    def _with_staff(cls, session: Session, organiser: Organiser, domain: str) -> "Stage":
        actors = [
            staff.add_staff(session, f"{name}@{domain}", role, organiser, language="nl", actor=SYSTEM, now=BEGINNING)
            for name, role in (("desk", Role.ORGANISER), ("onthaal", Role.CHECKIN), ("financien", Role.FINANCE))
        ]
        desk, door, _finance = (Actor("staff", "desk", one.id) for one in actors)
        return cls(session, organiser, desk, door)

    def arrange(self, values: Mapping[str, Any], *, now: datetime) -> StudyDay:
        """Make a study day; ``values`` without a mailbox take the organiser's."""
        return create_study_day(self.session, self.organiser, {"mailbox": "", **values}, actor=self.desk, now=now)

    def sign_up(self, day: StudyDay, names: str, *, since: datetime, until: datetime, **changes: Any) -> None:
        """Several people register, one after the other, evenly over the working hours of that time."""
        people = names.split()
        for name, moment in zip(people, _moments(len(people), since, until), strict=True):
            now = _at_work(moment) if len(people) > 1 else moment
            register(self.session, day.slug, replace(cast()[name], **changes), actor=FORM, now=now)

    def find(self, day: StudyDay, name: str) -> Registration:
        """The last registration of somebody."""
        return (
            self.session.execute(
                sa.select(Registration)
                .where(Registration.study_day_id == day.id, Registration.email_folded == folded(cast()[name].email))
                .order_by(Registration.id.desc())
            )
            .scalars()
            .first()
        ) or _nobody(name)

    def cancel(self, day: StudyDay, name: str, reason: str = "", *, on_request: bool = False, now: datetime) -> None:
        """Somebody cancels by their link, or asks the organiser to."""
        channel, actor = (Channel.ORGANISER, self.desk) if on_request else (Channel.LINK, LINK)
        cancel(self.session, self.find(day, name).id, channel=channel, reason=reason, actor=actor, now=now)

    def ask_late(self, day: StudyDay, name: str, message: str, *, now: datetime) -> LateRequest:
        """Somebody asks for a place after closing."""
        asked = request_late(self.session, day.slug, cast()[name], message, actor=FORM, now=now)
        return asked or _nobody(name)

    def let_in_late(self, day: StudyDay, name: str, message: str, *, since: datetime, until: datetime) -> None:
        """Somebody asks after closing, is offered a place and accepts it."""
        asked, decided, accepted = _moments(3, since, until)
        request = self.ask_late(day, name, message, now=asked)
        offered = admit(self.session, request.id, over_capacity=False, actor=self.desk, now=decided)
        accept_offer(self.session, offered.id, actor=LINK, now=accepted)

    def welcome(self, day: StudyDay, names: Iterable[str]) -> None:
        """People are checked in, from twenty minutes before the start, a minute each."""
        for minute, name in enumerate(names):
            now = day.starts_at + timedelta(minutes=minute - 20)
            check_in(self.session, self.find(day, name).id, actor=self.door, now=now)

    def was_sent(self, day: StudyDay) -> None:
        """Mail about this day went out when it was decided: it counts as evidence, and never goes again."""
        waiting = Message.study_day_id == day.id, Message.state == "queued"
        self.session.execute(
            sa.update(Message).where(*waiting).values(state="sent", attempts=1, sent_at=Message.created_at)
        )

    def never_send(self, days: Sequence[StudyDay]) -> None:
        """Mail about what is long over stays a record."""
        about_these = Message.study_day_id.in_([day.id for day in days])
        self.session.execute(
            sa.update(Message).where(about_these, Message.state == "queued").values(state="suppressed")
        )


def _moments(count: int, since: datetime, until: datetime) -> Iterator[datetime]:
    """So many instants from ``since`` to ``until``, both included, on whole seconds."""
    step = (until - since) / max(1, count - 1)
    return ((since + number * step).replace(microsecond=0) for number in range(count))


def _at_work(moment: datetime) -> datetime:
    """The same day between 8 and 18 o'clock; what came first stays first."""
    midnight = at(moment.date())
    return (midnight + timedelta(hours=8) + (moment - midnight) * 10 / 24).replace(microsecond=0)


def _nobody(name: str) -> Any:
    raise LookupError(f"{name} has no part in this story")

"""A study day and the people around it, who do what they please; and what the service says after each act."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from service.domain.fees import Channel
from service.domain.refusals import Refusal
from service.extensions import db
from service.mail.transport import transport_for
from service.mail.worker import work_once
from service.models import LateRequest, Message, Registration, StudyDay
from service.runtime import runtime
from service.transaction import transaction
from service.usecases.admit import admit, request_late
from service.usecases.arrange import change_study_day
from service.usecases.cancel import cancel, not_me
from service.usecases.correct import correct
from service.usecases.offer import accept_offer
from service.usecases.open_close import call_off
from service.usecases.register import register
from service.usecases.transfer import invite_colleague, take_over
from service.wording import address
from tests.builders import NOW, make_application, make_day, make_organiser
from tests.calendars.client import Shown
from tests.conftest import Clock
from tests.smtp import SmtpServer
from tests.usecases.steps import DESK, FORM, LINK

LANGUAGES: Final = ("nl", "fr", "en", "de")
PEOPLE: Final = 4
TIMES: Final = (
    ("2023-03-31 10:15", "2023-03-31 17:00", "Europe/Brussels"),  # the model case, five days after the clocks changed
    ("2023-03-24 10:15", "2023-03-24 17:00", "Europe/Brussels"),  # before they do
    ("2023-03-26 01:30", "2023-03-26 12:00", "Europe/Brussels"),  # while they do
    ("2023-03-25 09:00", "2023-03-26 17:00", "Europe/Brussels"),  # two days around it
    ("2023-03-13 09:00", "2023-03-14 17:00", "America/New_York"),  # the day after it there
    ("2023-03-27 09:30", "2023-03-27 16:00", "Europe/London"),
    ("2023-10-29 02:30", "2023-10-29 11:00", "Europe/Brussels"),  # an hour that comes twice
    ("2023-03-28 09:00", "2023-03-28 12:00", "Africa/Casablanca"),  # clocks that follow the moon
)
KBR: Final = {"name": "KBR", "street": "Kunstberg 28", "postal_code": "1000", "city": "Brussel", "country": "BE"}
PLACES: Final = (
    {"venue": KBR, "online_url": None},
    {"venue": {"name": 'Zaal "B"; 3, links\\n', "city": "Mechelen"}, "online_url": None},
    {"venue": None, "online_url": "https://meet.example/abc?x=1;y=2,3"},
    {"venue": KBR, "online_url": "https://meet.example/abc"},
    {"venue": None, "online_url": None},
)
TITLES: Final = (
    {"nl": "Samenwerken aan integratiebeleid", "en": "Working together on integration policy"},
    {"nl": "Samenwerken aan integratiebeleid", "en": "Together: on integration, and more"},
    {"nl": "Buddy’s; voor, inclusieve\\steden 🎉 " + "é" * 80, "en": "BEGIN:VEVENT"},
)
MAILBOXES: Final = ("events_bsog@vub.be", "studiedag@vub.be")


class World:
    """One study day, and everything that can happen to it; what the rules refuse does not happen."""

    def __init__(self, clock: Clock, server: SmtpServer, number: int = 0) -> None:
        self.clock, self.server, self.slug = clock, server, f"day-{number}"
        self.first_mail, self.transport = len(server.mails), transport_for(runtime().settings)
        clock.set(NOW)
        with transaction() as session:
            organiser = make_organiser(session, slug=f"organiser-{number}")
            self.day_id = make_day(
                session, organiser=organiser, slug=self.slug, capacity=3, title=TITLES[0], **times(*TIMES[0])
            ).id

    @property
    def mails(self) -> list[bytes]:
        """What was sent about this day, in order."""
        return [taken.source for taken in self.server.mails[self.first_mail :]]

    def do(self, act: str, who: int, what: int, *, after: timedelta = timedelta(seconds=1)) -> None:
        """Let it happen that long after the last act."""
        self.clock.advance(after)
        try:
            with transaction() as session:
                ACTS[act](self, session, who, what)
        except Refusal:
            return

    def work(self) -> None:
        """The worker does what is due."""
        work_once(self.transport, clock=self.clock)

    def rest(self) -> None:
        """Let time go by until every mail is out."""
        self.work()
        while self.waiting_mails():
            self.clock.advance(timedelta(hours=1))
            self.work()

    def waiting_mails(self) -> int:
        """How many are still to go; none may have failed."""
        db.session.rollback()
        about_it = sa.select(Message.state).where(Message.study_day_id == self.day_id)
        states = list(db.session.execute(about_it).scalars())
        assert "failed" not in states
        return states.count("queued") + states.count("sending")

    def says(self) -> Shown:
        """What has to be in whose calendar, by what the service itself knows."""
        db.session.rollback()
        day = self.day
        seated = sa.select(Registration).where(Registration.study_day_id == day.id, Registration.status == "confirmed")
        found: Shown = {}
        for one in db.session.execute(seated).scalars():
            title = day.title.get(one.language, day.title["en"])
            place = address(day.venue, one.language) if day.venue else day.online_url or ""
            starts, ends = int(day.starts_at.timestamp()), int(day.ends_at.timestamp())
            found[one.email] = {(one.calendar_uid, starts, ends, title, place, day.online_url or "", day.mailbox)}
        return found

    @property
    def day(self) -> StudyDay:
        return db.session.get_one(StudyDay, self.day_id, populate_existing=True)

    def address(self, who: int) -> str:
        return f"an{who}-{self.slug}@example.org"

    def live(self, session: Any, who: int) -> int:
        """The registration that somebody has now, or had last."""
        theirs = sa.select(Registration.id).where(Registration.email == self.address(who))
        last: int | None = session.execute(theirs.order_by(Registration.id.desc()).limit(1)).scalar_one_or_none()
        return last or 0

    def application(self, who: int, what: int) -> Any:
        return make_application(who, email=self.address(who), language=LANGUAGES[who], function=f"f{what}")

    def change(self, session: Any, values: Mapping[str, Any]) -> None:
        """Change the day; what changes once all is over is told to nobody."""
        day = session.get_one(StudyDay, self.day_id)
        if self.clock.now < max(day.ends_at, values.get("ends_at", day.ends_at)):
            change_study_day(session, self.day_id, values, actor=DESK, now=self.clock.now)


def times(starts: str, ends: str, zone: str) -> dict[str, Any]:
    """The times of a study day by the clocks of its zone, with limits that fit."""
    first, last = (datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone)) for at in (starts, ends))
    first, last = first.astimezone(NOW.tzinfo), last.astimezone(NOW.tzinfo)
    limits = {"closes_at": first - timedelta(days=8), "free_cancellation_until": first - timedelta(days=11)}
    return {"starts_at": first, "ends_at": last, "time_zone": zone, **limits}


def _cancel(world: World, session: Any, who: int, what: int) -> None:
    channel = (Channel.LINK, Channel.CALENDAR, Channel.ORGANISER, Channel.REMOVED)[what % 4]
    cancel(session, world.live(session, who), channel=channel, actor=LINK, now=world.clock.now)


def _pass_on(world: World, session: Any, who: int, what: int) -> None:
    taker = (who + 1 + what % (PEOPLE - 1)) % PEOPLE
    now = world.clock.now
    asked = invite_colleague(
        session, world.live(session, who), world.address(taker), LANGUAGES[taker], actor=LINK, now=now
    )
    take_over(session, asked.id, world.application(taker, what), actor=LINK, now=now)


def _ask_late(world: World, session: Any, who: int, what: int) -> None:
    now, late = world.clock.now, world.application(who, what)
    asked = request_late(session, world.slug, late, "Please", actor=FORM, now=now)
    waiting = sa.select(LateRequest.id).where(LateRequest.email == late.email, LateRequest.status == "waiting")
    admit(
        session, asked.id if asked else session.execute(waiting).scalar_one(), over_capacity=True, actor=DESK, now=now
    )


def _sign_up(world: World, session: Any, who: int, what: int) -> None:
    register(session, world.slug, world.application(who, what), actor=FORM, now=world.clock.now)


def _correct(world: World, session: Any, who: int, what: int) -> None:
    changes = {"first_name": f"Bo{what}", "language": LANGUAGES[what % len(LANGUAGES)]}
    correct(session, world.live(session, who), changes, actor=LINK, now=world.clock.now)


ACTS: Final[Mapping[str, Callable[[World, Any, int, int], None]]] = {
    "sign up": _sign_up,
    "cancel": _cancel,
    "not me": lambda world, session, who, _: _ignore(
        not_me(session, world.live(session, who), actor=LINK, now=world.clock.now)
    ),
    "accept": lambda world, session, who, _: _ignore(
        accept_offer(session, world.live(session, who), actor=LINK, now=world.clock.now)
    ),
    "pass on": _pass_on,
    "correct": _correct,
    "ask late": _ask_late,
    "move": lambda world, session, _, what: world.change(session, times(*TIMES[what % len(TIMES)])),
    "place": lambda world, session, _, what: world.change(session, PLACES[what % len(PLACES)]),
    "title": lambda world, session, _, what: world.change(session, {"title": TITLES[what % len(TITLES)]}),
    "mailbox": lambda world, session, _, what: world.change(session, {"mailbox": MAILBOXES[what % 2]}),
    "fee": lambda world, session, _, what: world.change(session, {"fee_cents": 500 * (what + 1)}),
    "seats": lambda world, session, _, what: world.change(session, {"capacity": what + 1}),
    "call off": lambda world, session, _, __: _ignore(
        call_off(session, world.day_id, reason="ill", actor=DESK, now=world.clock.now)
    ),
}


def _ignore(_: object) -> None:
    """An act has no answer here."""

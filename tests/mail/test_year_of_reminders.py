"""A year of hours, and of minutes where it matters: each timed letter once, at its hour, none at night (issue 3)."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from service.domain.fees import Channel
from service.domain.quiet import night
from service.domain.roles import Role
from service.extensions import db
from service.mail import timed
from service.models import Message, Organiser, Registration, StudyDay
from service.transaction import transaction
from service.usecases.arrange import change_study_day
from service.usecases.cancel import cancel
from service.usecases.check_in import check_in
from service.usecases.open_close import call_off
from service.usecases.register import register
from service.usecases.sign_off import sign_off
from service.usecases.staff import add_staff
from tests.builders import FREE_UNTIL, NOW, make_application, make_day, make_organiser
from tests.concurrency.crowd import all_at_once
from tests.conftest import Clock
from tests.mail.workers import Post, Workers
from tests.usecases.steps import DESK, FORM, LINK, given_day, joined

BRUSSELS, LONDON, NEW_YORK, TOKYO = "Europe/Brussels", "Europe/London", "America/New_York", "Asia/Tokyo"
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
YEAR = 366 * 24
TIMED = ("last_call", "practical", "sign_off_due", "lapsed_offer")


def local(text: str, zone: str = BRUSSELS) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True)
class Case:
    """A study day, and at which local hours (staff: in Brussels) its letters go, each to how many."""

    slug: str
    zone: str
    starts: str
    limit: str
    goes: tuple[tuple[str, str, int], ...]
    people: int = 3
    capacity: int | None = None


CASES = (
    Case(  # the clocks go forward between its limit and its start
        *("spring", BRUSSELS, "2023-03-31 10:15", "2023-03-20 00:00"),
        goes=(
            ("last_call", "2023-03-15 09:00", 3),
            ("practical", "2023-03-29 09:00", 3),
            ("sign_off_due", "2023-04-01 09:00", 1),
            ("sign_off_due", "2023-04-08 09:00", 1),
        ),
    ),
    Case(  # Ascension; a place is given up and offered at night; it lapses at night, and is offered in the morning
        *("offers", BRUSSELS, "2023-05-24 10:00", "2023-05-20 00:00"),
        goes=(
            ("last_call", "2023-05-16 09:00", 1),
            ("offer", "2023-05-21 23:00", 1),
            ("lapsed_offer", "2023-05-23 07:00", 1),
            ("offer", "2023-05-23 07:00", 1),
            ("lapsed_offer", "2023-05-24 07:00", 1),
        ),
        capacity=1,
    ),
    Case(  # moved by two weeks, a limit of its own with it, after everything had gone
        *("moved", BRUSSELS, "2023-06-15 10:00", "2023-06-08 00:00"),
        goes=(
            ("last_call", "2023-06-05 09:00", 3),
            ("practical", "2023-06-13 09:00", 3),
            ("last_call", "2023-06-19 09:00", 3),
            ("practical", "2023-06-27 09:00", 3),
            ("sign_off_due", "2023-06-30 09:00", 1),
            ("sign_off_due", "2023-07-07 09:00", 1),
        ),
    ),
    Case(
        *("tokyo", TOKYO, "2023-07-25 09:00", "2023-07-24 00:00"),
        goes=(
            ("last_call", "2023-07-18 09:00", 3),
            ("practical", "2023-07-23 09:00", 3),
            ("sign_off_due", "2023-07-26 09:00", 1),
            ("sign_off_due", "2023-08-02 09:00", 1),
        ),
    ),
    Case(  # its limit is moved by a day and back, and it is signed off on the same evening
        *("there-and-back", LONDON, "2023-09-20 09:30", "2023-09-13 00:00"),
        goes=(("last_call", "2023-09-08 09:00", 3), ("practical", "2023-09-18 09:00", 3)),
    ),
    Case(  # a limit in the hour that comes twice; called off on the eve, at night
        *("autumn", BRUSSELS, "2023-10-30 10:00", "2023-10-29 02:30"),
        goes=(
            ("last_call", "2023-10-25 09:00", 3),
            ("practical", "2023-10-28 09:00", 3),
            ("study_day_called_off", "2023-10-29 23:30", 3),
        ),
    ),
    Case(  # All Saints; the clocks there go back a week later than here
        *("new-york", NEW_YORK, "2023-11-06 09:00", "2023-11-05 00:00"),
        goes=(
            ("last_call", "2023-10-31 09:00", 3),
            ("practical", "2023-11-04 09:00", 3),
            ("sign_off_due", "2023-11-07 09:00", 1),
            ("sign_off_due", "2023-11-14 09:00", 1),
        ),
    ),
    Case(  # New Year
        *("winter", BRUSSELS, "2024-01-04 10:00", "2024-01-02 00:00"),
        goes=(
            ("last_call", "2023-12-27 09:00", 3),
            ("practical", "2024-01-02 09:00", 3),
            ("sign_off_due", "2024-01-05 09:00", 1),
            ("sign_off_due", "2024-01-12 09:00", 1),
        ),
    ),
)
BY_SLUG = {case.slug: case for case in CASES}


def arrange() -> None:
    with transaction() as session:
        organiser: Organiser = make_organiser(session)
        add_staff(session, "els@bsog.example", Role.ORGANISER, organiser, language="nl", actor=DESK, now=NOW)
        for case in CASES:
            starts_at, limit = local(case.starts, case.zone), local(case.limit, case.zone)
            make_day(
                session,
                organiser=organiser,
                slug=case.slug,
                time_zone=case.zone,
                starts_at=starts_at,
                ends_at=starts_at + 7 * HOUR,
                closes_at=starts_at,
                free_cancellation_until=limit,
                capacity=case.capacity,
            )
    for case in CASES:
        for number in range(1, case.people + 1):
            application = make_application(number, email=f"p{number}@{case.slug}.example")
            with transaction() as session:
                register(session, case.slug, application, actor=FORM, now=NOW)


def story() -> dict[datetime, Callable[[], object]]:
    """What people do in that year, and when."""

    def do(use_case: Any, slug: str, *args: Any, actor: Any = DESK, **kwargs: Any) -> None:
        with transaction() as session:
            day_id = session.execute(sa.select(StudyDay.id).where(StudyDay.slug == slug)).scalar_one()
            use_case(session, args[0] if args and use_case is not change_study_day else day_id, **kwargs, actor=actor)

    def change(slug: str, now: datetime, **values: Any) -> None:
        with transaction() as session:
            day_id = session.execute(sa.select(StudyDay.id).where(StudyDay.slug == slug)).scalar_one()
            change_study_day(session, day_id, values, actor=DESK, now=now)

    def first(slug: str) -> int:
        there = sa.select(sa.func.min(Registration.id)).join(StudyDay, StudyDay.id == Registration.study_day_id)
        return int(db.session.execute(there.where(StudyDay.slug == slug)).scalar_one())

    moved_to = local("2023-06-29 10:00")
    moves = local("2023-06-13 12:00")
    later, back = local("2023-09-08 15:00", LONDON), local("2023-09-09 12:00", LONDON)
    evening = local("2023-09-20 20:00", LONDON)
    gives_up, off = local("2023-05-21 23:00"), local("2023-10-29 23:30")

    def move() -> None:
        change(
            "moved",
            moves,
            starts_at=moved_to,
            ends_at=moved_to + 7 * HOUR,
            closes_at=moved_to,
            free_cancellation_until=local("2023-06-22 00:00"),
        )

    return {
        gives_up: lambda: do(cancel, "offers", first("offers"), channel=Channel.LINK, now=gives_up, actor=LINK),
        moves: move,
        later: lambda: change("there-and-back", later, free_cancellation_until=local("2023-09-14 00:00", LONDON)),
        back: lambda: change("there-and-back", back, free_cancellation_until=local("2023-09-13 00:00", LONDON)),
        local("2023-09-20 12:00", LONDON): lambda: do(
            check_in, "there-and-back", first("there-and-back"), now=local("2023-09-20 12:00", LONDON)
        ),
        evening: lambda: do(sign_off, "there-and-back", confirm_many_absent=True, now=evening),
        off: lambda: do(call_off, "autumn", reason="Storm.", now=off),
    }


def key_moments() -> set[datetime]:
    """When letters go, and the edges of those nights."""
    found = set()
    for case in CASES:
        for letter, text, _ in case.goes:
            zone = BRUSSELS if letter == "sign_off_due" else case.zone
            day = text.partition(" ")[0]
            found |= {local(text, zone), local(f"{day} 07:00", zone), local(f"{day} 21:00", zone)}
        found.add(local(case.limit, case.zone))
    return found


def instants(events: Iterable[datetime], chance: random.Random) -> Iterator[datetime]:
    """Every hour of a year, every minute where it matters; and the clock jumps by an hour, either way, and back."""
    keys = key_moments()
    moments = {NOW + number * HOUR for number in range(YEAR)}
    moments |= {key + number * MINUTE for key in keys for number in range(-5, 16)} | set(events)
    for moment in sorted(moments):
        yield moment
        if moment in keys:
            yield from (moment - HOUR, moment, moment - 30 * MINUTE, moment + MINUTE)
        elif chance.random() < 1 / 100:
            yield from ((moment + HOUR, moment) if chance.random() < 1 / 2 else (moment - HOUR, moment))


def due() -> Counter[tuple[str, str, str]]:
    """By study day, letter and local hour: how many are to go."""
    return Counter({(case.slug, letter, at[:13]): people for case in CASES for letter, at, people in case.goes})


def gone() -> Counter[tuple[str, str, str]]:
    """The same of what went."""
    wanted = {"study_day_called_off", "offer", *TIMED}
    return Counter(
        (slug, letter, hour(sent_at, BRUSSELS if letter == "sign_off_due" else zone))
        for slug, zone, letter, sent_at in sent()
        if letter in wanted
    )


def hour(at: datetime, zone: str) -> str:
    """The local hour that an instant falls in: clocks that jump make a letter late by less than that."""
    return f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H}"


def sent() -> list[tuple[str, str, str, datetime]]:
    db.session.rollback()
    rows = db.session.execute(
        sa.select(StudyDay.slug, StudyDay.time_zone, Message.letter, Message.sent_at)
        .join(StudyDay, StudyDay.id == Message.study_day_id)
        .where(Message.state == "sent")
    )
    return [(slug, zone, letter, sent_at) for slug, zone, letter, sent_at in rows if sent_at is not None]


@pytest.mark.slow
@pytest.mark.usefixtures("app")
def test_year_when_lived_through_brings_each_letter_once_and_none_at_night(clock: Clock) -> None:
    chance = random.Random(3)
    arrange()
    post = Post(chance, deadly=0.05)
    workers = Workers(clock, post, chance, deadly=0.001)
    events = story()

    for now in instants(list(events), chance):
        if now in events:
            events.pop(now)()
        workers.at(now)

    at_night = Counter(
        (slug, letter)
        for slug, zone, letter, sent_at in sent()
        if letter != "confirmed" and night(sent_at, BRUSSELS if letter == "sign_off_due" else zone)
    )
    print(f"\n{workers.turns} turns of two workers, {workers.killed} killed, {sum(post.taken.values())} mails")
    for (slug, letter, at), count in sorted(gone().items(), key=lambda item: item[0][2]):
        print(f"{at}  {slug:15} {letter:21} {count}")
    assert events == {}
    assert gone() == due()
    assert set(post.taken.values()) == {1}
    # what somebody did at night is answered at night, and nothing else leaves
    assert at_night == {
        ("offers", "cancelled_late"): 1,
        ("offers", "offer"): 1,
        ("autumn", "study_day_called_off"): 3,
    }


def test_reminders_when_many_workers_ask_at_once_are_written_once(app: Flask) -> None:
    given_day()
    for number in range(1, 6):
        joined(number)
    now = FREE_UNTIL - timedelta(days=2, hours=12)

    all_at_once(app, lambda _number: timed.write_reminders(now), 15)

    db.session.rollback()
    written = db.session.execute(sa.select(Message.recipient).where(Message.letter == "last_call")).scalars().all()
    assert sorted(written) == [f"an{number}@example.org" for number in range(1, 6)]

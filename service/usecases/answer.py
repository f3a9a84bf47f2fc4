"""What people answer from their calendar: a decline cancels, the rest is remembered (rules.md 6; RFC 5546, 3.2.3)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.fees import Channel
from service.domain.replies import Answer, Bearing, bearing, doubt
from service.domain.seats import Status
from service.domain.windows import Verdict, counts_from, on_time
from service.mail import outbox
from service.mail.incoming.received import CalendarReply, ReceivedMail
from service.models import IncomingMail, Message, Registration, StudyDay
from service.usecases.application import folded
from service.usecases.cancel import cancel
from service.usecases.record import line, record
from service.usecases.seating import lock_registration
from service.usecases.tell import TOLD

CALENDAR: Final = Actor("attendee", "calendar")
OUTCOMES: Final = (
    "declined_in_time",
    "declined_late",
    "counter",
    "delegated",
    "after_sign_off",
    "forged",
    "no_attendee",
    "forwarded",
    "accepted",
    "tentative",
    "superseded",
    "started",
    "present",
    "called_off",
    "already_ended",
    "no_place",
    "stale",
    "doubled",
    "unknown",
)
"""What can become of an answer; of several in one mail, the first of these tells."""
FOR_A_PERSON: Final = frozenset({"counter", "delegated", "after_sign_off", "unknown"})
LONGEST_REASON: Final = 2000
LATELY: Final = timedelta(days=30)
"""How long after its end a day's UIDs are still looked for in another case."""


class Place(NamedTuple):
    """A registration and its study day, in the order in which they are locked: no two workers wait for each other."""

    study_day_id: int
    registration_id: int


def answer(session: Session, row: IncomingMail, mail: ReceivedMail, *, now: datetime) -> None:
    """Act on the calendar objects of a mail, and write down what became of them."""
    found = {reply: _by_uid(session, reply.uid, now=now) for reply in mail.replies}
    in_order = sorted(found.items(), key=lambda item: item[1] or Place(0, 0))
    told = {reply: _one(session, row, mail, reply, place, now=now) for reply, place in in_order}
    row.kind, row.outcome = "reply", min(told.values(), key=OUTCOMES.index)
    row.state = "waiting" if FOR_A_PERSON.intersection(told.values()) else "done"


def _one(
    session: Session, row: IncomingMail, mail: ReceivedMail, reply: CalendarReply, place: Place | None, *, now: datetime
) -> str:
    if place is None:
        return "unknown"
    registration = lock_registration(session, place.registration_id)
    day = registration.study_day
    row.organiser_id, row.study_day_id, row.registration_id = day.organiser_id, day.id, registration.id
    ended = _ended(registration)
    doubtful = doubt(
        registrant=registration.email_folded,
        attendee=folded(reply.attendee),
        sender=folded(mail.sender),
        failed=mail.authentication == "fail",
    )
    if reply.participation in FOR_A_PERSON and not ended:
        if doubtful is None:
            registration.seen(now)
        return reply.participation
    if doubtful is not None:
        if reply.participation == "declined" and not ended and on_time(now, day.starts_at):
            _ask(session, registration, "decline_unsure", now=now)
        return doubtful
    if ended:
        return ended
    seated_at, created_at = registration.seated_at, registration.created_at
    received_at = counts_from(mail.received_at, seated_at=seated_at, created_at=created_at, now=now)
    return _genuine(session, registration, reply, received_at=received_at, now=now)


def _genuine(
    session: Session, registration: Registration, reply: CalendarReply, *, received_at: datetime, now: datetime
) -> str:
    """The registrant's own answer to an invitation to a place that they hold."""
    given = Answer(reply.participation, reply.sequence, reply.stamp)
    given = given.within(sequence=registration.sequence, received_at=received_at)
    holds = bearing(given, _known(registration), changed_in=_changed_in(session, registration))
    if holds in {Bearing.STALE, Bearing.DOUBLED}:
        return holds
    registration.seen(now)
    if holds is Bearing.SUPERSEDED:
        if given.participation == "declined" and not _too_late(registration, received_at=now):
            _ask(session, registration, "decline_outdated", now=now)
        return holds
    if late := _too_late(registration, received_at=received_at):
        return late
    said_before = registration.calendar_answer
    registration.calendar_answer, registration.calendar_answer_at = given.participation, given.stamp
    registration.calendar_answer_sequence = given.sequence
    if given.participation == "declined":
        return _declined(session, registration, reply, received_at=received_at, now=now)
    if given.participation != said_before:
        about = outbox.about(registration)
        record(session, line("calendar_answered", about, actor=CALENDAR, now=now, answer=given.participation))
    return given.participation


def _declined(
    session: Session, registration: Registration, reply: CalendarReply, *, received_at: datetime, now: datetime
) -> str:
    """End it, and let the letter say what that meant: in time, or late and the fee."""
    reason, through = reply.comment[:LONGEST_REASON], Channel.CALENDAR
    cancel(session, registration.id, channel=through, reason=reason, actor=CALENDAR, now=now, received_at=received_at)
    return "declined_late" if registration.cancelled_verdict == Verdict.LATE else "declined_in_time"


def _too_late(registration: Registration, *, received_at: datetime) -> str:
    """Why attendance decides, and no answer any more; empty where it still does."""
    day = registration.study_day
    if registration.checked_in_at is not None:
        return "present"
    if not on_time(received_at, day.starts_at):
        return "started"
    return "" if day.signed_off_at is None else "after_sign_off"


def _ended(registration: Registration) -> str:
    """Why there is no place that an answer could be about; empty where there is one."""
    if registration.study_day.cancelled_at is not None:
        return "called_off"
    if registration.status == Status.CANCELLED:
        return "already_ended"
    return "" if registration.status == Status.CONFIRMED else "no_place"


def _known(registration: Registration) -> Answer | None:
    if registration.calendar_answer is None:
        return None
    sequence = registration.calendar_answer_sequence or 0
    return Answer(registration.calendar_answer, sequence, registration.calendar_answer_at)


def _changed_in(session: Session, registration: Registration) -> Collection[int]:
    """The SEQUENCE of each letter by which this person heard of another time or place; a new title is the same day."""
    letters = sa.select(Message.facts).where(
        Message.registration_id == registration.id, Message.letter == "study_day_changed"
    )
    return [
        facts["sequence"] for facts in session.execute(letters).scalars() if not facts["before"].keys().isdisjoint(TOLD)
    ]


def _by_uid(session: Session, uid: str, *, now: datetime) -> Place | None:
    """The registration of that UID; in another case only among days that are not long over, for want of an index."""
    wanted = sa.select(Registration.study_day_id, Registration.id)
    exact = session.execute(wanted.where(Registration.calendar_uid == uid)).one_or_none()
    if exact is not None:
        return Place(*exact)
    cased = wanted.join(StudyDay, StudyDay.id == Registration.study_day_id).where(
        StudyDay.ends_at > now - LATELY, sa.func.lower(Registration.calendar_uid) == uid.lower()
    )
    found = session.execute(cased.limit(2)).all()
    return Place(*found[0]) if len(found) == 1 else None


def _ask(session: Session, registration: Registration, letter: str, *, now: datetime) -> None:
    """Write to the one who registered that a decline did not hold, and how to cancel: once a day, to pester nobody."""
    today = now.astimezone(ZoneInfo(registration.study_day.time_zone)).date()
    occasion = f"{letter}:{registration.id}:{today}"
    if session.execute(sa.select(Message.id).where(Message.occasion == occasion)).first() is None:
        outbox.put(session, {**outbox.to_registrant(letter, registration, now=now), "occasion": occasion})

"""What people write to the mailbox: a late request, a word more about one, or something for a person (rules.md 5)."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.naming import Named, named
from service.domain.seats import Status
from service.domain.windows import Phase, on_time, phase
from service.mail.incoming.received import ReceivedMail
from service.models import IncomingMail, LateRequest, Message, Registration, StudyDay
from service.usecases.addressed import day_of, mailboxes, organisers_of
from service.usecases.admit import ASKED_BY, answer_asker
from service.usecases.application import Application, folded
from service.usecases.bounce import sent_as
from service.usecases.record import line, of_day, record
from service.usecases.seating import lock_day

BY_MAIL: Final = Actor("attendee", "mail")
LONGEST_NAME: Final = 100
MOST_REFERENCES: Final = 20
MOST_ANSWERED: Final = 50
"""Late requests by mail that are acknowledged within an hour, for one study day: a sender is easily forged, and whoever
forges thousands of them shall not make us write to thousands of strangers. All of them are on the desk."""
LATELY: Final = timedelta(days=30)
"""How long after its end a study day is recognised, so that the desk can say what the mail is about."""
TOO_SOON: Final = {Phase.ANNOUNCED: "not_open", Phase.OPEN: "open", Phase.FULL: "open", Phase.CANCELLED: "called_off"}
"""Why there can be no late request for a study day yet, or any more."""


def from_a_person(session: Session, row: IncomingMail, mail: ReceivedMail, *, now: datetime) -> None:
    """Make a late request of it, where it is one beyond doubt; all else waits for a person, with what is known."""
    row.kind, row.state, row.outcome = "other", "waiting", ""
    letter = _letter_answered(session, mail)
    row.outcome = _unfit(mail) or (
        _conversation(session, row, letter, now=now) if letter else _asked(session, row, mail, now)
    )
    if letter is not None:  # last, since to point at a registration locks it, and the study day comes first (seating)
        row.message_id, row.registration_id = letter.id, letter.registration_id
        row.organiser_id, row.study_day_id = letter.organiser_id or row.organiser_id, letter.study_day_id


def open_request(
    session: Session,
    row: IncomingMail,
    day: StudyDay,
    language: str | None = None,
    *,
    acknowledge: bool,
    actor: Actor,
    now: datetime,
) -> bool:
    """Put what the mail says on the desk, as a request for that day; False where it joins one that waits there already.

    :param language: of the answers; without one that of an earlier registration, else the first one of the day.
    """
    row.kind, row.state = "late_request", "done"
    row.organiser_id, row.study_day_id = day.organiser_id, day.id
    waiting = _waiting(session, day.id, row.sender)
    if waiting is not None:
        row.late_request_id = waiting.id
        record(session, line("late_request_added_to", of_day(day), actor=actor, now=now, late_request=waiting.id))
        return False
    request = _request(session, row, day, language)
    session.add(request)
    session.flush()
    row.late_request_id = request.id
    session.flush()
    if acknowledge:
        answer_asker(session, request, "late_request_received", "late_request", actor=actor, now=now)
    else:
        record(session, line("late_request", of_day(day), actor=actor, now=now, late_request=request.id))
    return True


def when_asked(day: StudyDay, *, now: datetime) -> str:
    """Why nobody can ask late for that day now; empty where they can: from closing until the start (rules.md 5)."""
    if not on_time(now, day.starts_at):
        return "started"
    return TOO_SOON.get(phase(day.window, full=False, now=now), "")


def _unfit(mail: ReceivedMail) -> str:
    """Why nothing follows from it by itself: nobody to answer, perhaps somebody else, or one of our own addresses."""
    if "@" not in mail.sender:
        return "no_sender"
    if mail.authentication == "fail":
        return "doubtful"
    return "own" if folded(mail.sender) in mailboxes(mail.recipients) else ""


def _letter_answered(session: Session, mail: ReceivedMail) -> Message | None:
    """The letter of ours that it answers, the latest one."""
    letters = (sent_as(session, reference) for reference in mail.references[-MOST_REFERENCES:])
    return max(filter(None, letters), key=lambda letter: letter.id, default=None)


def _conversation(session: Session, row: IncomingMail, letter: Message, *, now: datetime) -> str:
    """An answer to a letter of ours; one about a request that still waits belongs to it."""
    row.late_request_id = letter.facts.get("late_request")
    request = session.get(LateRequest, row.late_request_id) if row.late_request_id else None
    if request is None:
        return "answers_letter"
    day = lock_day(session, request.study_day_id)
    session.refresh(request)
    if request.status != "waiting":
        return "answers_letter"
    row.kind, row.state = "late_request", "done"
    record(session, line("late_request_added_to", of_day(day), actor=BY_MAIL, now=now, late_request=request.id))
    return "added"


def _asked(session: Session, row: IncomingMail, mail: ReceivedMail, now: datetime) -> str:
    found = _day_named(session, mail, now=now)
    if found is None:
        return "which_day"
    day = lock_day(session, found.id)
    row.organiser_id, row.study_day_id = day.organiser_id, day.id
    row.registration_id = _registered(session, day.id, mail.sender)
    if row.registration_id is not None:
        return "from_attendee"
    if mail.unclear_answer:
        return "unclear"
    if why := when_asked(day, now=now):
        return why
    quiet = _answered_lately(session, day.id, now=now) >= MOST_ANSWERED
    new = open_request(session, row, day, found.language, acknowledge=not quiet, actor=BY_MAIL, now=now)
    return "requested" if new else "added"


def _day_named(session: Session, mail: ReceivedMail, *, now: datetime) -> Named | None:
    """The study day it is about, by its plus-address or its subject: rather one that can be asked for now."""
    by_address = day_of(session, mail.recipients)
    if by_address is not None:
        return Named(by_address, None)
    wanted = sa.select(StudyDay).where(StudyDay.ends_at > now - LATELY, StudyDay.published)
    addressed = organisers_of(session, mail.recipients)
    if addressed:
        wanted = wanted.where(StudyDay.organiser_id.in_(addressed))
    days = session.execute(wanted).scalars().all()
    return _by_subject(mail.subject, [day for day in days if not when_asked(day, now=now)]) or _by_subject(
        mail.subject, days
    )


def _by_subject(subject: str, days: Sequence[StudyDay]) -> Named | None:
    return named(subject, {day.id: day.title for day in days}, {day.id: day.slug for day in days})


def _answered_lately(session: Session, day_id: int, *, now: datetime) -> int:
    """How many late requests by mail for that day we have acknowledged within the last hour, whenever they had come."""
    acknowledged = sa.select(sa.func.count()).where(
        Message.study_day_id == day_id,
        Message.letter == "late_request_received",
        Message.facts["answers", "message_id"].as_string().is_not(None),  # a form is answered under nothing
        Message.created_at > now - timedelta(hours=1),
    )
    return session.execute(acknowledged).scalar_one()


def _registered(session: Session, day_id: int, sender: str) -> int | None:
    return session.execute(
        sa.select(Registration.id).where(
            Registration.study_day_id == day_id,
            Registration.email_folded == folded(sender),
            Registration.status != Status.CANCELLED,
        )
    ).scalar_one_or_none()


def _waiting(session: Session, day_id: int, sender: str) -> LateRequest | None:
    return session.execute(
        sa.select(LateRequest).where(
            LateRequest.study_day_id == day_id,
            LateRequest.email_folded == folded(sender),
            LateRequest.status == "waiting",
        )
    ).scalar_one_or_none()


def _request(session: Session, row: IncomingMail, day: StudyDay, language: str | None) -> LateRequest:
    first_name, last_name = _name(row.sender_name, row.sender)
    known = _earlier_language(session, day, row.sender)
    application = Application(
        first_name=first_name,
        last_name=last_name,
        email=row.sender,
        language=known or language or next(iter(day.languages)),
    )
    values = application.values()
    asked_by = {name: values.pop(name) for name in ASKED_BY}
    return LateRequest(
        study_day_id=day.id,
        channel=BY_MAIL.channel,
        created_at=row.received_at,
        message=row.text,
        details=values,
        **asked_by,
    )


def _earlier_language(session: Session, day: StudyDay, sender: str) -> str | None:
    """The language in which they signed up with this organiser before."""
    return session.execute(
        sa.select(Registration.language)
        .join(StudyDay, StudyDay.id == Registration.study_day_id)
        .where(StudyDay.organiser_id == day.organiser_id, Registration.email_folded == folded(sender))
        .order_by(Registration.id.desc())
        .limit(1)
    ).scalar_one_or_none()


def _name(shown: str, address: str) -> tuple[str, str]:
    """First and last name of "An Peeters" and "Peeters, An"; without any, the part of the address before its @."""
    words: Iterable[str] = shown.split()
    if "," in shown:
        last, _, first = shown.partition(",")
    else:
        first, _, last = " ".join(words).partition(" ")
    first, last = " ".join(first.split()), " ".join(last.split())
    if not (first or last):
        last = address.rpartition("@")[0]
    if not last:
        first, last = "", first
    return first[:LONGEST_NAME], last[:LONGEST_NAME]

"""Send a colleague: the place moves when the colleague accepts, free at any time before the start (rules.md 6)."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.fees import Channel
from service.domain.questions import check_answers
from service.domain.refusals import AlreadyRegistered, InvalidInput, NotConfirmed, StudyDayStarted, TransferGone
from service.domain.seats import Status
from service.domain.windows import Verdict, on_time
from service.mail import outbox
from service.models import Registration, StudyDay, Transfer
from service.usecases.application import Application, accepted, folded
from service.usecases.cancel import step_aside
from service.usecases.record import line, record
from service.usecases.seating import lock_registration


def invite_colleague(
    session: Session, registration_id: int, email: str, language: str, *, actor: Actor, now: datetime
) -> Transfer:
    """Ask a colleague to take over a confirmed place; an earlier invitation that is still open is withdrawn.

    :raises NotConfirmed: there is no confirmed place to pass on.
    :raises StudyDayStarted: too late.
    :raises InvalidInput: that is one's own address.
    """
    registration = lock_registration(session, registration_id)
    _require_passable(registration, now=now)
    if folded(email) == registration.email_folded:
        raise InvalidInput({"email": "own-address"})
    session.execute(
        sa.update(Transfer)
        .where(Transfer.registration_id == registration.id, Transfer.accepted_at.is_(None))
        .where(Transfer.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    transfer = Transfer(registration_id=registration.id, email=email, language=language, created_at=now)
    session.add(transfer)
    registration.seen(now)
    session.flush()
    about = outbox.about(registration)
    outbox.put(
        session,
        outbox.row(
            "colleague_invited",
            about=about,
            to=email,
            language=language,
            day=registration.study_day,
            now=now,
            transfer=transfer.id,
        ),
    )
    record(session, line("colleague_invited", about, actor=actor, now=now))
    return transfer


def take_over(
    session: Session, transfer_id: int, application: Application, *, actor: Actor, now: datetime
) -> Registration:
    """The colleague accepts: a registration of their own, on the same seat; the colleague is judged from here on.

    Accepting twice is accepting once. Who waits for a place, or was offered one, leaves the queue for this one.

    :raises TransferGone: withdrawn, accepted by somebody else, or the place was cancelled meanwhile.
    :raises StudyDayStarted: too late.
    :raises AlreadyRegistered: the colleague has a confirmed place on this study day already.
    :raises InvalidInput: an answer to the study day's questions is missing or no answer.
    :raises TermsChanged: they are stricter now than those that the form showed.
    """
    found = session.get(Transfer, transfer_id)
    if found is None:
        raise TransferGone
    giver = lock_registration(session, found.registration_id)
    transfer = session.get_one(Transfer, transfer_id, populate_existing=True)
    if transfer.successor_id is not None:
        return _clicked_twice(session, transfer.successor_id, application)
    if transfer.withdrawn_at or giver.status != Status.CONFIRMED:
        raise TransferGone
    _require_passable(giver, now=now)
    day = giver.study_day
    answers, wrong = check_answers(day.questions, application.answers)
    if wrong:
        raise InvalidInput(wrong)
    application.require_shown(day.terms)
    own = _own_registration(session, day.id, application.email)
    if own is not None:
        if own.status == Status.CONFIRMED:
            raise AlreadyRegistered
        step_aside(session, own, actor=actor, now=now)
    _give_up(giver, now=now)
    taker = _seated(session, application, answers, day, now=now)
    transfer.accepted_at, transfer.successor_id = now, taker.id
    outbox.put(
        session,
        outbox.to_registrant("place_passed_on", giver, now=now, calendar=True),
        outbox.to_registrant("confirmed", taker, now=now, came_by="colleague"),
    )
    record(
        session,
        line("passed_on", outbox.about(giver), actor=actor, now=now),
        line("took_over", outbox.about(taker), actor=actor, now=now),
    )
    return taker


def _give_up(giver: Registration, *, now: datetime) -> None:
    """End the registration whose place goes on; whatever the limit, nothing is owed for it."""
    giver.cancelled_from, giver.status = giver.status, Status.CANCELLED
    giver.cancelled_at, giver.cancelled_by = now, "attendee"
    giver.cancelled_channel, giver.cancelled_verdict = Channel.TRANSFER, Verdict.ON_TIME
    giver.sequence += 1


def _seated(
    session: Session, application: Application, answers: Mapping[str, Any], day: StudyDay, *, now: datetime
) -> Registration:
    """The colleague's own registration, on the seat that was counted already."""
    taker = Registration(
        **{**application.values(), "answers": answers},
        **accepted(day.terms, application.language, now=now),
        study_day_id=day.id,
        status=Status.CONFIRMED,
        calendar_uid=secrets.token_urlsafe(18),
        created_at=now,
        seated_at=now,
        seen_at=now,
    )
    session.add(taker)
    session.flush()
    return taker


def _require_passable(registration: Registration, *, now: datetime) -> None:
    if registration.status != Status.CONFIRMED:
        raise NotConfirmed
    if not on_time(now, registration.study_day.starts_at):
        raise StudyDayStarted(slug=registration.study_day.slug)


def _clicked_twice(session: Session, successor_id: int, application: Application) -> Registration:
    """The place that the first click gave, as long as it is the same person's and stands."""
    taker = session.get_one(Registration, successor_id)
    if taker.email_folded != folded(application.email) or taker.status != Status.CONFIRMED:
        raise TransferGone
    return taker


def _own_registration(session: Session, study_day_id: int, email: str) -> Registration | None:
    return session.execute(
        sa.select(Registration).where(
            Registration.study_day_id == study_day_id,
            Registration.email_folded == folded(email),
            Registration.status != Status.CANCELLED,
        )
    ).scalar_one_or_none()

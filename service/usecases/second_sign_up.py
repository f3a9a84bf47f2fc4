"""Somebody signs up who is registered already: a double click, or they forgot (rules.md 3)."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.seats import Status
from service.mail import outbox
from service.models import Message, Registration
from service.usecases.application import Application, folded
from service.usecases.sign_up_rows import DayRow

SAME_ANSWER = timedelta(minutes=10)
"""Within this time the same form from the same address is a double click, not a second sign-up."""
ALREADY_MAIL_EVERY = timedelta(hours=1)
"""How often "you are already registered" goes to one registration: the form is no tool to bomb a mailbox with."""


def answer_again(
    session: Session, day: DayRow, application: Application, newcomer: Status, *, now: datetime
) -> Status | None:
    """The answer on screen: of a double click that of the first click, else that of a newcomer, and a mail.

    The page tells nobody who is registered; whoever repeats a whole form within minutes has sent it. None where
    nobody of that address is registered after all.
    """
    existing = _live(session, day, application.email)
    if existing is None:
        return None
    if _same(existing, application, now=now):
        return _place(existing)
    if not _lock(session, existing):
        return None
    told = sa.select(Message.id).where(
        Message.registration_id == existing.id,
        Message.letter == "already_registered",
        Message.created_at > now - ALREADY_MAIL_EVERY,
    )
    if session.execute(told).first() is None:
        outbox.put(session, outbox.to_registrant("already_registered", existing, now=now))
    return newcomer


def clicked_twice(session: Session, day: DayRow, application: Application, *, now: datetime) -> Status | None:
    """The answer to the first click, where the second finds no seat left; None where this is no double click."""
    existing = _live(session, day, application.email)
    return _place(existing) if existing is not None and _same(existing, application, now=now) else None


def _live(session: Session, day: DayRow, email: str) -> Registration | None:
    return session.execute(
        sa.select(Registration)
        .where(
            Registration.study_day_id == day.id,
            Registration.email_folded == folded(email),
            Registration.status != Status.CANCELLED,
        )
        .execution_options(populate_existing=True)
    ).scalar_one_or_none()


def _lock(session: Session, existing: Registration) -> bool:
    """Let only one at a time look for the mail and send it; False where the registration has ended meanwhile.

    PostgreSQL keeps the lock on a row that it found changed. It must go before anything else is waited for: every
    other command locks the study day first, then registrations.
    """
    try_out = session.begin_nested()
    still_live = (
        sa.select(Registration.id)
        .where(Registration.id == existing.id, Registration.status != Status.CANCELLED)
        .with_for_update(key_share=True)
    )
    found = session.execute(still_live).first() is not None
    if found:
        try_out.commit()
    else:
        try_out.rollback()
    return found


def _same(existing: Registration, application: Application, *, now: datetime) -> bool:
    values = application.values()
    del values["email"]  # compared in its folded form
    return now - existing.created_at < SAME_ANSWER and all(
        getattr(existing, name) == value for name, value in values.items()
    )


def _place(existing: Registration) -> Status:
    return Status.CONFIRMED if existing.status == Status.CONFIRMED else Status.WAITING

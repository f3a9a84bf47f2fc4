"""What reached the mailbox: what waits for a person, what was filed by itself, and the mails of one conversation."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import IncomingMail, MailboxState, Organiser, Registration, StudyDay
from service.reports.attention import Scope
from service.reports.paging import FIRST, Page, Slice

MOST: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingItem:
    """One mail: who wrote, when it came, what was made of it; ``text`` is plain, whatever it was written in.

    ``title`` and ``slug`` are of the study day that it is about, where that is known; ``message_header_id`` is its own
    Message-ID, ``mailbox`` the organiser's.
    """

    id: int
    received_at: datetime
    kind: str
    outcome: str
    state: str
    organiser_id: int | None
    study_day_id: int | None
    registration_id: int | None
    late_request_id: int | None
    message_header_id: str
    sender: str
    sender_name: str
    subject: str
    text: str
    decided_at: datetime | None
    slug: str | None
    title: Mapping[str, str] | None
    organiser: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A registration that a mail may be from."""

    id: int
    full_name: str
    email: str
    status: str
    slug: str
    title: Mapping[str, str]
    starts_at: datetime
    time_zone: str


_OTHER: Final = ("slug", "title", "organiser")
_OWN: Final = [name for name in IncomingItem.__dataclass_fields__ if name not in _OTHER]
_SELECT: Final = (
    sa.select(
        *(getattr(IncomingMail, name) for name in _OWN),
        StudyDay.slug,
        StudyDay.title,
        Organiser.name.label("organiser"),
    )
    .outerjoin(StudyDay, StudyDay.id == IncomingMail.study_day_id)
    .outerjoin(Organiser, Organiser.id == IncomingMail.organiser_id)
)
_WAITING: Final = IncomingMail.state == sa.bindparam(None, "waiting", literal_execute=True)
"""Not a parameter, so that a partial index is used."""


def reading(session: Session) -> MailboxState | None:
    """How the mailbox was read last; None where it never was."""
    return session.execute(
        sa.select(MailboxState).order_by(MailboxState.polled_at.desc()).limit(1)
    ).scalar_one_or_none()


def waiting_count(session: Session, scope: Scope) -> int:
    """How many mails wait for a person of these organisers; those of nobody count for whoever sees all."""
    wanted = sa.select(sa.func.count()).select_from(IncomingMail).where(_WAITING, *_theirs(scope))
    return session.execute(wanted).scalar_one()


def incoming(session: Session, scope: Scope, *, waiting: bool, part: Slice = FIRST) -> Page[IncomingItem]:
    """A page of what waits, or of what is done with.

    :raises InvalidInput: the cursor is none.
    """
    wanted = _SELECT.where(_WAITING if waiting else IncomingMail.state == "done", *_theirs(scope))
    rows = session.execute(part.of(wanted, IncomingMail.id)).all()
    return part.page([IncomingItem(**row._asdict()) for row in rows], lambda item: item.id)


def incoming_mail(session: Session, mail_id: int) -> IncomingItem:
    """One mail, which is there."""
    return IncomingItem(**session.execute(_SELECT.where(IncomingMail.id == mail_id)).one()._asdict())


def conversations(session: Session, request_ids: Collection[int]) -> dict[int, list[IncomingItem]]:
    """The mails of these late requests, in the order in which they came."""
    found: dict[int, list[IncomingItem]] = {}
    wanted = _SELECT.where(IncomingMail.late_request_id.in_(request_ids)).order_by(IncomingMail.id)
    for row in session.execute(wanted) if request_ids else ():
        found.setdefault(row.late_request_id, []).append(IncomingItem(**row._asdict()))
    return found


def from_registration(session: Session, registration_id: int) -> Sequence[IncomingItem]:
    """The mails that are known to be a person's, the latest ones."""
    wanted = _SELECT.where(IncomingMail.registration_id == registration_id).order_by(IncomingMail.id.desc())
    return [IncomingItem(**row._asdict()) for row in session.execute(wanted.limit(MOST))]


def candidates(session: Session, email_folded: str, organiser_id: int | None) -> Sequence[Candidate]:
    """The registrations of an address, at that organiser or anywhere, the latest study day first."""
    wanted = (
        sa.select(Registration, StudyDay)
        .join(StudyDay, StudyDay.id == Registration.study_day_id)
        .where(Registration.email_folded == email_folded)
        .order_by(StudyDay.starts_at.desc(), Registration.id.desc())
        .limit(MOST)
    )
    if organiser_id is not None:
        wanted = wanted.where(StudyDay.organiser_id == organiser_id)
    return [
        Candidate(
            id=person.id,
            full_name=person.full_name,
            email=person.email,
            status=person.status,
            slug=day.slug,
            title=day.title,
            starts_at=day.starts_at,
            time_zone=day.time_zone,
        )
        for person, day in session.execute(wanted)
    ]


def days_to_ask_for(session: Session, organiser_id: int | None, *, now: datetime) -> Sequence[StudyDay]:
    """The study days that are closed and have not started: what a late request can be about; all of them."""
    wanted = sa.select(StudyDay).where(
        StudyDay.published, StudyDay.cancelled_at.is_(None), StudyDay.closes_at <= now, StudyDay.starts_at > now
    )
    if organiser_id is not None:
        wanted = wanted.where(StudyDay.organiser_id == organiser_id)
    return session.execute(wanted.order_by(StudyDay.starts_at, StudyDay.id)).scalars().all()


def _theirs(scope: Scope) -> tuple[sa.ColumnElement[bool], ...]:
    return () if scope is None else (IncomingMail.organiser_id.in_(scope),)

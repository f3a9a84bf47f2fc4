"""Registrations of a study day, as lists, sheets and the API show them (contract: GET …/registrations)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.refusals import NotFound
from service.domain.seats import Status
from service.models import Message, Registration, StudyDay
from service.reports.messages import UNDELIVERED
from service.reports.paging import FIRST, Page, Slice
from service.reports.search import matches, words_of


class Attendance(StrEnum):
    """Of a registration. Nobody is absent before the organiser has signed the attendance off (rules.md 7)."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Cancellation:
    """How a registration ended; stored at that moment (rules.md 6)."""

    at: datetime
    by: str
    channel: str
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Terms:
    """What its person accepted."""

    fee_cents: int
    free_cancellation_until: datetime
    accepted_at: datetime


@dataclass(frozen=True, slots=True)
class Mails:
    """How many of its mails went out, and how many never will."""

    sent: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationItem:
    """One line of the list."""

    id: int
    study_day_id: int
    first_name: str
    last_name: str
    email: str
    organisation: str
    function: str
    town: str
    language: str
    status: str
    created_at: datetime
    offered_until: datetime | None
    checked_in_at: datetime | None
    cancellation: Cancellation | None
    attendance: Attendance
    terms: Terms
    mail: Mails

    @property
    def full_name(self) -> str:
        """First and last name as one."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistrationDetails(RegistrationItem):
    """All that somebody gave: for the organiser's own eyes, never for finance or the door (rules.md 10)."""

    organisation_kind: str
    phone: str
    dietary: str
    access_needs: str
    remarks: str
    invoice_name: str
    invoice_enterprise_number: str
    invoice_address: str
    invoice_reference: str
    answers: Mapping[str, Any]
    undeliverable_at: datetime | None
    calendar_answer: str | None


@dataclass(frozen=True, slots=True)
class Filter:
    """Which registrations of a day are wanted: all of those that are named here hold together."""

    status: Status | None = None
    attendance: Attendance | None = None
    search: str = ""


EVERYBODY: Final = Filter()
_BUILT: Final = {"cancellation", "attendance", "terms", "mail"}
_ALIKE: Final = [name for name in RegistrationItem.__dataclass_fields__ if name not in _BUILT]
_MORE: Final = [
    name for name in RegistrationDetails.__dataclass_fields__ if name not in RegistrationItem.__dataclass_fields__
]
_ENDING: Final = [f"cancelled_{name}" for name in Cancellation.__dataclass_fields__]
_TERMS: Final = [f"terms_{name}" for name in Terms.__dataclass_fields__]
_ITEM: Final = [getattr(Registration, name) for name in (*_ALIKE, *_ENDING, *_TERMS)]
_ALL: Final = [*_ITEM, *(getattr(Registration, name) for name in _MORE)]


def registrations(
    session: Session, study_day_id: int, wanted: Filter = EVERYBODY, part: Slice = FIRST
) -> Page[RegistrationItem]:
    """A page of a day's registrations in order of sign-up, in two statements; a search takes one more.

    :raises InvalidInput: the cursor is none.
    """
    statement = part.of(_where(_select(_ITEM), study_day_id, wanted), Registration.id)
    if words_of(wanted.search):
        statement = statement.where(Registration.id.in_(_found(session, study_day_id, wanted, part)))
    rows = session.execute(statement).all()
    mails = _mails(session, Message.registration_id.in_([row.id for row in rows]))
    return part.page([RegistrationItem(**_item(row, mails)) for row in rows], lambda item: item.id)


def registration(session: Session, registration_id: int) -> RegistrationDetails:
    """One registration with all that it holds, in two statements.

    :raises NotFound: there is none.
    """
    row = session.execute(_select(_ALL).where(Registration.id == registration_id)).one_or_none()
    if row is None:
        raise NotFound
    mails = _mails(session, Message.registration_id == registration_id)
    return _details(row, mails)


def all_registrations(session: Session, study_day_id: int, wanted: Filter = EVERYBODY) -> Sequence[RegistrationDetails]:
    """Every registration of a day with all that it holds: for a sheet. Two statements."""
    rows = session.execute(_where(_select(_ALL), study_day_id, wanted).order_by(Registration.id)).all()
    words = words_of(wanted.search)
    mails = _mails(session, Message.study_day_id == study_day_id)
    return [_details(row, mails) for row in rows if matches(words, *_haystack(row))]


def counts(session: Session, study_day_id: int) -> dict[Status, int]:
    """How many registrations of a day stand where; one statement, read from an index alone."""
    rows = session.execute(
        sa.select(Registration.status, sa.func.count())
        .where(Registration.study_day_id == study_day_id)
        .group_by(Registration.status)
    )
    found = {status: number for status, number in rows}  # noqa: C416 - rows are no pairs to mypy
    return {status: found.get(status, 0) for status in Status}


def _select(columns: Iterable[Any]) -> sa.Select[Any]:
    return sa.select(*columns, StudyDay.signed_off_at).join(StudyDay, StudyDay.id == Registration.study_day_id)


def _where(statement: sa.Select[Any], study_day_id: int, wanted: Filter) -> sa.Select[Any]:
    statement = statement.where(Registration.study_day_id == study_day_id)
    if wanted.status is not None:
        statement = statement.where(Registration.status == wanted.status)
    present = Registration.checked_in_at.is_not(None)
    absent = sa.and_(
        Registration.checked_in_at.is_(None),
        Registration.status == Status.CONFIRMED,
        StudyDay.signed_off_at.is_not(None),
    )
    match wanted.attendance:
        case Attendance.PRESENT:
            return statement.where(present)
        case Attendance.ABSENT:
            return statement.where(absent)
        case Attendance.UNKNOWN:
            return statement.where(sa.not_(present), sa.not_(absent))
    return statement


def _found(session: Session, study_day_id: int, wanted: Filter, part: Slice) -> list[int]:
    """The ids that a search finds: compared here, since neither database folds accents, and each folds case its way."""
    columns = (getattr(Registration, name) for name in ("id", "first_name", "last_name", "email", "organisation"))
    rows = session.execute(part.after(_where(_select(columns), study_day_id, wanted), Registration.id))
    words = words_of(wanted.search)
    return list(islice((row.id for row in rows if matches(words, *_haystack(row))), part.limit + 1))


def _haystack(row: Any) -> tuple[str, str, str]:
    return (f"{row.first_name} {row.last_name}", row.email, row.organisation)


def _mails(session: Session, which: sa.ColumnElement[bool]) -> dict[int, Mails]:
    rows = session.execute(
        sa.select(
            Message.registration_id,
            sa.func.count().filter(Message.state == "sent"),
            sa.func.count().filter(Message.state.in_(UNDELIVERED)),
        )
        .where(which, Message.registration_id.is_not(None))
        .group_by(Message.registration_id)
    )
    return {owner: Mails(sent, failed) for owner, sent, failed in rows if owner is not None}


def _details(row: Any, mails: Mapping[int, Mails]) -> RegistrationDetails:
    return RegistrationDetails(**_item(row, mails), **{name: getattr(row, name) for name in _MORE})


def _item(row: Any, mails: Mapping[int, Mails]) -> dict[str, Any]:
    ended = row.cancelled_at is not None
    return {
        **{name: getattr(row, name) for name in _ALIKE},
        "cancellation": Cancellation(*(getattr(row, name) for name in _ENDING)) if ended else None,
        "terms": Terms(*(getattr(row, name) for name in _TERMS)),
        "attendance": attendance(row.status, row.checked_in_at, row.signed_off_at),
        "mail": mails.get(row.id, Mails()),
    }


def attendance(status: str, checked_in_at: datetime | None, signed_off_at: datetime | None) -> Attendance:
    """Present when checked in; absent only after sign-off, and only who was expected (rules.md 7)."""
    if checked_in_at is not None:
        return Attendance.PRESENT
    if signed_off_at is not None and status == Status.CONFIRMED:
        return Attendance.ABSENT
    return Attendance.UNKNOWN

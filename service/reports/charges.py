"""Charges of a study day with the evidence beside them, and what they add up to (rules.md 8)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.refusals import NotFound
from service.models import Charge, Organiser, Registration, Staff, StudyDay
from service.reports.paging import FIRST, Page, Slice


@dataclass(frozen=True, slots=True, kw_only=True)
class ChargeItem:
    """One charge: whose, why, how much, and what became of it. Money and names, nothing else of the person."""

    id: int
    registration_id: int
    study_day_id: int
    first_name: str
    last_name: str
    email: str
    organisation: str
    invoice_name: str
    reason: str
    amount_cents: int
    status: str
    waiver_proposed: bool
    evidence: Mapping[str, Any]
    created_at: datetime
    objection_until: datetime
    waived_at: datetime | None
    waived_by: str | None
    waiver_reason: str | None
    waiver_note: str

    @property
    def full_name(self) -> str:
        """First and last name as one."""
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Sum:
    """So many charges, worth so much together."""

    number: int = 0
    cents: int = 0

    def __add__(self, other: "Sum") -> "Sum":
        return Sum(self.number + other.number, self.cents + other.cents)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCharges:
    """The charges of a signed-off day, by what finance can do with them now."""

    study_day_id: int
    slug: str
    title: Mapping[str, str]
    starts_at: datetime
    time_zone: str
    organiser: str
    due: Sum
    within_objection: Sum
    proposed: Sum
    waived: Sum
    invoiced: Sum


_PERSON: Final = ("first_name", "last_name", "email", "organisation", "invoice_name")
_OWN: Final = [name for name in ChargeItem.__dataclass_fields__ if name not in {*_PERSON, "waived_by"}]
_SELECT: Final = (
    sa.select(
        *(getattr(Charge, name) for name in _OWN),
        *(getattr(Registration, name) for name in _PERSON),
        Staff.email.label("waived_by"),
    )
    .join(Registration, Registration.id == Charge.registration_id)
    .outerjoin(Staff, Staff.id == Charge.waived_by_id)
)


def charges(session: Session, study_day_id: int, *, status: str | None = None, part: Slice = FIRST) -> Page[ChargeItem]:
    """A page of a day's charges, in one statement.

    :raises InvalidInput: the cursor is none.
    """
    wanted = _SELECT.where(Charge.study_day_id == study_day_id)
    if status is not None:
        wanted = wanted.where(Charge.status == status)
    rows = session.execute(part.of(wanted, Charge.id)).all()
    return part.page([_item(row) for row in rows], lambda item: item.id)


def all_charges(session: Session, study_day_id: int) -> Sequence[ChargeItem]:
    """Every charge of a day, in one statement."""
    rows = session.execute(_SELECT.where(Charge.study_day_id == study_day_id).order_by(Charge.id))
    return [_item(row) for row in rows]


def charge(session: Session, charge_id: int) -> ChargeItem:
    """One charge.

    :raises NotFound: there is none.
    """
    row = session.execute(_SELECT.where(Charge.id == charge_id)).one_or_none()
    if row is None:
        raise NotFound
    return _item(row)


def charge_of(session: Session, registration_id: int) -> ChargeItem | None:
    """The charge of a registration, or None where it has none."""
    row = session.execute(_SELECT.where(Charge.registration_id == registration_id)).one_or_none()
    return _item(row) if row is not None else None


def charges_by_day(
    session: Session, organiser_ids: Collection[int] | None, *, study_day_id: int | None = None, now: datetime
) -> Sequence[DayCharges]:
    """The days that have charges, the latest first, of those organisers (None: every one), in one statement."""
    draft = Charge.status == "draft"
    decided = sa.and_(draft, Charge.waiver_proposed.is_(False))
    sums = {
        "due": sa.and_(decided, Charge.objection_until <= now),
        "within_objection": sa.and_(decided, Charge.objection_until > now),
        "proposed": sa.and_(draft, Charge.waiver_proposed.is_(True)),
        "waived": Charge.status == "waived",
        "invoiced": Charge.status == "invoiced",
    }
    worth = sa.func.sum(Charge.amount_cents)
    figures: list[Any] = []
    for which in sums.values():
        figures += (sa.func.count().filter(which), sa.func.coalesce(worth.filter(which), 0))
    totals = sa.select(Charge.study_day_id, *(one.label(f"figure_{place}") for place, one in enumerate(figures)))
    if study_day_id is not None:
        totals = totals.where(Charge.study_day_id == study_day_id)
    total = totals.group_by(Charge.study_day_id).subquery()
    wanted = (
        sa.select(
            StudyDay.id.label("study_day_id"),
            StudyDay.slug,
            StudyDay.title,
            StudyDay.starts_at,
            StudyDay.time_zone,
            Organiser.name.label("organiser"),
            *(total.c[f"figure_{place}"] for place in range(len(figures))),
        )
        .join(total, total.c.study_day_id == StudyDay.id)
        .join(Organiser, Organiser.id == StudyDay.organiser_id)
        .order_by(StudyDay.starts_at.desc(), StudyDay.id.desc())
    )
    if organiser_ids is not None:
        wanted = wanted.where(StudyDay.organiser_id.in_(organiser_ids))
    return [_day(row, list(sums)) for row in session.execute(wanted)]


def _item(row: Any) -> ChargeItem:
    return ChargeItem(**row._asdict())


def _day(row: Any, names: Sequence[str]) -> DayCharges:
    values = row._asdict()
    figures = [int(values.pop(f"figure_{place}")) for place in range(2 * len(names))]
    pairs = zip(figures[::2], figures[1::2], strict=True)
    values.update({name: Sum(*pair) for name, pair in zip(names, pairs, strict=True)})
    return DayCharges(**values)

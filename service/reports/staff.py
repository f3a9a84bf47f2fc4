"""Organisers and their staff, as an admin sees them."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Organiser, Staff, StaffRole, StudyDay


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganiserItem:
    """One organisation, and how many study days it has."""

    slug: str
    name: str
    mailbox: str
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleItem:
    """One role that somebody holds; ``organiser`` is None for an admin, who serves every one."""

    id: int
    email: str
    role: str
    organiser: str | None


def organisers(session: Session) -> Sequence[OrganiserItem]:
    """All of this installation, by name, in one statement."""
    days = sa.select(sa.func.count()).where(StudyDay.organiser_id == Organiser.id).scalar_subquery().label("days")
    rows = session.execute(sa.select(Organiser.slug, Organiser.name, Organiser.mailbox, days).order_by(Organiser.name))
    return [OrganiserItem(**row._asdict()) for row in rows]


def roles(session: Session) -> Sequence[RoleItem]:
    """All roles that are held, by person, in one statement."""
    rows = session.execute(
        sa.select(StaffRole.id, Staff.email, StaffRole.role, Organiser.name.label("organiser"))
        .join(Staff, Staff.id == StaffRole.staff_id)
        .outerjoin(Organiser, Organiser.id == StaffRole.organiser_id)
        .order_by(Staff.email, StaffRole.id)
    )
    return [RoleItem(**row._asdict()) for row in rows]

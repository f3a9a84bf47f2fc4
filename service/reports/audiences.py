"""How many people an audience has, by their language; and the mails that were written to one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.audience import BELONGS
from service.domain.audience import Audience
from service.domain.refusals import NotFound
from service.models import BulkMail, Message, Registration, Staff

Counts = Mapping[Audience, Mapping[str, int]]
"""People by language; a language that nobody has is left out."""
_COUNTS: Final = [
    sa.func.coalesce(sa.func.sum(sa.case((belongs, 1), else_=0)), 0).label(audience)
    for audience, belongs in BELONGS.items()
]


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkItem:
    """A mail to many; ``staff`` is the address of who wrote it, ``states`` how many of its messages are where.

    ``leaves_at`` is when the first of those that wait may go.
    """

    id: int
    created_at: datetime
    staff: str | None
    selection: str
    subject: Mapping[str, str]
    text: Mapping[str, str]
    recipients: int
    states: Mapping[str, int]
    leaves_at: datetime | None


def audiences(session: Session, study_day_id: int) -> Counts:
    """All audiences of a study day, in one statement."""
    rows = session.execute(
        sa.select(Registration.language, *_COUNTS)
        .where(Registration.study_day_id == study_day_id)
        .group_by(Registration.language)
        .order_by(Registration.language)
    ).all()
    return {
        audience: {row.language: int(getattr(row, audience)) for row in rows if getattr(row, audience)}
        for audience in BELONGS
    }


def bulk_mails(session: Session, study_day_id: int, *, only: int | None = None) -> list[BulkItem]:
    """The mails to many of a study day, the latest first, in two statements."""
    wanted = sa.select(BulkMail, Staff.email).outerjoin(Staff, Staff.id == BulkMail.staff_id)
    wanted = wanted.where(BulkMail.study_day_id == study_day_id).order_by(BulkMail.id.desc())
    found = session.execute(wanted if only is None else wanted.where(BulkMail.id == only)).all()
    states = _states(session, [bulk.id for bulk, _ in found])
    return [
        BulkItem(
            id=bulk.id,
            created_at=bulk.created_at,
            staff=email,
            selection=bulk.selection,
            subject=bulk.subject,
            text=bulk.text,
            recipients=bulk.recipients,
            states={state: number for state, number, _ in states.get(bulk.id, [])},
            leaves_at=min((due for state, _, due in states.get(bulk.id, []) if state == "queued"), default=None),
        )
        for bulk, email in found
    ]


def bulk_mail(session: Session, study_day_id: int, bulk_mail_id: int) -> BulkItem:
    """One of them. :raises NotFound: that study day has no such mail."""
    found = bulk_mails(session, study_day_id, only=bulk_mail_id)
    if not found:
        raise NotFound
    return found[0]


def _states(session: Session, ids: list[int]) -> dict[int, list[tuple[str, int, datetime]]]:
    """By mail: a state, how many messages are in it, and when the first of them is due."""
    counted: dict[int, list[tuple[str, int, datetime]]] = {}
    if ids:
        which, state = Message.bulk_mail_id, Message.state
        wanted = sa.select(which, state, sa.func.count(), sa.func.min(Message.due_at)).where(which.in_(ids))
        for bulk_mail_id, name, number, due in session.execute(wanted.group_by(which, state)):
            counted.setdefault(bulk_mail_id or 0, []).append((name, number, due))
    return counted

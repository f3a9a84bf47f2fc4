"""The statements of a sign-up, on the bare connection: the hot path of this service.

Compiled once and without the unit of work, which would cost as much as everything else together. No statement locks
the study day before ``count``; see there why.
"""

from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy import Connection

from service.domain.refusals import NotFound
from service.domain.seats import Seats, Status
from service.inserting import INSERTS
from service.models import History, Message, Registration, StudyDay

_day: sa.Table = StudyDay.__table__  # type: ignore[assignment]  # declarative mapping makes tables
_registration: sa.Table = Registration.__table__  # type: ignore[assignment]
_message: sa.Table = Message.__table__  # type: ignore[assignment]
_history: sa.Table = History.__table__  # type: ignore[assignment]


class DayRow(Protocol):
    """What a sign-up needs to know of a study day."""

    id: int
    organiser_id: int
    revision: int
    slug: str
    published: bool
    cancelled_at: datetime | None
    opens_at: datetime | None
    closes_at: datetime
    starts_at: datetime
    ends_at: datetime
    capacity: int | None
    taken: int
    waiting: int
    waiting_list: bool
    fee_cents: int
    free_cancellation_until: datetime
    questions: list[Any]
    mailbox: str


_READ = sa.select(*(_day.c[name] for name in DayRow.__annotations__)).where(_day.c.slug == sa.bindparam("slug"))
_LOCK = _READ.with_for_update(key_share=True)
_CLOSED = sa.select(_history.c.id).where(
    _history.c.study_day_id == sa.bindparam("day"),
    _history.c.action == "closed",
    _history.c.at == sa.bindparam("closes_at", type_=_history.c.at.type),
)
_LIVE = {"index_elements": ["study_day_id", "email_folded"], "index_where": sa.text("status <> 'cancelled'")}
_INSERT: dict[str, sa.Executable] = {
    name: dialect_insert(_registration).on_conflict_do_nothing(**_LIVE).returning(_registration.c.id)
    for name, dialect_insert in INSERTS.items()
}
_AS_READ = (_day.c.id == sa.bindparam("day"), _day.c.revision == sa.bindparam("as_read"))
_NO_SEAT = _day.c.capacity.is_not(None) & ((_day.c.taken >= _day.c.capacity) | (_day.c.waiting > 0))
TAKE_SEAT = sa.update(_day).where(*_AS_READ, sa.not_(_NO_SEAT)).values(taken=_day.c.taken + 1)
JOIN_QUEUE = sa.update(_day).where(*_AS_READ, _NO_SEAT, _day.c.waiting_list).values(waiting=_day.c.waiting + 1)
_MOVE = sa.update(_registration).where(_registration.c.id == sa.bindparam("registration"))
_RENAME = sa.update(_message).where(_message.c.registration_id == sa.bindparam("registration"))


def read_day(connection: Connection, slug: str, *, lock: bool = False) -> DayRow:
    """The study day as it is committed now, unlocked; or locked until the commit.

    :raises NotFound: there is none of that name.
    """
    day: Any = connection.execute(_LOCK if lock else _READ, {"slug": slug}).one_or_none()
    if day is None:
        raise NotFound
    found: DayRow = day
    return found


def seats(day: DayRow) -> Seats:
    """Its seats, as the rules want them."""
    return Seats(day.capacity, day.taken, day.waiting, day.waiting_list)


def insert(connection: Connection, values: dict[str, Any]) -> int | None:
    """The new row's id, or None where that address has a live registration already, also in a race."""
    new: int | None = connection.execute(_INSERT[connection.dialect.name], values).scalar_one_or_none()
    return new


def count(connection: Connection, day: DayRow, status: Status) -> bool:
    """Take the seat, or the place in the queue; False when it went, or the day changed, since it was read.

    The conditional UPDATE is right on both databases, where ``SELECT … FOR UPDATE`` does nothing on SQLite. It comes
    last in its transaction, so that people signing up for the same day wait for each other as briefly as possible.
    Nobody joins the queue while a seat is free: it may have become free since the day was read.
    """
    statement = TAKE_SEAT if status is Status.CONFIRMED else JOIN_QUEUE
    return connection.execute(statement, {"day": day.id, "as_read": day.revision}).rowcount == 1


def closed_by_hand(connection: Connection, day: DayRow) -> bool:
    """Whether its limit was set by somebody who closed the registration, and not in advance."""
    return connection.execute(_CLOSED, {"day": day.id, "closes_at": day.closes_at}).first() is not None


def move(connection: Connection, registration_id: int, status: Status, *, now: datetime) -> None:
    """What was just written stands elsewhere after all: the registration and the letter of its message."""
    which = {"registration": registration_id}
    seated_at = now if status is Status.CONFIRMED else None
    connection.execute(_MOVE.values(status=status, seated_at=seated_at), which)
    connection.execute(_RENAME.values(letter=status), which)

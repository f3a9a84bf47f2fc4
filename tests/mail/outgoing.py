"""A queue with the messages of real sign-ups, and what became of them."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service.domain.actors import Actor
from service.extensions import db
from service.letters.writing import ABOUT
from service.mail import claims
from service.mail.about import about
from service.mail.gather import find
from service.models import Message, MessageSource
from service.runtime import runtime
from service.transaction import glance, transaction
from service.usecases.register import register
from tests.builders import NOW, make_application, make_day
from tests.usecases.steps import LINK

FORM = Actor("attendee", "form")
SLUG = "integratiebeleid"


def queue(count: int = 1, **overrides: Any) -> None:
    """That many sign-ups for the model case, hence as many messages "confirmed", ids from 1."""
    with transaction() as session:
        make_day(session, **overrides)
    for number in range(1, count + 1):
        with transaction() as session:
            register(session, SLUG, make_application(number), actor=FORM, now=NOW)


def messages(*columns: str) -> list[Any]:
    """Those columns of all messages, in the order of their ids; single values where there is one column."""
    db.session.rollback()
    rows = db.session.execute(sa.select(*(getattr(Message, name) for name in columns)).order_by(Message.id)).all()
    return [row[0] if len(columns) == 1 else tuple(row) for row in rows]


def sources() -> dict[int, bytes]:
    """What was stored as sent, by message."""
    db.session.rollback()
    return {row.message_id: row.source for row in db.session.execute(sa.select(MessageSource)).scalars()}


def change(message_id: int, **values: Any) -> None:
    """As if something else had written to the row."""
    with transaction() as session:
        session.execute(sa.update(Message).where(Message.id == message_id).values(**values))


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def later(count: float) -> datetime:
    """So many seconds after all these sign-ups."""
    return NOW + seconds(count)


def newest() -> Any:
    """The facts of the newest message, as the worker gathers them."""
    with glance() as connection:
        ids = list(connection.execute(sa.select(Message.id)).scalars())
        claimed = claims.claim(connection, ids, now=NOW)
        last = claimed[-1]
        facts = about(last, find(connection, claimed), runtime().links)
        claims.release(connection, claimed)
    assert type(facts) is ABOUT[last.letter]
    return facts


def do(use_case: Any, *args: Any, **kwargs: Any) -> Any:
    with transaction() as session:
        done = use_case(session, *args, **{"actor": LINK, "now": NOW, **kwargs})
        session.flush()
        return getattr(done, "id", None)

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
from service.models import Message, MessageSource, Registration
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


def bulk(count: int, *, first: int = 1) -> None:
    """Messages to as many registrations, without the rules of a sign-up; ids and names count from ``first``."""
    numbers = range(first, first + count)
    registration = {
        "study_day_id": 1,
        "status": "confirmed",
        "created_at": later(0),
        "last_name": "Peeters",
        "language": "nl",
        "terms_fee_cents": 1500,
        "terms_free_cancellation_until": later(0),
        "terms_version": "2026-11",
        "terms_accepted_at": later(0),
    }
    message = {"letter": "confirmed", "language": "nl", "study_day_id": 1, "created_at": later(0), "due_at": later(0)}
    with transaction() as session:
        session.execute(
            sa.insert(Registration),
            [
                registration
                | {
                    "first_name": f"An{n}",
                    "calendar_uid": str(n),
                    "email": (to := f"an{n}@example.org"),
                    "email_folded": to,
                }
                for n in numbers
            ],
        )
        session.execute(
            sa.insert(Message), [message | {"recipient": f"an{n}@example.org", "registration_id": n} for n in numbers]
        )


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

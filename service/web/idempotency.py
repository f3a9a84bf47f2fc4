"""Idempotency-Key: the same request twice does its work once, and gets the same answer twice (contract: API).

The key is claimed before the work and its answer kept after it, both in the transaction of the work itself: a crash in
between takes everything back, and who comes with the same key meanwhile waits for the outcome. A refusal by rule is an
answer too, and is kept; one that says "try again" is not. Without a key none of this costs anything.
"""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from flask import Response, request
from sqlalchemy.orm import Session

from service.domain.refusals import (
    Conflict,
    IdempotencyMismatch,
    InvalidInput,
    Refusal,
    TooManyRequests,
    Unavailable,
)
from service.inserting import insert_into
from service.models import IdempotencyKey
from service.transaction import transaction
from service.web.answers import refused
from service.web.clock import now
from service.web.security import principal

HEADER: Final = "Idempotency-Key"
LONGEST: Final = 255
KEPT_FOR: Final = timedelta(hours=24)
SWEPT_AT_ONCE: Final = 100
CLAIMED: Final = 0
"""Status of a key whose answer is being made; only seen inside its own transaction."""
PASSING: Final = (Conflict, TooManyRequests, Unavailable)
"""Refusals that the next try may not meet."""

Work = Callable[[Session], Response]


def once(work: Work) -> Response:
    """Do the work in one transaction; with a key, only if it was not done before.

    :raises InvalidInput: the key is empty or too long.
    :raises IdempotencyMismatch: the key came with another body.
    """
    key = request.headers.get(HEADER)
    if key is None:
        with transaction() as session:
            return work(session)
    if not 0 < len(key) <= LONGEST:
        raise InvalidInput({HEADER: "too-long" if key else "required"})
    name, body = _name(key), hashlib.sha256(request.get_data()).hexdigest()
    with transaction() as session:
        kept = _claim(session, name, body, now=now())
        if kept is not None:
            if kept.body_hash != body:
                raise IdempotencyMismatch
            return Response(kept.body, kept.status, kept.headers)
        response = _do(session, work)
        _keep(session, name, response)
    return response


def _name(key: str) -> str:
    """Who asks for what under which key: each member of staff for themselves, everybody without a token as one."""
    who = principal()
    caller = f"staff {who.staff_id}" if who else "anonymous"
    return hashlib.sha256(f"{caller}\n{request.method}\n{request.path}\n{key}".encode()).hexdigest()


def _claim(session: Session, name: str, body: str, *, now: datetime) -> IdempotencyKey | None:
    """Take the key, or find what it was used for; waits for whoever holds it at this moment."""
    _sweep(session, name, now=now)
    values = {"key_hash": name, "body_hash": body, "status": CLAIMED, "headers": {}, "body": "", "created_at": now}
    insert = insert_into(IdempotencyKey, session.get_bind()).values(values)
    taken = session.execute(insert.on_conflict_do_nothing().returning(IdempotencyKey.key_hash)).first()
    return None if taken else session.get_one(IdempotencyKey, name)


def _do(session: Session, work: Work) -> Response:
    try:
        with session.begin_nested():
            return work(session)
    except Refusal as refusal:
        if type(refusal) in PASSING:
            raise
        return refused(refusal)


def _keep(session: Session, name: str, response: Response) -> None:
    headers = {header: value for header, value in response.headers.items() if header != "Content-Length"}
    session.execute(
        sa.update(IdempotencyKey)
        .where(IdempotencyKey.key_hash == name)
        .values(status=response.status_code, headers=headers, body=response.get_data(as_text=True))
    )


def _sweep(session: Session, name: str, *, now: datetime) -> None:
    """Forget old answers: this one for certain, and some others, without waiting for anybody."""
    old = IdempotencyKey.created_at <= now - KEPT_FOR
    some = sa.select(IdempotencyKey.key_hash).where(old).limit(SWEPT_AT_ONCE).with_for_update(skip_locked=True)
    for which in (IdempotencyKey.key_hash == name, IdempotencyKey.key_hash.in_(some)):
        session.execute(sa.delete(IdempotencyKey).where(which, old).execution_options(synchronize_session=False))

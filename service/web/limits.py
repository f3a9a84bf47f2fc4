"""Limits against abuse: of rare attempts in the database or Redis, one for all processes; of sign-ups in memory.

A sign-up costs no extra write: each process counts for itself, unless there is a Redis to count in.
"""

import hashlib
import math
from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa
from flask import Flask, current_app
from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage, Storage
from limits.strategies import FixedWindowRateLimiter

from service.domain.refusals import TooManyRequests
from service.extensions import db
from service.inserting import insert_into
from service.models import RateLimit
from service.runtime import runtime
from service.transaction import transaction
from service.web.clock import now
from service.web.guards import client_address

LINKS_PER_ADDRESS: Final = RateLimitItemPerHour(5)
LINKS_PER_CLIENT: Final = RateLimitItemPerHour(20)
GUESSES_PER_CLIENT: Final = RateLimitItemPerHour(30)
INVITATIONS_PER_PLACE: Final = RateLimitItemPerHour(10)
"""Each is a mail to an address of somebody's choice."""
SIGN_UPS_PER_CLIENT: Final = RateLimitItemPerMinute(60)


class DatabaseStorage(Storage):
    """Counters as rows, for the fixed windows of the ``limits`` library; one statement per attempt."""

    base_exceptions = sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count an attempt; the window begins with its first. Returns the attempts in the window."""
        values = {"key": key, "hits": amount, "expires_at": now() + timedelta(seconds=expiry)}
        insert = insert_into(RateLimit, db.engine).values(values)
        over = RateLimit.expires_at <= now()
        counted = insert.on_conflict_do_update(
            index_elements=["key"],
            set_={
                "hits": sa.case((over, amount), else_=RateLimit.hits + amount),
                "expires_at": sa.case((over, insert.excluded.expires_at), else_=RateLimit.expires_at),
            },
        ).returning(RateLimit.hits)
        with transaction() as session:
            hits: int = session.execute(counted).scalar_one()
        return hits

    def get(self, key: str) -> int:
        """The attempts in the window so far."""
        found = self._row(key)
        return found.hits if found else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since the epoch."""
        found = self._row(key)
        return (found.expires_at if found else now()).timestamp()

    def check(self) -> bool:
        """Whether the storage can be asked."""
        return True

    def reset(self) -> int:
        """Forget all; how many rows that were."""
        return self._delete(sa.true())

    def clear(self, key: str) -> None:
        """Forget one."""
        self._delete(RateLimit.key == key)

    def _row(self, key: str) -> RateLimit | None:
        wanted = sa.select(RateLimit).where(RateLimit.key == key, RateLimit.expires_at > now())
        return db.session.execute(wanted).scalar_one_or_none()

    def _delete(self, which: sa.ColumnElement[bool]) -> int:
        with transaction() as session:
            gone = session.execute(sa.delete(RateLimit).where(which).returning(RateLimit.key)).all()
        return len(gone)


def init_app(app: Flask) -> None:
    """One shared counter and one for sign-ups; with ``REDIS_URL`` both are that."""
    redis = runtime_redis(app)
    app.extensions["limits"] = FixedWindowRateLimiter(redis or DatabaseStorage())
    app.extensions["limits_of_sign_ups"] = FixedWindowRateLimiter(redis or MemoryStorage())


def runtime_redis(app: Flask) -> RedisStorage | None:
    """The storage that ``REDIS_URL`` names."""
    with app.app_context():
        url = runtime().settings.redis_url
    return RedisStorage(url) if url else None


def count_attempt(limit: RateLimitItem, *names: str) -> None:
    """Count one attempt under these names, for all processes together.

    :raises TooManyRequests: it is one too many; ``retry_after`` in seconds.
    """
    _count(current_app.extensions["limits"], limit, names)


def count_sign_up() -> None:
    """Count a public form against its client's address.

    A peer on this machine is not limited: it is a proxy that ``TRUSTED_PROXIES`` does not name, so that everybody would
    share one limit.

    :raises TooManyRequests: as above.
    """
    address = client_address()
    if not address.is_loopback:
        _count(current_app.extensions["limits_of_sign_ups"], SIGN_UPS_PER_CLIENT, (str(address),))


def _count(limiter: FixedWindowRateLimiter, limit: RateLimitItem, names: tuple[str, ...]) -> None:
    """Names are addresses of people and machines: only their hash is kept, which also always fits its column."""
    key = hashlib.sha256("\n".join(names).encode()).hexdigest()
    if not limiter.hit(limit, key):
        ends = limiter.get_window_stats(limit, key).reset_time
        left = datetime.fromtimestamp(ends, UTC) - now()
        raise TooManyRequests(retry_after=max(1, math.ceil(left.total_seconds())))

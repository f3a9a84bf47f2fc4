"""The one place of the web that reads the clock."""

from datetime import UTC, datetime

from flask import g

from service.runtime import runtime


def utc_now() -> datetime:
    """The present instant, aware."""
    return datetime.now(UTC)


def now() -> datetime:
    """The instant of this request: read once, so that all it does happens at one moment."""
    if "now" not in g:
        g.now = runtime().clock()
    moment: datetime = g.now
    return moment

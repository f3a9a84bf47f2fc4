"""Public pages, rendered once and kept in memory until what they show changes; revalidated by ETag (RFC 9110, 8.8.3).

A kept page is found by all that decides what it says: the study day's revision, its phase, how many seats are left in
words, and which limits have passed. Those come from one cheap SELECT per request, so that a page is never stale after
a close or the last seat, in whichever process it happened, and after a limit that just passed.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from flask import Response, current_app, request

from service.domain.refusals import NotFound
from service.domain.seats import Seats
from service.domain.terms import today
from service.domain.windows import Phase, Window, on_time, phase
from service.models import StudyDay
from service.reports.study_days import coming, in_feeds, recent
from service.web.lookout import look

MOST_PAGES: Final = 400
FEW_PERCENT: Final = 10

_day: sa.Table = StudyDay.__table__  # type: ignore[assignment]  # declarative mapping makes tables
_COLUMNS: Final = [
    _day.c[name]
    for name in (
        "id",
        "slug",
        "revision",
        "published",
        "cancelled_at",
        "opens_at",
        "closes_at",
        "starts_at",
        "ends_at",
        "fee_cents",
        "free_cancellation_until",
        "free_again_until",
        "capacity",
        "taken",
        "waiting",
        "waiting_list",
    )
]
_ONE: Final = sa.select(*_COLUMNS).where(_day.c.slug == sa.bindparam("slug"))


@dataclass(frozen=True, slots=True)
class State:
    """What decides how a study day's public pages look, besides the language. ``seats``: unlimited, free, few, full."""

    study_day_id: int
    slug: str
    revision: int
    phase: Phase
    seats: str
    waiting_list: bool
    started: bool
    free_cancellation_over: bool


def state_of(row: Any, *, now: datetime) -> State:
    """The state of a study day at ``now``, from a row of its limits and counters."""
    seats = Seats(row.capacity, row.taken, row.waiting, row.waiting_list)
    window = Window(
        row.starts_at, row.ends_at, row.closes_at, row.opens_at, row.published, row.cancelled_at is not None
    )
    return State(
        study_day_id=row.id,
        slug=row.slug,
        revision=row.revision,
        phase=phase(window, full=seats.full, now=now),
        seats=seats_in_words(seats),
        waiting_list=row.waiting_list,
        started=not on_time(now, row.starts_at),
        free_cancellation_over=not on_time(now, today(row).free_until),
    )


def seats_in_words(seats: Seats) -> str:
    """``unlimited``, ``free``, ``few`` (a tenth or less) or ``full``: coarse, so that a sign-up seldom renders anew."""
    if seats.capacity is None or seats.free is None:
        return "unlimited"
    if seats.full:
        return "full"
    return "few" if seats.free * 100 <= seats.capacity * FEW_PERCENT else "free"


def read_state(slug: str, *, now: datetime) -> State:
    """The present state of a published study day, in one SELECT.

    :raises NotFound: there is none, or it is a draft.
    """
    rows = look(_ONE, {"slug": slug})
    if not rows:
        raise NotFound
    state = state_of(rows[0], now=now)
    if state.phase is Phase.DRAFT:
        raise NotFound
    return state


def read_list(*, page: int, now: datetime) -> tuple[list[State], list[State]]:
    """The states of the study days to come (one page of them and one more), and of the last that were held."""
    to_come = look(coming(*_COLUMNS, page=page, now=now))
    held = look(recent(*_COLUMNS, now=now)) if page == 1 else []
    return [state_of(row, now=now) for row in to_come], [state_of(row, now=now) for row in held]


def read_feed(*, organiser: str, now: datetime) -> tuple[tuple[int, int], ...]:
    """Id and revision of the study days in a feed: nothing else decides what it says of them."""
    rows = look(in_feeds(_day.c.id, _day.c.revision, organiser=organiser, now=now))
    return tuple((row.id, row.revision) for row in rows)


def keep(
    key: Hashable,
    render: Callable[[], str],
    *,
    version: Hashable = None,
    content_type: str = "text/html",
) -> Response:
    """The page of that key, rendered if it is not kept yet in that version; 304 where the reader has it already."""
    pages: OrderedDict[Hashable, tuple[Hashable, str, bytes]] = current_app.extensions.setdefault("kept", OrderedDict())
    page = pages.get(key)
    if page is None or page[0] != version:
        body = render().encode()
        page = (version, f'"{hashlib.sha256(body).hexdigest()[:20]}"', body)
        pages[key] = page
        if len(pages) > MOST_PAGES:
            pages.popitem(last=False)
    _, etag, body = page
    headers = {"ETag": etag, "Cache-Control": "no-cache", "Content-Type": f"{content_type}; charset=utf-8"}
    if etag in request.environ.get("HTTP_IF_NONE_MATCH", ""):
        return Response(status=304, headers=headers)
    return Response(body, headers=headers)

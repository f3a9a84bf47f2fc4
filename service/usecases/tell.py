"""Tell those who registered that a study day is different now, so that their calendars are never wrong (rules.md 6)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.seats import Status
from service.domain.windows import LAST_OFFER_BEFORE_START, on_time, relief
from service.locale import in_language
from service.mail import outbox
from service.models import Registration, StudyDay

TOLD = ("starts_at", "ends_at", "venue", "online_url")
"""What everyone must hear of when it changes; a higher fee is told as well."""
NAMED = ("title", "mailbox")
"""What a calendar entry names besides: SUMMARY and ORGANIZER."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a change means to people; all values are the old ones, ready for JSON.

    ``everyone``: time, place and a higher fee; whoever holds a place hears of it until the end, whoever hopes for one
    until the start. Of another title or mailbox hears only who has it in the calendar: who holds a place, and reads
    the title in a language in which it is different. ``free_again_until`` is None where cancelling is not free again.
    """

    everyone: Mapping[str, Any]
    titles: tuple[Mapping[str, str], Mapping[str, str]]
    mailbox: str | None
    begun: bool
    free_again_until: datetime | None

    def news_for(self, status: str, language: str) -> dict[str, Any]:
        """What somebody hears; nothing, where nothing is new to them."""
        old, new = (in_language(title, language) for title in self.titles)
        named = {"title": old if old != new else None, "mailbox": self.mailbox}
        if status == Status.CONFIRMED or (self.everyone and not self.begun):
            return {**self.everyone, **{name: value for name, value in named.items() if value is not None}}
        return {}


def notice_of(day: StudyDay, values: Mapping[str, Any], *, now: datetime) -> Notice | None:
    """What people would hear of if the study day, as it still is, got these values; None once it is over.

    Cancelling is free again where everyone has to hear, until the later of the limit and 7 days on.
    """

    def get(name: str) -> Any:
        return values.get(name, getattr(day, name))

    everyone = {name: _plain(getattr(day, name)) for name in TOLD if get(name) != getattr(day, name)}
    if get("fee_cents") > day.fee_cents:
        everyone["fee_cents"] = day.fee_cents
    if not on_time(now, max(day.ends_at, get("ends_at"))):
        return None
    begun = not on_time(now, get("starts_at"))
    current = max(get("free_cancellation_until"), day.free_again_until or now)
    return Notice(
        everyone=everyone,
        titles=(day.title, get("title")),
        mailbox=day.mailbox if get("mailbox") != day.mailbox else None,
        begun=begun,
        free_again_until=relief(current, get("starts_at"), now=now) if everyone and not begun else None,
    )


def hearers(session: Session, day: StudyDay, notice: Notice) -> int:
    """How many people would get a letter."""
    live = (
        sa.select(Registration.status, Registration.language, sa.func.count())
        .where(Registration.study_day_id == day.id, Registration.status != Status.CANCELLED)
        .group_by(Registration.status, Registration.language)
    )
    return sum(many for status, language, many in session.execute(live) if notice.news_for(status, language))


def tell(session: Session, day: StudyDay, notice: Notice, *, now: datetime) -> None:
    """A letter to everybody who has to hear; the SEQUENCE of their calendar entry rises with it.

    The study day is locked, and holds its new values.
    """
    live = sa.select(Registration).where(Registration.study_day_id == day.id, Registration.status != Status.CANCELLED)
    letters = []
    for registration in session.execute(live).scalars().all():
        news = notice.news_for(registration.status, registration.language)
        if not news:
            continue
        registration.sequence += 1
        if "starts_at" in news:
            registration.coming_at = None  # said of another date
        if not news.keys().isdisjoint(TOLD):
            registration.calendar_answer = None  # given to another time or place; the new ones are asked about anew
            registration.calendar_answer_sequence = registration.calendar_answer_at = None
        if registration.status == Status.OFFERED and registration.offered_until is not None:
            registration.offered_until = min(registration.offered_until, day.starts_at - LAST_OFFER_BEFORE_START)
        held = registration.status == Status.CONFIRMED
        letters.append(outbox.to_registrant("study_day_changed", registration, now=now, calendar=held, before=news))
    outbox.put(session, *letters)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value

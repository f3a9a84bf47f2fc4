"""Arrange a study day: create it, change it, and tell people what a change means for them (rules.md 2, 6)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.actors import Actor
from service.domain.refusals import AlreadySignedOff, Conflict, InvalidInput, SlugTaken, StudyDayCancelled
from service.domain.windows import misplaced
from service.models import Organiser, Registration, StudyDay
from service.usecases.record import line, of_day, record
from service.usecases.seating import lock_day, promote
from service.usecases.tell import TOLD, notice_of, tell

LIMITS = ("opens_at", "closes_at", "free_cancellation_until", "starts_at", "ends_at")


def create_study_day(
    session: Session, organiser: Organiser, values: Mapping[str, Any], *, actor: Actor, now: datetime
) -> StudyDay:
    """Make a study day of shape-checked values (the contract's fields, instants in UTC).

    :raises InvalidInput: limits in the wrong order, texts missing in a language.
    :raises SlugTaken: the address is in use.
    """
    day = StudyDay(organiser_id=organiser.id, created_at=now, **values)
    day.mailbox = day.mailbox or organiser.mailbox
    _check(day)
    if session.execute(sa.select(StudyDay.id).where(StudyDay.slug == day.slug)).first():
        raise SlugTaken(slug=day.slug)
    session.add(day)
    session.flush()
    record(session, line("created", of_day(day), actor=actor, now=now, slug=day.slug, published=day.published))
    return day


def change_study_day(
    session: Session,
    day_id: int,
    values: Mapping[str, Any],
    *,
    revision: int | None = None,
    actor: Actor,
    now: datetime,
) -> StudyDay:
    """Change a study day; ``revision`` is the one the editor started from, None where nobody looks.

    Time, place or a higher fee: everyone is told, calendar entries update and free cancellation opens again until the
    later of the limit and 7 days after the notice (rules.md 6). Another title or mailbox is told to whom has it in the
    calendar.

    :raises Conflict: somebody else changed it since ``revision``.
    :raises InvalidInput: limits in the wrong order, texts missing, a capacity below what is taken.
    :raises SlugTaken, StudyDayCancelled: as they say.
    :raises AlreadySignedOff: time, place and a higher fee are facts by then; texts and materials may still change.
    """
    day = lock_day(session, day_id)
    if day.cancelled_at is not None:
        raise StudyDayCancelled(slug=day.slug, mailbox=day.mailbox)
    if revision is not None and revision != day.revision:
        raise Conflict
    changed = {name: value for name, value in values.items() if getattr(day, name) != value}
    if not changed:
        return day
    before = {name: getattr(day, name) for name in changed}
    if "slug" in changed and session.execute(sa.select(StudyDay.id).where(StudyDay.slug == changed["slug"])).first():
        raise SlugTaken(slug=changed["slug"])
    _require_room(day, changed)
    if day.signed_off_at is not None and _settled(before, changed):
        raise AlreadySignedOff
    notice = notice_of(day, changed, now=now)
    _keep_what_was_kinder(session, day, changed)
    for name, value in changed.items():
        setattr(day, name, value)
    _check(day)
    day.revise(now=now)
    if notice is not None:
        day.free_again_until = notice.free_again_until or day.free_again_until
        tell(session, day, notice, now=now)
    were = _plain({name: before[name] for name in (*LIMITS, *TOLD, "fee_cents") if name in changed})
    record(session, line("changed", of_day(day), actor=actor, now=now, fields=sorted(changed), before=were))
    promote(session, day, now=now)
    return day


def _require_room(day: StudyDay, changed: Mapping[str, Any]) -> None:
    """A capacity below what is taken; raising one that was exceeded on purpose is no such thing."""
    capacity = changed.get("capacity")
    if capacity is not None and capacity < day.taken and (day.capacity is None or capacity < day.capacity):
        raise InvalidInput({"capacity": "less-than-taken"})


def _keep_what_was_kinder(session: Session, day: StudyDay, changed: Mapping[str, Any]) -> None:
    """A stricter fee or limit binds only new sign-ups: the others keep the kinder one that they had (rules.md 6)."""
    theirs = sa.update(Registration).where(Registration.study_day_id == day.id)
    fee, had = Registration.granted_fee_cents, day.fee_cents
    if changed.get("fee_cents", had) > had:
        kinder = (Registration.terms_fee_cents > had) & (fee.is_(None) | (fee > had))
        session.execute(theirs.where(kinder).values(granted_fee_cents=had))
    limit, until = Registration.granted_free_until, day.free_cancellation_until
    if changed.get("free_cancellation_until", until) < until:
        kinder = (Registration.terms_free_cancellation_until < until) & (limit.is_(None) | (limit < until))
        session.execute(theirs.where(kinder).values(granted_free_until=until))
        day.kept_limits = [*day.kept_limits, until.isoformat()]  # so that its last call is not forgotten


def _check(day: StudyDay) -> None:
    wrong = misplaced(**{name: getattr(day, name) for name in LIMITS})
    for language in day.languages:
        if not day.title.get(language):
            wrong.setdefault("title", "language-missing")
    if not day.mailbox:
        wrong["mailbox"] = "required"
    if wrong:
        raise InvalidInput(wrong)


def _settled(before: Mapping[str, Any], changed: Mapping[str, Any]) -> bool:
    """Whether a change touches what fees were judged by."""
    return any(name in changed for name in TOLD) or changed.get("fee_cents", 0) > before.get("fee_cents", 0)


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Ready for JSON."""
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}

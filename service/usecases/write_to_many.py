"""Write to many people of a study day at once, each in their language: one message per person, once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.audience import BELONGS
from service.domain.actors import Actor
from service.domain.audience import Audience, language_for
from service.domain.refusals import AudienceChanged, InvalidInput, NotFound
from service.domain.subject import Subject
from service.mail import outbox
from service.models import BulkMail, Registration, StudyDay
from service.usecases.record import line, of_day, record

Person = sa.Row[int, str, str]
"""Who gets it: the id of their registration, address and language."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is to be said to whom; both texts are ``{language: text}``, in the same languages, of which there is one.

    ``at_once``: at any hour, also at night.
    """

    audience: Audience
    subject: Mapping[str, str]
    text: Mapping[str, str]
    at_once: bool = False


def write_to_many(
    session: Session, study_day_id: int, draft: Draft, *, count: int, form_key: str, actor: Actor, now: datetime
) -> BulkMail:
    """Queue it for everybody who belongs to the audience at this instant.

    :param count: how many people the sender was shown; it must still be so many.
    :param form_key: what tells this form from all others: sent twice, it is written once.
    :raises NotFound: there is no such study day.
    :raises InvalidInput: nobody belongs to the audience.
    :raises AudienceChanged: they are more or fewer by now.
    :raises Conflict: the same form is being sent at this very moment.
    """
    day = session.get(StudyDay, study_day_id)
    if day is None:
        raise NotFound
    if (written := written_by(session, study_day_id, form_key)) is not None:
        return written
    people = _people(session, day, draft.audience, count=count)
    bulk = BulkMail(
        study_day_id=day.id,
        staff_id=actor.staff_id,
        created_at=now,
        selection=draft.audience,
        subject=dict(draft.subject),
        text=dict(draft.text),
        recipients=len(people),
        form_key=form_key,
    )
    session.add(bulk)
    session.flush()
    messages = [_message(bulk, day, person, now=now) for person in people]
    outbox.put(session, *(outbox.at_once(message) if draft.at_once else message for message in messages))
    said = _first(draft.subject, day)
    record(session, line("wrote_to_many", of_day(day), actor=actor, now=now, told=len(people), subject=said))
    return bulk


def written_by(session: Session, study_day_id: int, form_key: str) -> BulkMail | None:
    """The mail that was written with that form, if it was."""
    same = (BulkMail.study_day_id == study_day_id, BulkMail.form_key == form_key)
    return session.execute(sa.select(BulkMail).where(*same)).scalar_one_or_none()


def _people(session: Session, day: StudyDay, audience: Audience, *, count: int) -> Sequence[Person]:
    """Who belongs to it now, if they are as many as the sender was shown."""
    people = session.execute(
        sa.select(Registration.id, Registration.email, Registration.language)
        .where(Registration.study_day_id == day.id, BELONGS[audience])
        .order_by(Registration.id)
    ).all()
    if not people:
        raise InvalidInput({"audience": "nobody"})
    if len(people) != count:
        raise AudienceChanged(count=len(people))
    return people


def _message(bulk: BulkMail, day: StudyDay, person: Person, *, now: datetime) -> dict[str, Any]:
    language = language_for(person.language, written=bulk.subject, announced=day.languages)
    about = Subject(day.organiser_id, day.id, person.id)
    row = outbox.row("bulk", about=about, to=person.email, language=language, day=day, now=now, bulk_mail=bulk.id)
    return {**row, "bulk_mail_id": bulk.id, "occasion": f"bulk:{bulk.id}:{person.id}"}


def _first(texts: Mapping[str, str], day: StudyDay) -> str:
    """How the history names it."""
    return texts[language_for("", written=texts, announced=day.languages)]

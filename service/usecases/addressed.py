"""Whose mail it is: the organiser, and perhaps the study day, that its recipients name (rules.md 5)."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.models import Organiser, StudyDay
from service.usecases.application import folded


def mailboxes(recipients: Iterable[str]) -> dict[str, str]:
    """Each address as the mailbox that it leads to, with the tag behind its plus sign or nothing (RFC 5233).

    An address is listed as it stands, too: a mailbox may have a plus sign of its own.
    """
    found = {}
    for recipient in map(folded, recipients):
        local, _, domain = recipient.rpartition("@")
        base, plus, tag = local.partition("+")
        found[recipient] = ""
        if plus:
            found[f"{base}@{domain}"] = tag
    return found


def organisers_of(session: Session, recipients: Iterable[str]) -> set[int]:
    """The organisers that a mail is addressed to, by their own mailbox or by that of one of their days."""
    ours = tuple(mailboxes(recipients))
    own = sa.select(Organiser.id).where(sa.func.lower(Organiser.mailbox).in_(ours))
    of_days = sa.select(StudyDay.organiser_id).where(sa.func.lower(StudyDay.mailbox).in_(ours))
    return set(session.execute(sa.union(own, of_days)).scalars())


def day_of(session: Session, recipients: Iterable[str]) -> int | None:
    """The study day that a plus-address names: ``events+SLUG@…``, at the day's mailbox or its organiser's."""
    for mailbox, tag in mailboxes(recipients).items():
        wanted = (
            sa.select(StudyDay.id)
            .join(Organiser, Organiser.id == StudyDay.organiser_id)
            .where(StudyDay.slug == tag, StudyDay.published)
            .where(sa.or_(sa.func.lower(Organiser.mailbox) == mailbox, sa.func.lower(StudyDay.mailbox) == mailbox))
        )
        if tag and (found := session.execute(wanted).scalar_one_or_none()) is not None:
            return found
    return None

"""Rows of the outbox -> all rows that their letters are about, with the same few queries for a batch as for one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Row

from service.mail.claims import Claim
from service.models import BulkMail, Charge, LateRequest, Organiser, Registration, StudyDay


def _select(*columns: Any) -> sa.Select[Any]:
    return sa.select(*columns).where(columns[0].in_(sa.bindparam("ids", expanding=True)))


_DAYS = _select(
    StudyDay.id,
    StudyDay.slug,
    StudyDay.title,
    StudyDay.time_zone,
    StudyDay.starts_at,
    StudyDay.ends_at,
    StudyDay.free_cancellation_until,
    StudyDay.free_again_until,
    StudyDay.fee_cents,
    StudyDay.late_cancellation_policy,
    StudyDay.mailbox,
    StudyDay.venue,
    StudyDay.online_url,
    StudyDay.sessions,
    StudyDay.signed_off_at,
    Organiser.name.label("organiser"),
).join(Organiser, Organiser.id == StudyDay.organiser_id)
_REGISTRATIONS = _select(
    Registration.id,
    Registration.status,
    Registration.cancelled_from,
    Registration.cancelled_at,
    Registration.cancelled_channel,
    Registration.offered_until,
    Registration.first_name,
    Registration.last_name,
    Registration.email,
    Registration.organisation,
    Registration.language,
    Registration.calendar_uid,
    Registration.sequence,
    Registration.terms_fee_cents,
    Registration.terms_free_cancellation_until,
    Registration.terms_accepted_at,
    Registration.granted_fee_cents,
    Registration.granted_free_until,
)
_REQUESTS = _select(
    LateRequest.id, LateRequest.first_name, LateRequest.last_name, LateRequest.message, LateRequest.answer
)
_CHARGES = _select(Charge.id, Charge.reason, Charge.amount_cents, Charge.objection_until, Charge.status)
_BULK_MAILS = _select(BulkMail.id, BulkMail.subject, BulkMail.text)
_ORGANISERS = _select(Organiser.id, Organiser.name, Organiser.mailbox)


@dataclass(frozen=True, slots=True)
class Found:
    """All rows that a batch is about, by id."""

    days: Mapping[int, Row[Any]]
    registrations: Mapping[int, Row[Any]]
    requests: Mapping[int, Row[Any]]
    charges: Mapping[int, Row[Any]]
    organisers: Mapping[int, Row[Any]]
    bulk_mails: Mapping[int, Row[Any]]


def find(connection: Connection, claims: Sequence[Claim]) -> Found:
    """At most six queries, however many messages there are."""

    def rows(statement: sa.Select[Any], ids: Iterable[int | None]) -> dict[int, Row[Any]]:
        wanted = sorted({id for id in ids if id is not None})
        return {row.id: row for row in connection.execute(statement, {"ids": wanted})} if wanted else {}

    return Found(
        days=rows(_DAYS, (claim.study_day_id for claim in claims)),
        registrations=rows(_REGISTRATIONS, (claim.registration_id for claim in claims)),
        requests=rows(_REQUESTS, (claim.facts.get("late_request") for claim in claims)),
        charges=rows(_CHARGES, (claim.facts.get("charge") for claim in claims)),
        organisers=rows(_ORGANISERS, (claim.organiser_id for claim in claims if claim.study_day_id is None)),
        bulk_mails=rows(_BULK_MAILS, (claim.facts.get("bulk_mail") for claim in claims)),
    )

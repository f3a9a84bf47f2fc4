"""Steps of a story: each is one command in a transaction of its own; and what can be read off afterwards."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from service.domain.actors import Actor
from service.domain.fees import Channel, WaiverReason
from service.extensions import db
from service.models import Charge, History, Invoice, LateRequest, Message, Registration, StudyDay
from service.transaction import transaction
from service.usecases.admit import admit, request_late
from service.usecases.cancel import cancel
from service.usecases.check_in import check_in
from service.usecases.invoice import issue_invoices, uphold, waive
from service.usecases.register import register
from service.usecases.sign_off import sign_off
from tests.builders import CLOSES_AT, ENDS_AT, NOW, STARTS_AT, TICK, make_application, make_day

SLUG = "integratiebeleid"
FORM = Actor("attendee", "form")
LINK = Actor("attendee", "link")
DESK = Actor("staff", "desk")
SYSTEM = Actor("system", "worker")
OBJECTED = ENDS_AT + timedelta(days=14)
"""From when a fee of the model case can be invoiced."""


def given_day(**overrides: Any) -> int:
    with transaction() as session:
        return make_day(session, **overrides).id


def joined(number: int = 1, *, now: datetime = NOW, **overrides: Any) -> int:
    """Somebody signs up; the id of their registration."""
    application = make_application(number, **overrides)
    with transaction() as session:
        register(session, SLUG, application, actor=FORM, now=now)
    newest = sa.select(sa.func.max(Registration.id)).where(Registration.email == application.email)
    found: int = read(newest)
    return found


def cancelled(registration_id: int, *, now: datetime = NOW, channel: Channel = Channel.LINK, reason: str = "") -> None:
    actor = LINK if channel is Channel.LINK else DESK
    with transaction() as session:
        cancel(session, registration_id, channel=channel, reason=reason, actor=actor, now=now)


def asked_late(number: int = 9, *, now: datetime = CLOSES_AT, **overrides: Any) -> int:
    with transaction() as session:
        application = make_application(number, **overrides)
        request = request_late(session, SLUG, application, "May I still come?", actor=FORM, now=now)
        assert request is not None
        return request.id


def admitted(request_id: int, *, message: str = "", over_capacity: bool = False, now: datetime = CLOSES_AT) -> int:
    """A late-comer is offered a place; the id of their registration."""
    with transaction() as session:
        return admit(session, request_id, message, over_capacity=over_capacity, actor=DESK, now=now).id


def came(*registration_ids: int) -> None:
    with transaction() as session:
        for registration_id in registration_ids:
            check_in(session, registration_id, actor=DESK, now=STARTS_AT)


def signed_off(day_id: int = 1, *, now: datetime = ENDS_AT, confirm_many_absent: bool = True) -> list[Charge]:
    with transaction() as session:
        sign_off(session, day_id, confirm_many_absent=confirm_many_absent, actor=DESK, now=now)
    return list(db.session.execute(sa.select(Charge).order_by(Charge.id)).scalars())


def read(statement: sa.Select[Any]) -> Any:
    """One value, as it is committed."""
    db.session.rollback()
    return db.session.execute(statement).scalar_one()


def row(registration_id: int) -> Registration:
    db.session.rollback()
    return db.session.execute(
        sa.select(Registration).where(Registration.id == registration_id).execution_options(populate_existing=True)
    ).scalar_one()


def request_row(request_id: int) -> LateRequest:
    db.session.rollback()
    return db.session.get_one(LateRequest, request_id, populate_existing=True)


def statuses() -> dict[int, str]:
    db.session.rollback()
    rows = db.session.execute(sa.select(Registration.id, Registration.status).order_by(Registration.id))
    return {registration_id: status for registration_id, status in rows}  # noqa: C416 - rows are no pairs to mypy


def counters(day_id: int = 1) -> tuple[int, int]:
    """Taken and waiting, as the study day has them; they must be those of the rows."""
    db.session.rollback()
    kept = db.session.execute(sa.select(StudyDay.taken, StudyDay.waiting).where(StudyDay.id == day_id)).one()
    count = sa.func.count
    counted = db.session.execute(
        sa.select(
            count().filter(Registration.status.in_(["confirmed", "offered"])),
            count().filter(Registration.status == "waiting"),
        ).where(Registration.study_day_id == day_id)
    ).one()
    assert tuple(kept) == tuple(counted)
    return kept.taken, kept.waiting


def told(since: int = 0) -> list[tuple[str, str]]:
    """Who got which letter, in order: (first part of the address, letter); ``since`` leaves the first ones out."""
    db.session.rollback()
    rows = db.session.execute(sa.select(Message.recipient, Message.letter).order_by(Message.id)).all()
    return [(recipient.split("@")[0], letter) for recipient, letter in rows][since:]


def last_facts(letter: str) -> dict[str, Any]:
    """The facts of the last letter of that name."""
    db.session.rollback()
    wanted = sa.select(Message.facts).where(Message.letter == letter).order_by(Message.id.desc()).limit(1)
    facts: dict[str, Any] = db.session.execute(wanted).scalar_one()
    return facts


def history(since: int = 0) -> list[str]:
    db.session.rollback()
    return list(db.session.execute(sa.select(History.action).order_by(History.id)).scalars())[since:]


def last_line() -> History:
    db.session.rollback()
    return db.session.execute(sa.select(History).order_by(History.id.desc()).limit(1)).scalar_one()


def given_charges(*people: dict[str, Any], **day: Any) -> list[int]:
    """One no-show per entry, beside somebody who came; the ids of the charges."""
    given_day(**day)
    for number, details in enumerate(people, start=1):
        joined(number, **details)
    came(joined(99))
    return [charge.id for charge in signed_off()]


def issued(*, now: datetime = OBJECTED, force: bool = False) -> list[Invoice]:
    with transaction() as session:
        issue_invoices(session, 1, force=force, actor=DESK, now=now)
    return list(db.session.execute(sa.select(Invoice).order_by(Invoice.id)).scalars())


def waived(charge_id: int, reason: WaiverReason = WaiverReason.ILL, note: str = "", actor: Actor = DESK) -> Charge:
    with transaction() as session:
        return waive(session, charge_id, reason=reason, note=note, actor=actor, now=ENDS_AT)


def upheld(charge_id: int, *, now: datetime = ENDS_AT + TICK) -> Charge:
    with transaction() as session:
        return uphold(session, charge_id, actor=DESK, now=now)


def proposed(charge_id: int) -> None:
    with transaction() as session:
        session.execute(sa.update(Charge).where(Charge.id == charge_id).values(waiver_proposed=True))


def charge_states() -> list[str]:
    return list(db.session.execute(sa.select(Charge.status).order_by(Charge.id)).scalars())

"""Study days with fees to invoice, and a process that issues them, when told to, until it is done or killed.

python -m tests.concurrency.billing DATABASE_URL [MOST]: after so many days it waits to be killed.
"""

import sys
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.app import create_app
from service.domain.payment import document_number, structured_communication
from service.extensions import db
from service.models import Charge, Invoice, InvoiceLine, InvoiceSeries, Registration
from service.settings import Settings
from service.transaction import transaction
from service.usecases.invoice import issue_invoices
from tests.builders import ENDS_AT, FREE_UNTIL, NOW, make_day, make_organiser
from tests.usecases.steps import DESK, OBJECTED


def make_charges(session: Session, *, days: int, each: int) -> list[int]:
    """Study days of one organiser, each signed off with so many no-shows; their ids."""
    organiser = make_organiser(session)
    ids = []
    for number in range(days):
        day = make_day(session, organiser=organiser, slug=f"day-{number}", signed_off_at=ENDS_AT, taken=each)
        ids.append(day.id)
        session.add_all(_no_show(day.id, f"{number}-{person}") for person in range(each))
    session.flush()
    return ids


def _no_show(day_id: int, name: str) -> Charge:
    registration = Registration(
        study_day_id=day_id,
        status="confirmed",
        calendar_uid=name,
        created_at=NOW,
        seated_at=NOW,
        first_name=name,
        last_name="Peeters",
        email=f"{name}@example.org",
        email_folded=f"{name}@example.org",
        language="nl",
        terms_fee_cents=1500,
        terms_free_cancellation_until=FREE_UNTIL,
        terms_version="test",
        terms_accepted_at=NOW,
    )
    return Charge(
        registration=registration,
        study_day_id=day_id,
        reason="no_show",
        amount_cents=1500,
        evidence={},
        created_at=ENDS_AT,
        objection_until=ENDS_AT + timedelta(days=14),
    )


def issue(day_id: int) -> int:
    """How many invoices were made."""
    with transaction() as session:
        return len(issue_invoices(session, day_id, actor=DESK, now=OBJECTED))


def check_series(charges: int) -> None:
    """Every charge is on one invoice; the numbers have no gap and no double; the series says the last."""
    db.session.rollback()
    numbers = db.session.execute(sa.select(Invoice.sequence).order_by(Invoice.sequence)).scalars().all()
    assert numbers == list(range(1, len(numbers) + 1))
    issued = db.session.execute(sa.select(Invoice)).scalars().all()
    for invoice in issued:
        assert invoice.number == document_number(invoice.kind, invoice.year, invoice.sequence)  # type: ignore[arg-type]
        assert invoice.structured_communication == structured_communication(invoice.year, invoice.sequence)
    billed = db.session.execute(sa.select(InvoiceLine.charge_id)).scalars().all()
    marked = db.session.execute(sa.select(Charge.id).where(Charge.status == "invoiced")).scalars().all()
    assert sorted(billed) == sorted(marked)
    assert len(billed) == len(set(billed)) == len(numbers) == charges
    assert db.session.execute(sa.select(InvoiceSeries.last)).scalar_one() == charges


def main(database_url: str, most: str = "") -> None:
    """Say that the start is over, wait for a line, issue day after day; having issued the most, wait once more."""
    with create_app(Settings(secret_keys=("a secret for tests only",), database_url=database_url)).app_context():
        waiting = sa.select(Charge.study_day_id).where(Charge.status == "draft").distinct()
        ids = db.session.execute(waiting).scalars().all()
        db.session.rollback()
        print("ready", flush=True)
        sys.stdin.readline()
        for day_id in ids[: int(most) if most else None]:
            issue(day_id)
            print(day_id, flush=True)
        if most:
            sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])

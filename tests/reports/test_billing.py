from datetime import timedelta

import pytest
from flask import Flask

from service.domain.actors import Actor
from service.domain.fees import WaiverReason
from service.domain.refusals import NotFound
from service.extensions import db
from service.reports.charges import (
    Sum,
    all_charges,
    charge,
    charge_of,
    charges,
    charges_by_day,
)
from service.reports.invoices import Line, Wanted, all_invoices, invoices, years
from service.reports.paging import Slice
from service.transaction import transaction
from service.usecases.invoice import issue_invoices, uphold, waive
from tests.builders import ENDS_AT, STARTS_AT
from tests.life import ELS, signed_off
from tests.statements import statements

OBJECTION_OVER = ENDS_AT + timedelta(days=14)


@pytest.fixture
def ids(app: Flask) -> dict[str, int]:  # noqa: ARG001 - the application's context
    with transaction() as session:
        return signed_off(session)


def test_charges_when_signed_off_show_their_evidence(ids: dict[str, int]) -> None:
    items = charges(db.session(), ids["day"]).items

    assert [(item.registration_id, item.reason, item.amount_cents, item.waiver_proposed) for item in items] == [
        (ids["absent"], "no_show", 1500, False),
        (ids["late"], "late_cancellation", 1500, False),
        (ids["unreachable"], "no_show", 1500, True),
    ]
    assert items[0].full_name == "Hélène Ångström"
    assert items[0].evidence["mails_sent"] == 1
    assert items[0].objection_until == OBJECTION_OVER
    assert all_charges(db.session(), ids["day"]) == items


def test_charges_when_paged_and_filtered(ids: dict[str, int]) -> None:
    first = charges(db.session(), ids["day"], status="draft", part=Slice(limit=2))
    second = charges(db.session(), ids["day"], status="draft", part=Slice(limit=2, cursor=first.next))

    assert [item.id for item in (*first.items, *second.items)] == [
        one.id for one in all_charges(db.session(), ids["day"])
    ]
    assert charges(db.session(), ids["day"], status="waived").items == []


def test_charge_when_waived_says_by_whom_and_why(ids: dict[str, int]) -> None:
    actor = Actor("staff", "desk", ids["staff"])
    with transaction() as session:
        waive(session, ids["charge_late"], reason=WaiverReason.OTHER, note="Rouw", actor=actor, now=ENDS_AT)

    item = charge(db.session(), ids["charge_late"])

    assert (item.status, item.waived_by, item.waiver_reason, item.waiver_note) == ("waived", ELS, "other", "Rouw")
    assert charge_of(db.session(), ids["late"]) == item
    assert charge_of(db.session(), ids["present"]) is None
    with pytest.raises(NotFound):
        charge(db.session(), 10**6)


def test_sums_when_objection_ends(ids: dict[str, int]) -> None:
    def sums(now: object) -> tuple[Sum, Sum, Sum]:
        (day,) = charges_by_day(db.session(), [ids["organiser"]], now=now)  # type: ignore[arg-type]  # a datetime
        return day.due, day.within_objection, day.proposed

    assert sums(OBJECTION_OVER - timedelta(microseconds=1)) == (Sum(), Sum(2, 3000), Sum(1, 1500))
    assert sums(OBJECTION_OVER) == (Sum(2, 3000), Sum(), Sum(1, 1500))


def test_sums_when_not_ones_own(ids: dict[str, int]) -> None:
    def slugs(organisers: list[int] | None) -> list[str]:
        return [day.slug for day in charges_by_day(db.session(), organisers, now=ENDS_AT)]

    assert slugs(None) == slugs([ids["organiser"]]) == ["integratiebeleid"]
    assert slugs([]) == slugs([ids["organiser"] + 1]) == []


def test_invoices_when_issued_have_lines_and_stay_within_ones_own(ids: dict[str, int]) -> None:
    actor = Actor("staff", "desk", ids["staff"])
    with transaction() as session:
        uphold(session, ids["charge_unreachable"], actor=actor, now=ENDS_AT)
        issue_invoices(session, ids["day"], force=True, actor=actor, now=ENDS_AT)

    with statements() as seen:
        found = all_invoices(db.session(), Wanted(None))
    assert len(seen) == 2
    assert [one.number for one in found] == ["NS-2023-0001", "NS-2023-0002", "NS-2023-0003"]
    assert found[0].lines == [Line(position=1, person="Hélène Ångström", reason="no_show", amount_cents=1500)]
    assert (found[0].debtor["name"], found[0].total_cents, found[0].status) == ("Ville d’Exemple", 1500, "open")
    assert (found[0].study_day, found[0].organiser, found[0].starts_at) == ("integratiebeleid", "bsog", STARTS_AT)
    assert years(db.session(), [ids["organiser"]]) == [2023]

    def numbers(wanted: Wanted) -> int:
        return len(all_invoices(db.session(), wanted))

    assert numbers(Wanted([ids["organiser"]], study_day_id=ids["day"], year=2023)) == 3
    assert numbers(Wanted([ids["organiser"] + 1])) == numbers(Wanted([])) == 0
    assert numbers(Wanted(None, year=2024)) == numbers(Wanted(None, study_day_id=ids["day"] + 1)) == 0
    part = Slice(limit=2)
    first = invoices(db.session(), Wanted(None), part)
    second = invoices(db.session(), Wanted(None), Slice(limit=2, cursor=first.next))
    assert [*first.items, *second.items] == found

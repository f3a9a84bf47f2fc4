"""rules.md 9: one invoice per debtor, numbers without a gap."""

from datetime import UTC, date, datetime, timedelta

import pytest
import sqlalchemy as sa

from service.domain.refusals import InvalidInput, NotFound
from service.extensions import db
from service.models import InvoiceSeries, Registration
from service.transaction import transaction
from service.usecases.invoice import issue_invoices
from tests.builders import ENDS_AT, TICK
from tests.usecases.steps import (
    DESK,
    OBJECTED,
    charge_states,
    given_charges,
    history,
    issued,
    last_line,
    proposed,
    upheld,
)

FORTNIGHT = timedelta(days=14)
pytestmark = pytest.mark.usefixtures("app")


class TestIssuing:
    def test_of_one_charge_makes_one_invoice(self) -> None:
        (charge,) = given_charges({"organisation": "Stad Voorbeeld", "invoice_reference": "PO 7", "language": "fr"})

        (invoice,) = issued()

        assert (invoice.number, invoice.kind, invoice.year, invoice.sequence) == ("NS-2023-0001", "invoice", 2023, 1)
        assert invoice.structured_communication == "+++202/3000/00111+++"
        assert (invoice.issued_on, invoice.due_on) == (date(2023, 4, 14), date(2023, 5, 14))
        assert (invoice.issued_at, invoice.total_cents) == (OBJECTED, 1500)
        assert invoice.debtor == {
            "name": "Stad Voorbeeld",
            "enterprise_number": "",
            "address": "",
            "reference": "PO 7",
            "email": "an1@example.org",
            "language": "fr",
        }
        (line,) = invoice.lines
        assert (line.charge_id, line.position, line.person) == (charge, 1, "An1 Peeters")
        assert (line.reason, line.amount_cents) == ("no_show", 1500)
        assert charge_states() == ["invoiced"]
        assert history(-1) == ["invoiced"]
        assert last_line().facts == {"number": "NS-2023-0001", "total_cents": 1500}

    @pytest.mark.parametrize(
        ("now", "force", "number"),
        [(OBJECTED - TICK, False, 0), (OBJECTED, False, 1), (OBJECTED + TICK, False, 1), (ENDS_AT, True, 1)],
    )
    def test_when_the_time_to_object_is_over_or_by_force(self, now: datetime, force: bool, number: int) -> None:
        given_charges({})
        assert len(issued(now=now, force=force)) == number

    @pytest.mark.parametrize("force", [True, False])
    def test_leaves_what_a_person_has_still_to_decide(self, force: bool) -> None:
        first, _ = given_charges({}, {})
        proposed(first)
        assert [line.charge_id for invoice in issued(force=force) for line in invoice.lines] == [first + 1]
        assert charge_states() == ["draft", "invoiced"]

    def test_twice_is_once(self) -> None:
        given_charges({}, {})
        assert len(issued()) == len(issued()) == 2
        assert history(-2) == ["invoiced", "invoiced"]

    def test_when_nothing_is_due_takes_no_number(self) -> None:
        given_charges()
        assert issued() == []
        assert db.session.execute(sa.select(sa.func.count()).select_from(InvoiceSeries)).scalar_one() == 0

    def test_for_no_day(self) -> None:
        with pytest.raises(NotFound):
            issued()

    @pytest.mark.parametrize(
        ("now", "year", "on"),
        [
            (datetime(2023, 12, 31, 22, 59, tzinfo=UTC), 2023, date(2023, 12, 31)),
            (datetime(2023, 12, 31, 23, 0, tzinfo=UTC), 2024, date(2024, 1, 1)),
        ],
    )
    def test_belongs_to_the_year_of_the_place(self, now: datetime, year: int, on: date) -> None:
        given_charges({})
        (invoice,) = issued(now=now)
        assert (invoice.number, invoice.issued_on) == (f"NS-{year}-0001", on)

    def test_goes_on_counting_where_it_stopped_and_anew_each_year_and_organiser(self) -> None:
        given_charges({}, {}, {})
        with transaction() as session:
            session.add(InvoiceSeries(organiser_id=1, kind="invoice", year=2023, last=41))
            session.add(InvoiceSeries(organiser_id=1, kind="credit_note", year=2023, last=7))
            session.add(InvoiceSeries(organiser_id=1, kind="invoice", year=2022, last=99))
        assert [invoice.number for invoice in issued()] == ["NS-2023-0042", "NS-2023-0043", "NS-2023-0044"]

    def test_takes_its_number_back_when_something_fails(self) -> None:
        given_charges({})

        def fail() -> None:
            with transaction() as session:
                issue_invoices(session, 1, actor=DESK, now=OBJECTED)
                raise InvalidInput({})

        with pytest.raises(InvalidInput):
            fail()
        assert charge_states() == ["draft"]
        assert [invoice.number for invoice in issued()] == ["NS-2023-0001"]


class TestDebtors:
    def test_colleagues_share_an_invoice_however_the_number_is_typed(self) -> None:
        town = {"invoice_name": "Stad Mechelen"}
        given_charges(
            {**town, "invoice_enterprise_number": "0207.499.430"},
            {"invoice_enterprise_number": ""},
            {"invoice_enterprise_number": "BE 0207 499 430"},
            {"invoice_enterprise_number": "-"},
            {"invoice_enterprise_number": "-"},
        )

        invoices = issued()

        assert [[line.person for line in invoice.lines] for invoice in invoices] == [
            ["An1 Peeters", "An3 Peeters"],
            ["An2 Peeters"],
            ["An4 Peeters"],
            ["An5 Peeters"],
        ]
        assert [invoice.total_cents for invoice in invoices] == [3000, 1500, 1500, 1500]
        assert [line.position for line in invoices[0].lines] == [1, 2]
        assert invoices[0].debtor["name"] == "Stad Mechelen"

    def test_colleagues_wait_for_the_last_who_may_object(self) -> None:
        number = {"invoice_enterprise_number": "0207.499.430"}
        first, second = given_charges(number, number)
        proposed(first)
        assert issued() == []
        upheld(first, now=OBJECTED)
        assert issued(now=OBJECTED + FORTNIGHT - TICK) == []

        (invoice,) = issued(now=OBJECTED + FORTNIGHT)

        assert [line.charge_id for line in invoice.lines] == [first, second]

    def test_by_force_nobody_waits_but_who_is_undecided(self) -> None:
        number = {"invoice_enterprise_number": "0207.499.430"}
        first, second = given_charges(number, number)
        proposed(first)
        (invoice,) = issued(force=True)
        assert [line.charge_id for line in invoice.lines] == [second]

    @pytest.mark.parametrize(
        ("details", "name"),
        [
            ({"invoice_name": "Stad Mechelen", "organisation": "Dienst Diversiteit"}, "Stad Mechelen"),
            ({"organisation": "Dienst Diversiteit"}, "Dienst Diversiteit"),
            ({"organisation": ""}, "An1 Peeters"),
        ],
    )
    def test_name_is_the_best_that_is_known(self, details: dict[str, str], name: str) -> None:
        given_charges(details)
        assert issued()[0].debtor["name"] == name

    def test_debtor_stays_as_issued_whatever_changes(self) -> None:
        given_charges({"organisation": "Stad Voorbeeld"})
        issued()
        with transaction() as session:
            session.execute(sa.update(Registration).values(organisation="Other", email="other@example.org"))
        db.session.expire_all()
        assert issued()[0].debtor["name"] == "Stad Voorbeeld"

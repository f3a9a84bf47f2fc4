import csv
from datetime import date
from io import StringIO
from typing import Any

from service.finance.sheets import HEADINGS, invoices_csv
from service.reports.invoices import InvoiceItem, Line
from tests.builders import STARTS_AT


def invoice(**overrides: Any) -> InvoiceItem:
    values: dict[str, Any] = {
        "id": 1,
        "number": "NS-2023-0001",
        "kind": "invoice",
        "organiser": "bsog",
        "study_day": "integratiebeleid",
        "title": {"nl": "Samenwerken", "en": "Working together"},
        "starts_at": STARTS_AT,
        "time_zone": "Europe/Brussels",
        "debtor": {
            "name": "Stad Voorbeeld",
            "enterprise_number": "0207.437.468",
            "address": "Markt 1\n9000 Gent",
            "reference": "=PO-7",
            "email": "an@example.org",
            "language": "nl",
        },
        "lines": [
            Line(position=1, person="An Peeters", reason="no_show", amount_cents=1500),
            Line(position=2, person="=Jan", reason="late_cancellation", amount_cents=1500),
        ],
        "total_cents": 3000,
        "structured_communication": "+++202/3000/00137+++",
        "issued_on": date(2023, 4, 14),
        "due_on": date(2023, 5, 14),
        "status": "open",
    }
    return InvoiceItem(**{**values, **overrides})


def rows(*invoices: InvoiceItem, language: str = "nl") -> list[list[str]]:
    text = invoices_csv(invoices, language).decode("utf-8-sig")
    return list(csv.reader(StringIO(text, newline=""), delimiter=";"))


def test_sheet_when_colleagues_share_an_invoice_has_one_row() -> None:
    (headings, row) = rows(invoice())

    assert dict(zip(headings, row, strict=True)) == {
        "Nummer": "NS-2023-0001",
        "Document": "Factuur",
        "Uitgereikt op": "14/04/2023",
        "Vervalt op": "14/05/2023",
        "Studiedag": "Samenwerken",
        "Gehouden op": "31/03/2023",
        "Debiteur": "Stad Voorbeeld",
        "Ondernemingsnummer": "0207.437.468",
        "Adres": "Markt 1, 9000 Gent",
        "Referentie van de debiteur": "'=PO-7",
        "E-mail": "an@example.org",
        "Voor wie": "An Peeters (niet gekomen, niet geannuleerd), =Jan (te laat geannuleerd)",
        "Bedrag (EUR)": "30,00",
        "Gestructureerde mededeling": "'+++202/3000/00137+++",
        "Toestand": "Openstaand",
    }


def test_sheet_when_in_english_speaks_it() -> None:
    (headings, row) = rows(invoice(), language="en")

    assert headings == list(HEADINGS)
    assert row[4] == "Working together"


def test_sheet_when_there_is_nothing_has_its_headings() -> None:
    assert [len(row) for row in rows()] == [len(HEADINGS)]


def test_sheet_when_made_twice_is_the_same() -> None:
    assert invoices_csv([invoice()], "fr") == invoices_csv([invoice()], "fr")

"""Invoices as a table: one row per document, so that the amounts add up (contract: invoices export --format csv)."""

from collections.abc import Iterable, Mapping
from typing import Final
from zoneinfo import ZoneInfo

from service.domain.fees import Reason
from service.domain.payment import euros
from service.finance.table import Cell, csv_bytes
from service.locale import N_, in_language, translate
from service.reports.invoices import InvoiceItem

HEADINGS: Final = (
    N_("Number"),
    N_("Document"),
    N_("Issued on"),
    N_("Due on"),
    N_("Study day"),
    N_("Held on"),
    N_("Debtor"),
    N_("Enterprise number"),
    N_("Address"),
    N_("Reference of the debtor"),
    N_("E-mail"),
    N_("For whom"),
    N_("Amount (EUR)"),
    N_("Structured communication"),
    N_("State"),
)
DOCUMENTS: Final = {"invoice": N_("Invoice"), "credit_note": N_("Credit note")}
STATES: Final = {"open": N_("Open"), "paid": N_("Paid"), "credited": N_("Credited")}
REASONS: Final[Mapping[str, str]] = {
    Reason.NO_SHOW: N_("did not come, did not cancel"),
    Reason.LATE_CANCELLATION: N_("cancelled too late"),
}


def invoices_csv(invoices: Iterable[InvoiceItem], language: str) -> bytes:
    """The documents in the order in which they come; headings and words in that language. Marks nothing."""
    headings = [translate(language, heading) for heading in HEADINGS]
    return csv_bytes(headings, (_row(invoice, language) for invoice in invoices))


def _row(invoice: InvoiceItem, language: str) -> list[Cell]:
    debtor = invoice.debtor
    return [
        invoice.number,
        translate(language, DOCUMENTS[invoice.kind]),
        invoice.issued_on,
        invoice.due_on,
        in_language(invoice.title, language),
        invoice.starts_at.astimezone(ZoneInfo(invoice.time_zone)).date(),
        debtor["name"],
        debtor["enterprise_number"],
        ", ".join(str(debtor["address"]).splitlines()),
        debtor["reference"],
        debtor["email"],
        ", ".join(f"{line.person} ({translate(language, REASONS[line.reason])})" for line in invoice.lines),
        euros(invoice.total_cents),
        invoice.structured_communication,
        translate(language, STATES[invoice.status]),
    ]

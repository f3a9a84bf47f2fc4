"""Money and references on an invoice (rules.md 9)."""

from decimal import Decimal
from enum import StrEnum

CENT = Decimal("0.01")
SEQUENCE_DIGITS = 6


class Kind(StrEnum):
    """Of a numbered document; each kind is a series of its own."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


PREFIX = {Kind.INVOICE: "NS", Kind.CREDIT_NOTE: "CN"}


def euros(cents: int) -> Decimal:
    """Integer cents as an exact amount with two decimals."""
    return (Decimal(cents) * CENT).quantize(CENT)


def document_number(kind: Kind, year: int, sequence: int) -> str:
    """``NS-2023-0001``: per organiser, year and kind; grows past four digits where it must."""
    return f"{PREFIX[kind]}-{year}-{sequence:04d}"


def structured_communication(year: int, sequence: int) -> str:
    """The Belgian reference of an invoice: year and six digits, then their remainder mod 97 (97 for 0).

    :raises ValueError: more invoices in a year than six digits hold.
    """
    if not 0 < sequence < 10**SEQUENCE_DIGITS:
        raise ValueError(f"sequence {sequence} does not fit into six digits")
    base = f"{year:04d}{sequence:06d}"
    digits = f"{base}{int(base) % 97 or 97:02d}"
    return f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"

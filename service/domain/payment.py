"""Money and references on an invoice (rules.md 9)."""

import re
from decimal import Decimal
from enum import StrEnum

CENT = Decimal("0.01")
SEQUENCE_DIGITS = 6
BELGIAN_DIGITS = 10
FEWEST_DIGITS = 7  # of the numbers in use in the Union


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


def enterprise_number(typed: str) -> str:
    """An enterprise or VAT number in the one form in which such numbers are compared; empty for no number at all.

    ``BE 0403.019.261``, ``0403019261`` and the older ``403.019.261`` are the same; what people type instead of a
    number ("none", a dash) has too few digits to be one. The check digits are not looked at: whoever mistyped the
    number of their town in the same way shares an invoice too.
    """
    compact = re.sub(r"[^0-9A-Z]", "", typed.upper()).removeprefix("BE")
    if sum(character.isdigit() for character in compact) < FEWEST_DIGITS:
        return ""
    return compact.zfill(BELGIAN_DIGITS) if compact.isdigit() else compact

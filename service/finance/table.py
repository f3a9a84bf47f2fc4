"""A table as CSV that Excel in a Belgian locale opens rightly, and in which no cell can become a formula.

UTF-8 with a byte order mark, semicolons, CRLF; amounts with a comma, dates as dd/mm/yyyy. Excel, LibreOffice and Google
Sheets compute every cell that begins with one of ``DANGEROUS``, quoted or not: an apostrophe goes before it, and what
is read stays the same.
"""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from typing import Final

Cell = str | int | Decimal | date | datetime | None
"""A ``datetime`` is aware and in the zone whose clock it is to show."""

BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"
DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the wide forms of the first four, which some programs take for the same."""


def csv_bytes(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The table as a file."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([_text(heading) for heading in headings])
    writer.writerows([_text(cell) for cell in row] for row in rows)
    return BYTE_ORDER_MARK + out.getvalue().encode()


def _text(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return f"{cell:%d/%m/%Y %H:%M}"
        case date():
            return f"{cell:%d/%m/%Y}"
        case Decimal():
            return str(cell).replace(".", ",")
        case int():
            return str(cell)
    return f"'{cell}" if cell.lstrip(" ").startswith(DANGEROUS) else cell

import csv
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.finance.table import BYTE_ORDER_MARK, Cell, csv_bytes

HOSTILE = (
    '=HYPERLINK("http://evil.example";"click")',
    "+32 2 123 45 67",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    " =1+1",
    "\uff1d1+1",
    '"=1+1"',
    ";=1+1",
    'a";=1+1;"',
    "x\r\n=1+1",
)


def read(file: bytes) -> list[list[str]]:
    """As Excel does where the list separator is a semicolon."""
    assert file.startswith(BYTE_ORDER_MARK)
    return list(csv.reader(StringIO(file.decode("utf-8-sig"), newline=""), delimiter=";", strict=True))


def first_cell(cell: Cell) -> str:
    return read(csv_bytes(["Name"], [[cell]]))[1][0]


@pytest.mark.parametrize("text", HOSTILE)
def test_cell_when_hostile_is_text_and_reads_the_same(text: str) -> None:
    rows = read(csv_bytes([text], [[text, "next"]]))

    assert len(rows) == 2
    (heading,), (cell, following) = rows
    assert heading == cell
    assert cell.removeprefix("'") == text
    assert cell.lstrip(" ")[:1] not in set("=+-@\t\r\n\uff1d")
    assert following == "next"


@given(st.lists(st.text(), min_size=1, max_size=4))
def test_cells_when_anything_is_typed_come_back_alone_in_their_places(texts: list[str]) -> None:
    (_, found) = read(csv_bytes([], [texts]))

    assert [cell.removeprefix("'") for cell in found] == [text.removeprefix("'") for text in texts]
    assert not [cell for cell in found if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("Hélène Ångström", "Hélène Ångström"),
        ("O'Brien", "O'Brien"),
        (None, ""),
        (0, "0"),
        (-3, "-3"),
        (Decimal("15.00"), "15,00"),
        (Decimal("1234.50"), "1234,50"),
        (date(2023, 3, 20), "20/03/2023"),
        (datetime(2023, 3, 31, 8, 15, tzinfo=UTC).astimezone(ZoneInfo("Europe/Brussels")), "31/03/2023 10:15"),
    ],
)
def test_cell_when_of_each_kind_is_written_as_belgians_write_it(cell: Cell, text: str) -> None:
    assert first_cell(cell) == text


def test_file_when_written_has_mark_semicolons_and_line_ends() -> None:
    assert csv_bytes(["é", "b"], [["1", "2"]]) == b"\xef\xbb\xbf\xc3\xa9;b\r\n1;2\r\n"

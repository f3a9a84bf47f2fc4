"""rules.md 9: numbers of documents, the Belgian structured communication, cents."""

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.be import ogm_vcs

from service.domain.payment import Kind, document_number, enterprise_number, euros, structured_communication


@pytest.mark.parametrize(
    ("year", "sequence", "expected"),
    [
        (2026, 1, "+++202/6000/00192+++"),
        (2023, 1, "+++202/3000/00111+++"),
        (2023, 87, "+++202/3000/08797+++"),  # the remainder is 0
        (2026, 6, "+++202/6000/00697+++"),
        (2023, 88, "+++202/3000/08801+++"),  # one digit, filled up
        (2023, 999999, "+++202/3999/99936+++"),
    ],
)
def test_structured_communication_when_made(year: int, sequence: int, expected: str) -> None:
    assert structured_communication(year, sequence) == expected


@given(year=st.integers(2000, 9999), sequence=st.integers(1, 999_999))
def test_structured_communication_when_checked_by_others(year: int, sequence: int) -> None:
    made = structured_communication(year, sequence)
    digits = re.sub(r"\D", "", made)

    assert ogm_vcs.is_valid(made)
    assert made == f"+++{digits[:3]}/{digits[3:7]}/{digits[7:]}+++"
    assert digits[:10] == f"{year}{sequence:06d}"
    assert 1 <= int(digits[10:]) <= 97


@pytest.mark.parametrize("sequence", [-1, 0, 1_000_000])
def test_structured_communication_when_the_sequence_does_not_fit(sequence: int) -> None:
    with pytest.raises(ValueError, match="six digits"):
        structured_communication(2023, sequence)


@pytest.mark.parametrize(
    ("kind", "sequence", "expected"),
    [
        (Kind.INVOICE, 1, "NS-2023-0001"),
        (Kind.INVOICE, 9999, "NS-2023-9999"),
        (Kind.INVOICE, 10000, "NS-2023-10000"),
        (Kind.CREDIT_NOTE, 1, "CN-2023-0001"),
    ],
)
def test_document_number_when_made(kind: Kind, sequence: int, expected: str) -> None:
    assert document_number(kind, 2023, sequence) == expected


@pytest.mark.parametrize(
    ("cents", "expected"),
    [(0, "0.00"), (1, "0.01"), (10, "0.10"), (1500, "15.00"), (-1500, "-15.00"), (10**14 + 1, "1000000000000.01")],
)
def test_euros_when_written(cents: int, expected: str) -> None:
    assert str(euros(cents)) == expected


@given(cents=st.lists(st.integers(-(10**9), 10**9)))
def test_euros_when_added_are_the_added_cents(cents: list[int]) -> None:
    assert sum((euros(one) for one in cents), Decimal(0)) == euros(sum(cents))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("0403.019.261", "0403019261"),
        ("BE 0403.019.261", "0403019261"),
        ("be0403019261", "0403019261"),
        ("403.019.261", "0403019261"),
        ("1000000035", "1000000035"),
        ("NL123456782B90", "NL123456782B90"),
        ("FR 61 954 506 077", "FR61954506077"),
        ("", ""),
        ("-", ""),
        ("none", ""),
        ("n/a 2023", ""),
    ],
)
def test_enterprise_number_when_typed_in_several_ways(typed: str, expected: str) -> None:
    assert enterprise_number(typed) == expected

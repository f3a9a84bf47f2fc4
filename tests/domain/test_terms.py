"""rules.md 3, 4, 6: "a kinder limit or fee helps all; a stricter one binds only new sign-ups"."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.terms import Terms
from tests.builders import FREE_UNTIL, STARTS_AT, TICK

ACCEPTED = Terms(1500, FREE_UNTIL)
LATER, SOONER = FREE_UNTIL + TICK, FREE_UNTIL - TICK
TERMS = st.builds(
    Terms,
    st.integers(0, 10_000),
    st.datetimes(FREE_UNTIL.replace(tzinfo=None) - timedelta(days=9), FREE_UNTIL.replace(tzinfo=None)),
)


@pytest.mark.parametrize(
    ("fee_cents", "free_until", "expected"),
    [
        (None, None, ACCEPTED),
        (1500, FREE_UNTIL, ACCEPTED),
        (1501, FREE_UNTIL, ACCEPTED),
        (1499, FREE_UNTIL, Terms(1499, FREE_UNTIL)),
        (0, None, Terms(0, FREE_UNTIL)),
        (None, SOONER, ACCEPTED),
        (None, LATER, Terms(1500, LATER)),
        (1000, SOONER, Terms(1000, FREE_UNTIL)),
        (2000, LATER, Terms(1500, LATER)),
    ],
)
def test_terms_when_others_are_kinder(fee_cents: int | None, free_until: datetime | None, expected: Terms) -> None:
    assert ACCEPTED.or_kinder(fee_cents, free_until) == expected


@pytest.mark.parametrize(
    ("starts_at", "expected"),
    [(LATER, FREE_UNTIL), (FREE_UNTIL, FREE_UNTIL), (SOONER, SOONER), (STARTS_AT, FREE_UNTIL)],
)
def test_terms_when_the_start_comes_sooner(starts_at: datetime, expected: datetime) -> None:
    assert ACCEPTED.until(starts_at) == Terms(1500, expected)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (ACCEPTED, False),
        (Terms(1501, FREE_UNTIL), True),
        (Terms(1500, SOONER), True),
        (Terms(1000, SOONER), True),
        (Terms(1000, LATER), False),
    ],
)
def test_terms_when_they_are_stricter_than_what_was_shown(today: Terms, expected: bool) -> None:
    assert today.stricter_than(ACCEPTED) == expected


@given(accepted=TERMS, others=st.lists(TERMS, max_size=4))
def test_terms_when_several_changes_follow_bind_as_the_kindest_in_any_order(
    accepted: Terms, others: list[Terms]
) -> None:
    binding = accepted
    for other in others:
        binding = binding.or_kinder(other.fee_cents, other.free_until)
    backwards = accepted
    for other in reversed(others):
        backwards = backwards.or_kinder(other.fee_cents, other.free_until)

    assert binding == backwards
    assert not any(binding.stricter_than(one) for one in [accepted, *others])

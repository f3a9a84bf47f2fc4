"""RFC 5546, 2.1.5: which answer of a calendar holds; and whose it is (rules.md 6)."""

from datetime import timedelta

import pytest

from service.domain.replies import Answer, Bearing, Doubt, bearing, doubt
from tests.builders import NOW

SECOND = timedelta(seconds=1)


def yes(sequence: int = 1, seconds: int | None = 0) -> Answer:
    return Answer("accepted", sequence, None if seconds is None else NOW + seconds * SECOND)


def no(sequence: int = 1, seconds: int | None = 0) -> Answer:
    return Answer("declined", sequence, None if seconds is None else NOW + seconds * SECOND)


@pytest.mark.parametrize(
    ("answer", "known", "expected"),
    [
        (no(), None, Bearing.CURRENT),
        (no(), no(), Bearing.DOUBLED),
        (no(seconds=None), no(seconds=None), Bearing.DOUBLED),
        (no(sequence=0, seconds=9), yes(), Bearing.STALE),
        (no(seconds=-1), yes(), Bearing.STALE),
        (no(seconds=0), yes(), Bearing.CURRENT),
        (no(seconds=1), yes(), Bearing.CURRENT),
        (no(sequence=2, seconds=-9), yes(), Bearing.CURRENT),
        (no(seconds=None), yes(), Bearing.CURRENT),
        (no(), yes(seconds=None), Bearing.CURRENT),
    ],
)
def test_answer_when_another_is_known(answer: Answer, known: Answer | None, expected: Bearing) -> None:
    assert bearing(answer, known, changed_in=()) is expected


@pytest.mark.parametrize(
    ("changed_in", "expected"),
    [((), Bearing.CURRENT), ((1,), Bearing.CURRENT), ((2,), Bearing.SUPERSEDED), ((1, 3), Bearing.SUPERSEDED)],
)
def test_answer_when_the_day_changed(changed_in: tuple[int, ...], expected: Bearing) -> None:
    assert bearing(no(sequence=1), None, changed_in=changed_in) is expected


def test_answer_when_it_claims_the_impossible_is_brought_within_reason() -> None:
    assert no(sequence=9, seconds=60).within(sequence=1, received_at=NOW) == no(sequence=1, seconds=0)
    assert no(sequence=0, seconds=-1).within(sequence=1, received_at=NOW) == no(sequence=0, seconds=-1)
    assert no(seconds=None).within(sequence=1, received_at=NOW) == no(seconds=None)


@pytest.mark.parametrize(
    ("attendee", "sender", "failed", "expected"),
    [
        ("an@x", "an@x", False, None),
        ("an@x", "an@x", True, Doubt.FORGED),
        ("an@x", "bo@x", False, Doubt.FORGED),
        ("bo@x", "bo@x", False, Doubt.FORWARDED),
        ("bo@x", "an@x", False, Doubt.FORWARDED),
        ("", "an@x", False, Doubt.NO_ATTENDEE),
    ],
)
def test_doubt_when_addresses_differ(attendee: str, sender: str, failed: bool, expected: Doubt | None) -> None:
    assert doubt(registrant="an@x", attendee=attendee, sender=sender, failed=failed) is expected

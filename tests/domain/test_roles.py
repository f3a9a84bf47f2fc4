"""Roles per organiser: walled off from one another."""

import pytest

from service.domain.roles import Principal, Role

BOTH = Principal(1, "an@example.org", "nl", frozenset({(1, Role.ORGANISER), (1, Role.FINANCE), (2, Role.CHECKIN)}))
ADMIN = Principal(2, "bo@example.org", "nl", frozenset({(None, Role.ADMIN)}))
NOBODY = Principal(3, "cy@example.org", "nl", frozenset())


@pytest.mark.parametrize(
    ("who", "organiser_id", "roles", "expected"),
    [
        (BOTH, 1, (Role.ORGANISER,), True),
        (BOTH, 1, (Role.CHECKIN,), False),
        (BOTH, 1, (Role.CHECKIN, Role.ORGANISER), True),
        (BOTH, 2, (Role.ORGANISER,), False),
        (BOTH, 2, (Role.CHECKIN,), True),
        (BOTH, 3, tuple(Role), False),
        (BOTH, 1, (), False),
        (ADMIN, 3, (Role.FINANCE,), True),
        (ADMIN, 3, (), True),
        (NOBODY, 1, tuple(Role), False),
    ],
)
def test_principal_when_asked_what_they_may(
    who: Principal, organiser_id: int, roles: tuple[Role, ...], expected: bool
) -> None:
    assert who.may(organiser_id, *roles) == expected


@pytest.mark.parametrize(
    ("who", "roles", "expected"),
    [
        (BOTH, (Role.ORGANISER,), {1}),
        (BOTH, (Role.ORGANISER, Role.CHECKIN), {1, 2}),
        (BOTH, (Role.ADMIN,), set()),
        (ADMIN, (Role.FINANCE,), None),
        (NOBODY, tuple(Role), set()),
    ],
)
def test_principal_when_asked_for_their_organisers(
    who: Principal, roles: tuple[Role, ...], expected: set[int] | None
) -> None:
    assert who.organisers(*roles) == expected

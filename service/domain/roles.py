"""What staff may do: a role per organiser (rules.md, contract: staff)."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """``admin`` serves every organiser and may do all."""

    ORGANISER = "organiser"
    CHECKIN = "checkin"
    FINANCE = "finance"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody on the staff who is signed in: ``held`` are pairs of organiser id (None: every one) and role."""

    staff_id: int
    email: str
    language: str
    held: frozenset[tuple[int | None, Role]]

    def may(self, organiser_id: int, *roles: Role) -> bool:
        """Whether one of these roles is held at that organiser; an admin may everything."""
        return (None, Role.ADMIN) in self.held or any((organiser_id, role) in self.held for role in roles)

    def organisers(self, *roles: Role) -> Collection[int] | None:
        """The organisers at which one of these roles is held; None means every one."""
        if (None, Role.ADMIN) in self.held:
            return None
        return frozenset(organiser for organiser, role in self.held if organiser is not None and role in roles)

"""Who is expected and who is here: for the list at the door and for the sign-off (rules.md 7)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from service.domain.seats import Status
from service.models import CheckIn, Registration, Staff
from service.reports.search import matches, plain, words_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Attendee:
    """Somebody with a confirmed place; ``checked_in_by`` is the address of who did it last."""

    id: int
    first_name: str
    last_name: str
    organisation: str
    checked_in_at: datetime | None
    checked_in_by: str | None = None

    @property
    def initial(self) -> str:
        """The letter under which a paper list would have them; ``#`` where there is none."""
        letter = plain(self.last_name or self.first_name)[:1]
        return letter.upper() if letter.isalpha() else "#"

    def found_by(self, search: str) -> bool:
        """Whether all words that somebody typed occur in name or organisation."""
        return matches(words_of(search), f"{self.first_name} {self.last_name}", self.organisation)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckInItem:
    """One line of the append-only list of who was checked in, or whose check-in was taken back."""

    at: datetime
    undone: bool
    staff: str | None


def attendees(session: Session, study_day_id: int) -> Sequence[Attendee]:
    """Everybody with a confirmed place, by last name as people look it up, in two statements."""
    by = _checked_in_by(session, study_day_id)
    rows = session.execute(
        sa.select(
            Registration.id,
            Registration.first_name,
            Registration.last_name,
            Registration.organisation,
            Registration.checked_in_at,
        ).where(Registration.study_day_id == study_day_id, Registration.status == Status.CONFIRMED)
    )
    found = [Attendee(**row._asdict(), checked_in_by=by.get(row.id) if row.checked_in_at else None) for row in rows]
    return sorted(found, key=lambda one: (plain(one.last_name), plain(one.first_name), one.id))


def check_ins(session: Session, registration_id: int) -> Sequence[CheckInItem]:
    """All that was noted at the door about one registration, oldest first."""
    rows = session.execute(
        sa.select(CheckIn.at, CheckIn.undone, Staff.email.label("staff"))
        .outerjoin(Staff, Staff.id == CheckIn.staff_id)
        .where(CheckIn.registration_id == registration_id)
        .order_by(CheckIn.id)
    )
    return [CheckInItem(**row._asdict()) for row in rows]


def _checked_in_by(session: Session, study_day_id: int) -> dict[int, str | None]:
    rows = session.execute(
        sa.select(CheckIn.registration_id, Staff.email)
        .join(Registration, Registration.id == CheckIn.registration_id)
        .outerjoin(Staff, Staff.id == CheckIn.staff_id)
        .where(Registration.study_day_id == study_day_id, CheckIn.undone.is_(False))
        .order_by(CheckIn.id)
    )
    return {registration_id: email for registration_id, email in rows}  # noqa: C416 - rows are no pairs to mypy

"""What a mail or a line of history is about."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """Ids of rows: an organiser, perhaps one of its study days, perhaps a registration for it."""

    organiser_id: int | None
    study_day_id: int | None = None
    registration_id: int | None = None

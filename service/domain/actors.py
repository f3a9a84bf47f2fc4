"""Who acts, and through what: goes into the history with every change."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Actor:
    """``kind``: attendee, staff or system; ``channel``: form, link, calendar, desk, api, command or worker."""

    kind: str
    channel: str
    staff_id: int | None = None


SYSTEM = Actor("system", "worker")

"""Who belongs to an audience, as conditions on registrations."""

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from service.domain.audience import Audience
from service.domain.seats import Status
from service.models import Registration

_CONFIRMED: Final = Registration.status == Status.CONFIRMED
_SAYS_YES: Final = sa.func.coalesce(Registration.calendar_answer, "") == "accepted"
BELONGS: Final[Mapping[Audience, sa.ColumnElement[bool]]] = {
    Audience.EVERYBODY: Registration.status != Status.CANCELLED,
    Audience.CONFIRMED: _CONFIRMED,
    Audience.SILENT: sa.and_(_CONFIRMED, Registration.coming_at.is_(None), ~_SAYS_YES),
    Audience.WAITING: Registration.status == Status.WAITING,
    Audience.OFFERED: Registration.status == Status.OFFERED,
    Audience.NOT_CHECKED_IN: sa.and_(_CONFIRMED, Registration.checked_in_at.is_(None)),
    Audience.CHECKED_IN: sa.and_(_CONFIRMED, Registration.checked_in_at.is_not(None)),
}

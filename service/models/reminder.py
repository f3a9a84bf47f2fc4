"""What the clock has written about already, so that it is never written about twice."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from service.models.base import Base


class Reminded(Base):
    """A reminder that has gone: of which kind, about what (``domain.reminders``), when, and to how many people.

    The row is inserted in the transaction that queues its letters, and before them: of two workers one gets it.
    """

    __tablename__ = "reminded"

    study_day_id: Mapped[int] = mapped_column(sa.ForeignKey("study_day.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(20), primary_key=True)
    about: Mapped[str] = mapped_column(sa.String(30), primary_key=True)
    at: Mapped[datetime]
    people: Mapped[int] = mapped_column(default=0)

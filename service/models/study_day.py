"""A study day: its texts, its limits, and the two counters that people compete for."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.domain.seats import Seats
from service.domain.terms import Terms
from service.domain.windows import Window
from service.models.base import Base
from service.models.organiser import Organiser


class StudyDay(Base):
    """One row per study day, whatever its kind; texts are ``{language: text}``.

    ``taken`` (confirmed and offered places) and ``waiting`` are kept by conditional UPDATEs, never by reading first.
    ``revision`` rises with every change of what its pages show, but for the counters; ``changed_at`` is when it last
    did.
    """

    __tablename__ = "study_day"
    __table_args__ = (
        sa.CheckConstraint("taken >= 0 AND waiting >= 0", name="counters"),
        sa.CheckConstraint("capacity IS NULL OR capacity > 0", name="capacity"),
        sa.CheckConstraint("fee_cents >= 0", name="fee"),
        sa.CheckConstraint("closes_at <= starts_at AND starts_at < ends_at", name="limits"),
        sa.Index("ix_study_day_organiser_id_starts_at", "organiser_id", "starts_at"),
        sa.Index("ix_study_day_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    organiser_id: Mapped[int] = mapped_column(sa.ForeignKey("organiser.id"))
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    revision: Mapped[int] = mapped_column(default=1)
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)

    kind: Mapped[str] = mapped_column(sa.String(20), default="study_day")
    title: Mapped[dict[str, str]]
    summary: Mapped[dict[str, str]] = mapped_column(default=dict)
    description: Mapped[dict[str, str]] = mapped_column(default=dict)
    audience: Mapped[dict[str, str]] = mapped_column(default=dict)
    languages: Mapped[list[str]]

    time_zone: Mapped[str] = mapped_column(sa.String(64), default="Europe/Brussels")
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime]
    free_cancellation_until: Mapped[datetime]
    free_again_until: Mapped[datetime | None]  # after a notice of change (rules.md 6)
    kept_limits: Mapped[list[str]] = mapped_column(default=list)  # ISO; kinder ones that it had once, as some still do

    capacity: Mapped[int | None]
    waiting_list: Mapped[bool] = mapped_column(default=True)
    fee_cents: Mapped[int] = mapped_column(default=1500)
    late_cancellation_policy: Mapped[str] = mapped_column(sa.String(20), default="charge")
    offer_hours: Mapped[int] = mapped_column(default=24)
    mailbox: Mapped[str] = mapped_column(sa.String(254))

    venue: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    online_url: Mapped[str | None] = mapped_column(sa.String(500))
    sessions: Mapped[list[Any]] = mapped_column(default=list)
    partners: Mapped[list[Any]] = mapped_column(default=list)
    project: Mapped[dict[str, Any] | None] = mapped_column(sa.JSON(none_as_null=True))
    materials: Mapped[list[Any]] = mapped_column(default=list)
    questions: Mapped[list[Any]] = mapped_column(default=list)

    published: Mapped[bool] = mapped_column(default=False)
    cancelled_at: Mapped[datetime | None]
    signed_off_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime | None]  # None: never since it was made

    organiser: Mapped[Organiser] = relationship()

    def revise(self, *, now: datetime) -> None:
        """Its pages, its public calendar and its feeds are to show something else from now on."""
        self.revision += 1
        self.changed_at = now

    @property
    def window(self) -> Window:
        """Its limits, as the rules want them."""
        return Window(
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            closes_at=self.closes_at,
            opens_at=self.opens_at,
            published=self.published,
            cancelled=self.cancelled_at is not None,
        )

    @property
    def terms(self) -> Terms:
        """What somebody who signs up now is asked to accept."""
        return Terms(self.fee_cents, self.free_cancellation_until)

    @property
    def seats(self) -> Seats:
        """Its seats, as the rules want them."""
        return Seats(self.capacity, self.taken, self.waiting, self.waiting_list)

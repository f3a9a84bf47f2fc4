"""Organisers, their staff, and how staff come in; every other row belongs to an organiser, or to one of its days."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from service.models.base import Base


class Organiser(Base):
    """An organisation in this installation, walled off from the others."""

    __tablename__ = "organiser"

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(80), unique=True)
    name: Mapped[str] = mapped_column(sa.String(200))
    mailbox: Mapped[str] = mapped_column(sa.String(254))
    created_at: Mapped[datetime]
    iban: Mapped[str] = mapped_column(sa.String(34), default="")
    bic: Mapped[str] = mapped_column(sa.String(11), default="")
    enterprise_number: Mapped[str] = mapped_column(sa.String(20), default="")
    address: Mapped[str] = mapped_column(sa.Text, default="")
    vat_category: Mapped[str] = mapped_column(sa.String(1), default="O")
    objection_days: Mapped[int] = mapped_column(default=14)
    payment_days: Mapped[int] = mapped_column(default=30)


class Staff(Base):
    """Somebody who signs in: an address, a language of their own, roles per organiser."""

    __tablename__ = "staff"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(sa.String(254), unique=True)  # case-folded
    language: Mapped[str] = mapped_column(sa.String(2), default="nl")
    created_at: Mapped[datetime]
    roles: Mapped[list["StaffRole"]] = relationship(lazy="selectin", order_by="StaffRole.id")


class StaffRole(Base):
    """One role at one organiser; ``organiser_id`` None is an admin, who serves every organiser."""

    __tablename__ = "staff_role"
    __table_args__ = (
        sa.UniqueConstraint("staff_id", "organiser_id", "role"),
        sa.CheckConstraint("(organiser_id IS NULL) = (role = 'admin')", name="admin_serves_all"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"))
    organiser_id: Mapped[int | None] = mapped_column(sa.ForeignKey("organiser.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(sa.String(20))


class SignInLink(Base):
    """A one-time link; only the hash of its token is kept. ``used_at`` is set once, by a conditional UPDATE."""

    __tablename__ = "sign_in_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class StaffSession(Base):
    """A signed-in browser, on the server's side; the cookie holds the token, the row its hash."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ApiToken(Base):
    """A bearer token of the API; it can do what its owner can."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(sa.ForeignKey("staff.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

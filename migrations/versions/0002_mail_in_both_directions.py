"""Mail in both directions: what reaches the mailbox, answers of calendars, timed and bulk mail, feeds."""

import sqlalchemy as sa
from alembic import op

from service.models import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

WAITING = sa.text("state = 'waiting'")
UNHEARD = sa.text("state IN ('failed', 'bounced') AND dismissed_at IS NULL")
TO_MANY = sa.text("bulk_mail_id IS NOT NULL")
HAS_OCCASION = sa.text("occasion IS NOT NULL")
UNDELIVERABLE = sa.text("undeliverable_at IS NOT NULL")
CHANGED_AT = """
UPDATE study_day SET changed_at = (
    SELECT MAX(at) FROM history
    WHERE history.study_day_id = study_day.id AND registration_id IS NULL
    AND action IN ('changed', 'closed', 'reopened', 'called_off', 'signed_off')
)"""


def upgrade() -> None:
    op.create_table(
        "mailbox_state",
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("polled_at", UtcDateTime(), nullable=True),
        sa.Column("claimed_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_mailbox_state")),
    )
    op.create_table(
        "bulk_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("study_day_id", sa.Integer(), nullable=False),
        sa.Column("staff_id", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("selection", sa.String(length=30), nullable=False),
        sa.Column("subject", sa.JSON(), nullable=False),
        sa.Column("text", sa.JSON(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("form_key", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name=op.f("fk_bulk_mail_staff_id")),
        sa.ForeignKeyConstraint(["study_day_id"], ["study_day.id"], name=op.f("fk_bulk_mail_study_day_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_mail")),
        sa.UniqueConstraint("form_key", name=op.f("uq_bulk_mail_form_key")),
    )
    op.create_index("ix_bulk_mail_study_day_id", "bulk_mail", ["study_day_id"])
    op.create_table(
        "incoming_mail",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("identity", sa.String(length=64), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("folder", sa.String(length=100), nullable=False),
        sa.Column("organiser_id", sa.Integer(), nullable=True),
        sa.Column("study_day_id", sa.Integer(), nullable=True),
        sa.Column("registration_id", sa.Integer(), nullable=True),
        sa.Column("late_request_id", sa.Integer(), nullable=True),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("message_header_id", sa.String(length=300), nullable=False),
        sa.Column("sender", sa.String(length=254), nullable=False),
        sa.Column("sender_name", sa.String(length=200), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["decided_by_id"], ["staff.id"], name=op.f("fk_incoming_mail_decided_by_id")),
        sa.ForeignKeyConstraint(
            ["late_request_id"], ["late_request.id"], name=op.f("fk_incoming_mail_late_request_id")
        ),
        sa.ForeignKeyConstraint(["message_id"], ["message.id"], name=op.f("fk_incoming_mail_message_id")),
        sa.ForeignKeyConstraint(["organiser_id"], ["organiser.id"], name=op.f("fk_incoming_mail_organiser_id")),
        sa.ForeignKeyConstraint(
            ["registration_id"], ["registration.id"], name=op.f("fk_incoming_mail_registration_id")
        ),
        sa.ForeignKeyConstraint(["study_day_id"], ["study_day.id"], name=op.f("fk_incoming_mail_study_day_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_mail")),
        sa.UniqueConstraint("identity", name=op.f("uq_incoming_mail_identity")),
    )
    op.create_index("ix_incoming_mail_registration_id", "incoming_mail", ["registration_id"])
    op.create_index("ix_incoming_mail_study_day_id", "incoming_mail", ["study_day_id"])
    op.create_index("ix_incoming_mail_late_request_id", "incoming_mail", ["late_request_id"])
    op.create_index(
        "ix_incoming_mail_waiting_organiser_id",
        "incoming_mail",
        ["organiser_id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.add_column("study_day", sa.Column("changed_at", UtcDateTime(), nullable=True))
    op.execute(CHANGED_AT)
    op.create_table(
        "reminded",
        sa.Column("study_day_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("about", sa.String(length=30), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["study_day_id"], ["study_day.id"], name=op.f("fk_reminded_study_day_id")),
        sa.PrimaryKeyConstraint("study_day_id", "kind", "about", name=op.f("pk_reminded")),
    )
    op.add_column("study_day", sa.Column("kept_limits", sa.JSON(), nullable=False, server_default="[]"))
    op.add_column("registration", sa.Column("coming_at", UtcDateTime(), nullable=True))
    op.add_column("registration", sa.Column("undeliverable_at", UtcDateTime(), nullable=True))
    op.add_column("registration", sa.Column("calendar_answer", sa.String(length=12), nullable=True))
    op.add_column("registration", sa.Column("calendar_answer_sequence", sa.Integer(), nullable=True))
    op.add_column("registration", sa.Column("calendar_answer_at", UtcDateTime(), nullable=True))
    op.create_index(
        "ix_registration_undeliverable_study_day_id",
        "registration",
        ["study_day_id"],
        sqlite_where=UNDELIVERABLE,
        postgresql_where=UNDELIVERABLE,
    )
    op.create_index("ix_message_source_message_header_id", "message_source", ["message_header_id"])
    op.execute(_add_reference("message", "bulk_mail_id", "bulk_mail"))
    op.add_column("message", sa.Column("quiet_zone", sa.String(length=64), nullable=True))
    op.create_index(
        "ix_message_bulk_mail_id", "message", ["bulk_mail_id"], sqlite_where=TO_MANY, postgresql_where=TO_MANY
    )
    op.add_column("message", sa.Column("occasion", sa.String(length=120), nullable=True))
    op.add_column("message", sa.Column("dismissed_at", UtcDateTime(), nullable=True))
    op.drop_index("ix_message_failed_study_day_id", table_name="message")
    op.create_index(
        "ix_message_unheard_study_day_id",
        "message",
        ["study_day_id"],
        sqlite_where=UNHEARD,
        postgresql_where=UNHEARD,
    )
    op.create_index(
        "uq_message_occasion",
        "message",
        ["occasion"],
        unique=True,
        sqlite_where=HAS_OCCASION,
        postgresql_where=HAS_OCCASION,
    )


def downgrade() -> None:
    op.drop_index("uq_message_occasion", table_name="message")
    op.drop_index("ix_message_unheard_study_day_id", table_name="message")
    op.create_index(
        "ix_message_failed_study_day_id",
        "message",
        ["study_day_id"],
        sqlite_where=sa.text("state = 'failed'"),
        postgresql_where=sa.text("state = 'failed'"),
    )
    op.drop_column("message", "dismissed_at")
    op.drop_column("message", "occasion")
    op.drop_column("message", "quiet_zone")
    op.drop_index("ix_message_bulk_mail_id", table_name="message")
    op.drop_column("message", "bulk_mail_id")
    op.drop_index("ix_message_source_message_header_id", table_name="message_source")
    op.drop_index("ix_registration_undeliverable_study_day_id", table_name="registration")
    op.drop_column("registration", "calendar_answer_at")
    op.drop_column("registration", "calendar_answer_sequence")
    op.drop_column("registration", "calendar_answer")
    op.drop_column("registration", "undeliverable_at")
    op.drop_column("registration", "coming_at")
    op.drop_column("study_day", "changed_at")
    op.drop_column("study_day", "kept_limits")
    op.drop_table("reminded")
    op.drop_table("incoming_mail")
    op.drop_table("bulk_mail")
    op.drop_table("mailbox_state")


def _add_reference(table: str, column: str, other: str) -> str:
    """A nullable foreign key. Alembic would copy the table for it on SQLite, and drop what hangs on the old one."""
    return f"ALTER TABLE {table} ADD COLUMN {column} INTEGER CONSTRAINT fk_{table}_{column} REFERENCES {other} (id)"

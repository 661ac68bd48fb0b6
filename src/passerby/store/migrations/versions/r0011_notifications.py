"""Notifications, and the language of an account."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("accounts", sa.Column("language", sa.String(), nullable=True))
    op.create_table(
        "notification_facts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notification_facts"),
        sa.UniqueConstraint("key", name="uq_notification_facts_key"),
    )
    op.create_table(
        "notification_preferences",
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        _of_account("notification_preferences"),
        sa.PrimaryKeyConstraint("account", name="pk_notification_preferences"),
    )
    op.create_table(
        "notification_results",
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("sent_at", sa.Float(), nullable=True),
        sa.Column("problem", sa.String(), nullable=True),
        sa.Column("problem_since", sa.Float(), nullable=True),
        sa.Column("dropped", sa.Integer(), nullable=False),
        _of_account("notification_results"),
        sa.PrimaryKeyConstraint("account", "channel", name="pk_notification_results"),
    )
    op.create_table(
        "notification_queue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        _of_account("notification_queue"),
        sa.PrimaryKeyConstraint("id", name="pk_notification_queue"),
    )
    op.create_index("ix_notification_queue_channel_not_before", "notification_queue", ["channel", "not_before"])
    op.create_table(
        "push_subscriptions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("endpoint", sa.String(), nullable=False),
        sa.Column("p256dh", sa.String(), nullable=False),
        sa.Column("auth", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("created", sa.Float(), nullable=False),
        _of_account("push_subscriptions"),
        sa.PrimaryKeyConstraint("id", name="pk_push_subscriptions"),
        sa.UniqueConstraint("account", "endpoint", name="uq_push_subscriptions_account_endpoint"),
    )
    op.create_table(
        "camera_outages",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("since", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("camera", name="pk_camera_outages"),
    )


def _of_account(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["account"], ["accounts.id"], name=f"fk_{table}_account_accounts", ondelete="CASCADE"
    )


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

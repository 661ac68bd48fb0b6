"""Stretches of a line or zone that a person counts too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "validations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("location", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("object_class", sa.String(), nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("eligible_minutes", sa.Integer(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("drawn", sa.Float(), nullable=False),
        sa.Column("document", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_validations"),
    )
    op.create_table(
        "validation_stretches",
        sa.Column("validation", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("stratum", sa.Integer(), nullable=False),
        sa.Column("stratum_minutes", sa.Integer(), nullable=False),
        sa.Column("program_forward", sa.Integer(), nullable=False),
        sa.Column("program_backward", sa.Integer(), nullable=False),
        sa.Column("person_forward", sa.Integer(), nullable=True),
        sa.Column("person_backward", sa.Integer(), nullable=True),
        sa.Column("done", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("validation", "number", name="pk_validation_stretches"),
    )


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

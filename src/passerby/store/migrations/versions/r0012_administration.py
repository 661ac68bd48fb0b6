"""How full the disk was, and the newest version of the program."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "disk_history",
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("capacity", sa.BigInteger(), nullable=False),
        sa.Column("free", sa.BigInteger(), nullable=False),
        sa.Column("recordings", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name="pk_disk_history"),
    )
    op.create_table(
        "newest_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("named_by", sa.String(), nullable=False),
        sa.Column("named_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_newest_version"),
    )


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

"""Export settings for the command line, and initial passwords."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    made = op.create_table(
        "exporting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("two_persons", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_exporting"),
    )
    op.bulk_insert(made, [{"id": 1, "two_persons": False}])
    op.add_column("accounts", sa.Column("first", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

"""How far lines and zones were off where a person counted them too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIASES = tuple(f"{part}_{name}" for part in ("both", "forward", "backward") for name in ("bias", "low", "high"))


def upgrade() -> None:
    op.create_table(
        "validations",
        sa.Column("series", sa.Integer(), sa.ForeignKey("series.id"), primary_key=True),
        sa.Column("finished", sa.BigInteger(), primary_key=True),
        sa.Column("minutes", sa.SmallInteger(), nullable=False),
        sa.Column("counted", sa.SmallInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=True) for name in _BIASES),
        sa.Column("public_key", sa.String(64), nullable=False),
        sa.Column("signature", sa.String(128), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
    )


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

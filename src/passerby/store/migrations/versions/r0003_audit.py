"""The audit log, and receipts for deletions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# INSERT OR REPLACE deletes a row without firing DELETE triggers: requiring a new number prevents that.
_TRIGGERS = (
    "CREATE TRIGGER audit_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the log is never changed'); END",
    "CREATE TRIGGER audit_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'nothing leaves the log'); END",
    """CREATE TRIGGER audit_insert BEFORE INSERT ON audit
    WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM audit)
      OR (NEW.number = 1 AND NEW.previous IS NOT printf('%064d', 0))
      OR (NEW.number > 1 AND NEW.previous IS NOT (SELECT hash FROM audit WHERE number = NEW.number - 1))
    BEGIN SELECT RAISE(ABORT, 'the log goes on where it ends, and nowhere else'); END""",
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    for trigger in _TRIGGERS:
        op.execute(trigger)
    op.create_table(
        "receipts",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("boot", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("begins", sa.BigInteger(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("noted_in", sa.String(), nullable=True),
        sa.Column("noted", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("camera", "boot", "why", name="pk_receipts"),
    )


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

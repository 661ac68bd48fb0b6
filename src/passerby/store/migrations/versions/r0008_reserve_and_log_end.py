"""Who set up an account, the end of the audit log, and space that is kept for logins on a full disk."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_TRIGGERS = (
    "CREATE TRIGGER audit_end_follows AFTER INSERT ON audit BEGIN UPDATE audit_end SET number = NEW.number; END",
    """CREATE TRIGGER audit_end_update BEFORE UPDATE ON audit_end
    WHEN NEW.number IS NOT (SELECT max(number) FROM audit)
    BEGIN SELECT RAISE(ABORT, 'the end of the log is where it ends'); END""",
    """CREATE TRIGGER audit_end_delete BEFORE DELETE ON audit_end
    BEGIN SELECT RAISE(ABORT, 'the end of the log stays'); END""",
    """CREATE TRIGGER audit_end_insert BEFORE INSERT ON audit_end
    BEGIN SELECT RAISE(ABORT, 'the log has one end'); END""",
)


def upgrade() -> None:
    op.add_column("accounts", sa.Column("credentials_by", sa.String(), nullable=True))
    op.add_column("accounts", sa.Column("credentials_at", sa.Float(), nullable=True))
    op.create_table(
        "audit_end",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_audit_end"),
    )
    op.execute("INSERT INTO audit_end SELECT 1, coalesce(max(number), 0) FROM audit")
    for trigger in _TRIGGERS:
        op.execute(trigger)
    op.create_table(
        "reserve",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reserve"),
    )


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

"""All tables. PostgreSQL partitions three of them by month; what belongs to no month is in the default partition."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_COVERED = ("start", "late", "failed", "models", "motion", "damaged", "unseen")


def upgrade() -> None:
    partitioned = op.get_bind().dialect.name == "postgresql"

    def by_month(column: str) -> dict[str, Any]:
        return {"postgresql_partition_by": f"RANGE ({column})"}

    def site(primary: bool = False) -> sa.Column[int]:
        return sa.Column("site", sa.Integer(), sa.ForeignKey("sites.id"), primary_key=primary, nullable=False)

    def covered() -> list[sa.Column[float]]:
        return [sa.Column(f"covered_{reason}", sa.Float(), nullable=False) for reason in _COVERED]

    op.create_table(
        "sites",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(40), nullable=False, unique=True),
        sa.Column("display_name", sa.String(80), nullable=False),
        sa.Column("certificate", sa.String(64), nullable=True),
        sa.Column("x", sa.Float(), nullable=True),
        sa.Column("y", sa.Float(), nullable=True),
        sa.Column("added", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "latest",
        site(primary=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("sent", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("clock_trusted", sa.Boolean(), nullable=False),
        sa.Column("timezone", sa.String(48), nullable=False),
        sa.Column("version", sa.String(40), nullable=False),
        sa.Column("cameras", sa.SmallInteger(), nullable=False),
        sa.Column("cameras_up", sa.SmallInteger(), nullable=False),
        sa.Column("covered", sa.Float(), nullable=False),
        sa.Column("disk_days", sa.Float(), nullable=True),
        sa.Column("backlog", sa.BigInteger(), nullable=False),
        sa.Column("newest_minute_age_s", sa.Float(), nullable=True),
        sa.Column("verdict", sa.String(16), nullable=True),
        sa.Column("overdue", sa.Integer(), nullable=True),
        sa.Column("attested", sa.Float(), nullable=True),
    )
    op.create_table(
        "cameras",
        site(primary=True),
        sa.Column("camera", sa.String(40), primary_key=True),
        sa.Column("up", sa.Boolean(), nullable=False),
        *covered(),
    )
    op.create_table(
        "weights",
        site(primary=True),
        sa.Column("model", sa.String(40), primary_key=True),
        sa.Column("sha256", sa.String(64), nullable=False),
    )
    op.create_table(
        "health",
        sa.Column("id", sa.String(120), primary_key=True),
        sa.Column("sent", sa.BigInteger(), primary_key=True),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("clock_trusted", sa.Boolean(), nullable=False),
        sa.Column("cameras", sa.SmallInteger(), nullable=False),
        sa.Column("cameras_up", sa.SmallInteger(), nullable=False),
        *covered(),
        sa.Column("disk_days", sa.Float(), nullable=True),
        sa.Column("backlog", sa.BigInteger(), nullable=False),
        **by_month("sent"),
    )
    op.create_index("ix_health_site_at", "health", ["site", "at"])
    op.create_table(
        "heads",
        site(primary=True),
        sa.Column("number", sa.BigInteger(), primary_key=True),
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("stated", sa.BigInteger(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "attestations",
        site(primary=True),
        sa.Column("sha256", sa.String(64), primary_key=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), primary_key=True),
        site(),
        sa.Column("camera", sa.String(40), nullable=False),
        sa.Column("location", sa.String(40), nullable=False),
        sa.Column("location_type", sa.String(4), nullable=False),
        sa.Column("class", sa.String(16), nullable=False),
        sa.UniqueConstraint("site", "camera", "location", "location_type", "class", name="uq_series_of"),
    )
    op.create_table(
        "counts_messages",
        sa.Column("id", sa.String(140), primary_key=True),
        sa.Column("start", sa.BigInteger(), primary_key=True),
        sa.Column("site", sa.Integer(), nullable=False),
        sa.Column("received", sa.BigInteger(), nullable=False),
        **by_month("start"),
    )
    op.create_index("ix_counts_messages_site_start", "counts_messages", ["site", "start"])
    op.create_table(
        "counts",
        sa.Column("series", sa.Integer(), primary_key=True),
        sa.Column("start", sa.BigInteger(), primary_key=True),
        sa.Column("local_day", sa.Integer(), nullable=False),
        sa.Column("local_hour", sa.SmallInteger(), nullable=False),
        sa.Column("observed_seconds", sa.Float(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=True),
        sa.Column("forward", sa.Integer(), nullable=True),
        sa.Column("backward", sa.Integer(), nullable=True),
        sa.Column("suppressed", sa.Boolean(), nullable=False),
        sa.Column("epsilon", sa.Float(), nullable=False),
        sa.Column("min_count", sa.Integer(), nullable=False),
        **by_month("start"),
    )
    op.create_table(
        "daily",
        site(primary=True),
        sa.Column("class", sa.String(16), primary_key=True),
        sa.Column("local_day", sa.Integer(), primary_key=True),
        sa.Column("observed_seconds", sa.Float(), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("suppressed", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Integer(), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=True),
        sa.Column("forward", sa.BigInteger(), nullable=True),
        sa.Column("backward", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_daily_local_day", "daily", ["local_day"])
    op.create_table(
        "refusals",
        sa.Column("site", sa.String(40), primary_key=True),
        sa.Column("reason", sa.String(16), primary_key=True),
        sa.Column("messages", sa.BigInteger(), nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
    )
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), primary_key=True),
        site(),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("began", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=True),
    )
    op.create_index("ix_alerts_site_kind_ended", "alerts", ["site", "kind", "ended"])
    op.create_table(
        "notices",
        sa.Column("alert", sa.Integer(), sa.ForeignKey("alerts.id"), primary_key=True),
        sa.Column("channel", sa.String(40), primary_key=True),
        sa.Column("over", sa.Boolean(), primary_key=True),
        sa.Column("sent", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
    )
    if partitioned:
        for table in ("health", "counts_messages", "counts"):
            op.execute(f"CREATE TABLE {table}_other PARTITION OF {table} DEFAULT")


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

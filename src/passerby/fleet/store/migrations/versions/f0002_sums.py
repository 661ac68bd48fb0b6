"""Sums by hour and by day, from which the pages read; they replace the sums by day of each site."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_COVERED = tuple(f"covered_{reason}" for reason in ("start", "late", "failed", "models", "motion", "damaged", "unseen"))
_NUMBERS = ("entries", "forward", "backward")
_SUMS = ("observed_seconds", "hours", "suppressed", "doubtful", *_NUMBERS)
#: The sums of hours of series.
_SUMMED = (
    "sum(c.observed_seconds), count(*), sum(CASE WHEN c.suppressed THEN 1 ELSE 0 END), "
    f"sum(CASE WHEN c.trusted THEN 0 ELSE 1 END), {', '.join(f'sum(c.{name})' for name in _NUMBERS)}"
)


def upgrade() -> None:
    partitioned = op.get_bind().dialect.name == "postgresql"

    def sums() -> list[sa.Column[Any]]:
        return [
            sa.Column("observed_seconds", sa.Float(), nullable=False),
            *(sa.Column(name, sa.Integer(), nullable=False) for name in ("hours", "suppressed", "doubtful")),
            *(sa.Column(name, sa.BigInteger(), nullable=True) for name in _NUMBERS),
        ]

    def key(name: str, kind: Any = sa.Integer) -> sa.Column[Any]:  # noqa: ANN401
        return sa.Column(name, kind, primary_key=True, nullable=False)

    op.create_table(
        "health_hours",
        key("site"),
        key("start", sa.BigInteger),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("doubtful", sa.Integer(), nullable=False),
        sa.Column("cameras", sa.SmallInteger(), nullable=False),
        sa.Column("cameras_up", sa.SmallInteger(), nullable=False),
        *(sa.Column(name, sa.Float(), nullable=False) for name in _COVERED),
        sa.Column("disk_days", sa.Float(), nullable=True),
        sa.Column("backlog", sa.BigInteger(), nullable=False),
        postgresql_partition_by="RANGE (start)",
    )
    op.create_table("series_days", key("series"), key("local_day"), *sums())
    op.create_table(
        "site_hours",
        key("site"),
        key("class", sa.String(16)),
        key("start", sa.BigInteger),
        key("local_day"),
        *sums(),
        postgresql_partition_by="RANGE (start)",
    )
    op.create_table("site_days", key("site"), key("class", sa.String(16)), key("local_day"), *sums())
    op.create_index("ix_site_days_local_day", "site_days", ["local_day"])
    if partitioned:
        for table, source, column in (("health_hours", "health", "at"), ("site_hours", "counts", "start")):
            op.execute(f"CREATE TABLE {table}_other PARTITION OF {table} DEFAULT")
            _make_months(table, source, column)
    op.execute(
        f"INSERT INTO health_hours (site, start, messages, doubtful, cameras, cameras_up, {', '.join(_COVERED)}, "
        "disk_days, backlog) SELECT site, at - at % 3600, count(*), sum(CASE WHEN clock_trusted THEN 0 ELSE 1 END), "
        f"max(cameras), min(cameras_up), {', '.join(f'sum({name})' for name in _COVERED)}, min(disk_days), "
        "max(backlog) FROM health GROUP BY site, at - at % 3600"
    )
    columns = ", ".join(_SUMS)
    op.execute(
        f"INSERT INTO series_days (series, local_day, {columns}) SELECT c.series, c.local_day, {_SUMMED} "
        "FROM counts c GROUP BY c.series, c.local_day"
    )
    for site in ("s.site", "0"):
        op.execute(
            f"INSERT INTO site_hours (site, class, start, local_day, {columns}) SELECT {site}, s.class, "
            f"c.start - c.start % 3600, c.local_day, {_SUMMED} FROM counts c JOIN series s ON s.id = c.series "
            f"GROUP BY {'s.site, ' if site != '0' else ''}s.class, c.start - c.start % 3600, c.local_day"
        )
        op.execute(
            f"INSERT INTO site_days (site, class, local_day, {columns}) SELECT {site}, s.class, c.local_day, {_SUMMED} "
            f"FROM counts c JOIN series s ON s.id = c.series "
            f"GROUP BY {'s.site, ' if site != '0' else ''}s.class, c.local_day"
        )
    op.drop_table("daily")


def _make_months(table: str, source: str, column: str) -> None:
    """A partition for each month of which there is something: it could not be made later."""
    days = op.get_bind().execute(sa.text(f"SELECT DISTINCT {column} / 86400 FROM {source}")).scalars()
    dates = (datetime.fromtimestamp(day * 86400, UTC) for day in days)
    for year, month in sorted({(date.year, date.month) for date in dates}):
        low, high = (
            int(datetime(at // 12, at % 12 + 1, 1, tzinfo=UTC).timestamp())
            for at in (year * 12 + month - 1, year * 12 + month)
        )
        op.execute(f"CREATE TABLE {table}_{year}_{month:02} PARTITION OF {table} FOR VALUES FROM ({low}) TO ({high})")


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

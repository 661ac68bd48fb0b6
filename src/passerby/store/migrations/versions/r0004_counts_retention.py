"""The age of counts and events, and the totals that remain when they are deleted."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("counts", "events"):
        op.add_column(table, sa.Column("run", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("added", sa.BigInteger(), nullable=True))
        # When existing rows were added is not known: their age starts at the last time that the machine was seen.
        op.execute(
            f"UPDATE {table} SET run = (SELECT max(id) FROM runs), "
            "added = (SELECT seen FROM runs ORDER BY id DESC LIMIT 1)"
        )
        op.create_index(f"ix_{table}_run_added", table, ["run", "added"])
    counters = op.create_table(
        "counters",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("newest", sa.Integer(), nullable=False),
        sa.Column("gone", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("camera", name="pk_counters"),
    )
    tallies = op.create_table(
        "tallies",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("sort", sa.String(), nullable=False),
        sa.Column("forward", sa.BigInteger(), nullable=False),
        sa.Column("back", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("camera", "line", "sort", name="pk_tallies"),
    )
    newest, totals = _summed(op.get_bind())
    op.bulk_insert(counters, [{"camera": camera, "newest": id, "gone": None} for camera, id in newest.items()])
    op.bulk_insert(
        tallies,
        [
            {"camera": camera, "line": line, "sort": sort, "forward": forward, "back": back}
            for (camera, line, sort), (forward, back) in totals.items()
        ],
    )


def _summed(connection: sa.Connection) -> tuple[dict[str, int], dict[tuple[str, str, str], list[int]]]:
    newest: dict[str, int] = {}
    totals: dict[tuple[str, str, str], list[int]] = {}
    for id, camera, body in connection.execute(sa.text("SELECT id, camera, body FROM counts ORDER BY id")):
        newest[camera] = id
        for line in json.loads(body)["bin"]["lines"]:
            total = totals.setdefault((camera, line["line"], line["sort"]), [0, 0])
            total[0] += line["forward"]
            total[1] += line["back"]
    return newest, totals


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

"""Standard names for tables, columns and stored values. The content stays the same.

Tables are built again and filled from the old ones, since SQLite renames no constraint. The audit log is the exception:
its rows are hashed as they were written, so they keep their names, and `store/audit/legacy.py` translates on reading.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: New table: old table, and the old column of each new one that has another name.
_RENAMED: dict[str, tuple[str, Mapping[str, str]]] = {
    "boot_sessions": (
        "runs",
        {
            "first_seen": "began",
            "last_seen": "seen",
            "wall_offset": "offset",
            "min_offset": "least",
            "max_offset": "most",
        },
    ),
    "segments": ("segments", {"boot_session": "run", "init_size": "head"}),
    "covered_parts": ("covered", {"offset": "after"}),
    "counts": ("counts", {"observed_seconds": "covered", "boot_session": "run", "added_monotonic": "added"}),
    "camera_counters": ("counters", {"last_count_id": "newest", "deleted_until": "gone"}),
    "line_totals": ("tallies", {"class": "sort", "backward": "back"}),
    "events": (
        "events",
        {"time": "at", "state_changed": "changed", "boot_session": "run", "added_monotonic": "added"},
    ),
    "outbox": (
        "outbox",
        {
            "priority": "rank",
            "created": "made",
            "attempts": "tries",
            "awaiting_ack": "told",
            "last_error": "problem",
        },
    ),
    "traffic": ("sent", {"priority": "rank"}),
    "deletion_receipts": (
        "receipts",
        {"reason": "why", "start": "begins", "end": "ends", "pending_boot": "noted_in", "pending_since": "noted"},
    ),
    "accounts": (
        "accounts",
        {
            "password_hash": "password",
            "totp_secret": "totp",
            "totp_step": "step",
            "oidc_subject": "oidc",
            "initial_password": "first",
            "created": "made",
        },
    ),
    "sessions": (
        "sessions",
        {"cookie_hash": "mark", "actor": "who", "method": "by", "created": "began", "last_used": "used"},
    ),
    "approvals": (
        "consents",
        {
            "requested_by": "who",
            "requested_at": "asked",
            "request": "body",
            "decided_by": "by",
            "decided_at": "decided",
            "result": "told",
        },
    ),
    "retention_limit": ("ceiling", {"set_by": "who", "set_at": "set"}),
    "export_settings": ("exporting", {"dual_approval": "two_persons"}),
}
_INDEXES = (
    "ix_segments_camera_run_start",
    "ix_segments_run_end",
    "ix_counts_start",
    "ix_counts_run_added",
    "ix_events_at",
    "ix_events_run_added",
    "ix_outbox_destination_rank_id",
)
#: In this order, so that no dropped table is still referred to.
_DROPPED = [
    "covered",
    "segments",
    "runs",
    "counts",
    "counters",
    "tallies",
    "events",
    "outbox",
    "sent",
    "receipts",
    "sessions",
    "accounts",
    "consents",
    "ceiling",
    "exporting",
]

_EVENT_STATES = {"seen": "acknowledged", "closed": "resolved"}
_APPROVAL_STATES = {"waiting": "pending", "agreed": "approved", "refused": "rejected", "gone": "expired"}
_COUNT_KEYS = {
    "sort": "class",
    "most": "peak",
    "came": "entries",
    "left": "exits",
    "cut": "censored",
    "back": "backward",
}
_EVENT_KEYS = {"at": "time", "place": "location"}
_EXPORT_KEYS = {"begins": "start", "ends": "end"}


def upgrade() -> None:
    for index in _INDEXES:
        op.drop_index(index)
    for table in _DROPPED:
        op.rename_table(table, f"old_{table}")
    _create_recordings()
    _create_counts()
    _create_accounts()
    connection = op.get_bind()
    for new, (old, names) in _RENAMED.items():
        columns = [row[1] for row in connection.execute(sa.text(f"PRAGMA table_info({new})"))]
        into = ", ".join(f'"{column}"' for column in columns)
        source = ", ".join(f'"{names.get(column, column)}"' for column in columns)
        op.execute(f"INSERT INTO {new} ({into}) SELECT {source} FROM old_{old}")
    for table in _DROPPED:
        op.drop_table(f"old_{table}")
    for table, states in (("events", _EVENT_STATES), ("approvals", _APPROVAL_STATES)):
        for before, after in states.items():
            op.execute(f"UPDATE {table} SET state = '{after}' WHERE state = '{before}'")
    _rewrite(connection, "counts", _message)
    _rewrite(connection, "events", _message)
    _rewrite(connection, "outbox", lambda body: _message(body.decode()).encode())
    for row in connection.execute(sa.text("SELECT id, request FROM approvals WHERE kind = 'export'")).all():
        request = json.dumps(_renamed(json.loads(row.request), _EXPORT_KEYS))
        connection.execute(
            sa.text("UPDATE approvals SET request = :request WHERE id = :id"), {"request": request, "id": row.id}
        )


def _rewrite(connection: sa.Connection, table: str, new_body: Callable[[Any], Any]) -> None:
    last: int | str | None = None
    while True:  # in batches: there is a year of minutes after a year
        where = "" if last is None else "WHERE id > :last"
        rows = connection.execute(
            sa.text(f"SELECT id, body FROM {table} {where} ORDER BY id LIMIT 2000"),
            {} if last is None else {"last": last},
        ).all()
        if not rows:
            return
        connection.execute(
            sa.text(f"UPDATE {table} SET body = :body WHERE id = :id"),
            [{"id": row.id, "body": new_body(row.body)} for row in rows],
        )
        last = rows[-1].id


def _message(body: str) -> str:
    """A message as it is sent and stored: with a bin, or with an event."""
    message = json.loads(body)
    if "bin" in message:
        bin = message["bin"]
        bin = {("observed_seconds" if name == "covered" else name): value for name, value in bin.items()}
        for part in ("zones", "lines"):
            bin[part] = [_renamed(count, _COUNT_KEYS) for count in bin.get(part, ())]
        message["bin"] = bin
    if "event" in message:
        event = _renamed(message["event"], _EVENT_KEYS)
        if event.get("kind") == "crossing" and event.get("detail"):
            words = event["detail"].split(", ")
            event["detail"] = ", ".join("backward" if word == "back" else word for word in words)
        message["event"] = event
    return json.dumps(message, separators=(",", ":"))


def _renamed(value: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(name, name): part for name, part in value.items()}


def _create_recordings() -> None:
    op.create_table(
        "boot_sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("boot", sa.String(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("wall_offset", sa.BigInteger(), nullable=False),
        sa.Column("min_offset", sa.BigInteger(), nullable=True),
        sa.Column("max_offset", sa.BigInteger(), nullable=True),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_boot_sessions"),
        sa.UniqueConstraint("boot", name="uq_boot_sessions_boot"),
    )
    op.create_table(
        "segments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("boot_session", sa.Integer(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("init_size", sa.Integer(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.Column("covered", sa.Integer(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("open", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_segments"),
        sa.ForeignKeyConstraint(["boot_session"], ["boot_sessions.id"], name="fk_segments_boot_session_boot_sessions"),
    )
    op.create_index(
        "ix_segments_camera_boot_session_start", "segments", ["camera", "boot_session", "start"], unique=True
    )
    op.create_index("ix_segments_boot_session_end", "segments", ["boot_session", "end"])
    op.create_table(
        "covered_parts",
        sa.Column("segment", sa.Integer(), nullable=False),
        sa.Column("offset", sa.BigInteger(), nullable=False),
        sa.Column("frames", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("segment", "offset", name="pk_covered_parts"),
        sa.ForeignKeyConstraint(
            ["segment"], ["segments.id"], name="fk_covered_parts_segment_segments", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "deletion_receipts",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("boot", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("segments", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("pending_boot", sa.String(), nullable=True),
        sa.Column("pending_since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("camera", "boot", "reason", name="pk_deletion_receipts"),
    )


def _create_counts() -> None:
    op.create_table(
        "counts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("piece", sa.Integer(), nullable=False),
        sa.Column("observed_seconds", sa.Float(), nullable=False),
        sa.Column("trusted", sa.Boolean(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("boot_session", sa.Integer(), nullable=True),
        sa.Column("added_monotonic", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_counts"),
        sa.UniqueConstraint("camera", "start", "piece", name="uq_counts_camera_start_piece"),
    )
    op.create_index("ix_counts_start", "counts", ["start"])
    op.create_index("ix_counts_boot_session_added_monotonic", "counts", ["boot_session", "added_monotonic"])
    op.create_table(
        "camera_counters",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("last_count_id", sa.Integer(), nullable=False),
        sa.Column("deleted_until", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("camera", name="pk_camera_counters"),
    )
    op.create_table(
        "line_totals",
        sa.Column("camera", sa.String(), nullable=False),
        sa.Column("line", sa.String(), nullable=False),
        sa.Column("class", sa.String(), nullable=False),
        sa.Column("forward", sa.BigInteger(), nullable=False),
        sa.Column("backward", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("camera", "line", "class", name="pk_line_totals"),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("camera", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("time", sa.Float(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_changed", sa.Float(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("boot_session", sa.Integer(), nullable=True),
        sa.Column("added_monotonic", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
    )
    op.create_index("ix_events_time", "events", ["time"])
    op.create_index("ix_events_boot_session_added_monotonic", "events", ["boot_session", "added_monotonic"])
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("topic", sa.String(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("camera", sa.String(), nullable=True),
        sa.Column("start", sa.Float(), nullable=True),
        sa.Column("end", sa.Float(), nullable=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", sa.Float(), nullable=False),
        sa.Column("awaiting_ack", sa.Boolean(), nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("destination", "key", name="uq_outbox_destination_key"),
    )
    op.create_index("ix_outbox_destination_priority_id", "outbox", ["destination", "priority", "id"])
    op.create_table(
        "traffic",
        sa.Column("destination", sa.String(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("destination", "day", "priority", name="pk_traffic"),
    )


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True),
        sa.Column("totp_secret", sa.String(), nullable=True),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("oidc_subject", sa.String(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("initial_password", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("changed", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
        sa.UniqueConstraint("name", name="uq_accounts_name"),
        sa.UniqueConstraint("oidc_subject", name="uq_accounts_oidc_subject"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("cookie_hash", sa.String(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=True),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=True),
        sa.Column("created", sa.Float(), nullable=False),
        sa.Column("last_used", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["accounts.id"], name="fk_sessions_account_accounts", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("cookie_hash", name="uq_sessions_cookie_hash"),
    )
    op.create_table(
        "approvals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("requested_by", sa.String(), nullable=False),
        sa.Column("requested_at", sa.Float(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("request", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=True),
        sa.Column("decided_at", sa.Float(), nullable=True),
        sa.Column("result", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_approvals"),
    )
    op.create_table(
        "retention_limit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("days", sa.Float(), nullable=True),
        sa.Column("set_by", sa.String(), nullable=True),
        sa.Column("set_at", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_retention_limit"),
    )
    op.create_table(
        "export_settings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("dual_approval", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_export_settings"),
    )


def downgrade() -> None:
    raise NotImplementedError("downgrades are not supported: restore a backup of the database")

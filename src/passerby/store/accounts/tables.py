"""The tables of accounts, sessions, approvals, the retention limit, and the export settings.

Times are Unix seconds. Nothing here is about anybody in front of a camera.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Table, false

from passerby.store.recordings.tables import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),  # as it is typed; lower case
    Column("role", String, nullable=False),
    Column("password_hash", String, nullable=True),  # Argon2id, with its salt; null: logs in another way
    Column("totp_secret", String, nullable=True),  # Base32; null: no second factor
    Column("totp_step", Integer, nullable=False),  # the last time step that was used: no code is accepted twice
    Column("oidc_subject", String, nullable=True, unique=True),  # the identity provider's name for the account
    Column("active", Boolean, nullable=False),
    Column("initial_password", Boolean, nullable=False, server_default=false()),  # was it set by somebody else?
    Column("created", Float, nullable=False),
    Column("changed", Float, nullable=False),
    # Who else made it, or changed how one logs in with it, or its role, and may still know a way; when that was last.
    # Actors, separated by spaces. Null: before these were kept.
    Column("credentials_by", String, nullable=True),
    Column("credentials_at", Float, nullable=True),
    Column("language", String, nullable=True),  # en, de; null: as the browser asks
)

#: Open sessions. The cookie is not stored, only its hash: reading the database gives nobody a session.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("cookie_hash", String, nullable=False, unique=True),  # SHA-256 of the cookie, hexadecimal
    Column("account", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=True),  # null: by the token
    Column("actor", String, nullable=False),  # as in the audit log
    Column("method", String, nullable=False),  # token, password, oidc
    Column("purpose", String, nullable=True),  # null: not stated yet
    Column("created", Float, nullable=False),
    Column("last_used", Float, nullable=False),  # to the minute
)

#: Requests that a second person must approve.
approvals = Table(
    "approvals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),  # export, account
    Column("requested_by", String, nullable=False),
    Column("requested_at", Float, nullable=False),
    Column("purpose", String, nullable=False),
    Column("request", String, nullable=False),  # what is requested, as JSON
    Column("state", String, nullable=False),  # pending, approved, rejected, done, failed, expired
    Column("decided_by", String, nullable=True),
    Column("decided_at", Float, nullable=True),
    Column("result", String, nullable=True),  # as JSON
)

#: One row: the longest retention of recordings in days, whatever site.yaml says.
retention_limit = Table(
    "retention_limit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("days", Float, nullable=True),  # null: no limit
    Column("set_by", String, nullable=True),
    Column("set_at", Float, nullable=True),
)

#: One row: the export settings of site.yaml, for the command line, which does not read it.
export_settings = Table(
    "export_settings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dual_approval", Boolean, nullable=False),
)

"""The tables of those who use the pages: accounts, sessions, what waits for a second person, and the ceiling.

Times are Unix seconds. Nothing here is about anybody in front of a camera.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Float, ForeignKey, Integer, String, Table, false

from passerby.store.recordings.tables import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String, nullable=False, unique=True),  # as it is typed; small letters
    Column("role", String, nullable=False),
    Column("password", String, nullable=True),  # Argon2id, with its salt; null: comes in another way
    Column("totp", String, nullable=True),  # the secret of the second factor, Base32; null: none
    Column("step", Integer, nullable=False),  # the last step of it that was used: none is taken twice
    Column("oidc", String, nullable=True, unique=True),  # what the other site calls them
    Column("active", Boolean, nullable=False),
    Column("first", Boolean, nullable=False, server_default=false()),  # was the password given by somebody else?
    Column("made", Float, nullable=False),
    Column("changed", Float, nullable=False),
)

#: Who is logged in. The cookie is not here, only its hash: who reads the database cannot become somebody.
sessions = Table(
    "sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("mark", String, nullable=False, unique=True),  # SHA-256 of the cookie, hexadecimal
    Column("account", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=True),  # null: by the token
    Column("who", String, nullable=False),  # as the log says it
    Column("by", String, nullable=False),  # token, password, oidc
    Column("purpose", String, nullable=True),  # null: not said yet
    Column("began", Float, nullable=False),
    Column("used", Float, nullable=False),  # to the minute
)

#: What one person has asked for and another must agree to.
consents = Table(
    "consents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),  # export, account
    Column("who", String, nullable=False),  # who asks
    Column("asked", Float, nullable=False),
    Column("purpose", String, nullable=False),
    Column("body", String, nullable=False),  # what is asked for, as JSON
    Column("state", String, nullable=False),  # waiting, agreed, refused, done, failed, gone
    Column("by", String, nullable=True),  # who has decided
    Column("decided", Float, nullable=True),
    Column("told", String, nullable=True),  # what came of it, as JSON
)

#: One row: for how many days recordings may stay at most, whatever site.yaml says.
ceiling = Table(
    "ceiling",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("days", Float, nullable=True),  # null: no ceiling
    Column("who", String, nullable=True),  # who has set it
    Column("set", Float, nullable=True),
)

#: One row: what site.yaml says of exports, for the command line, which does not read it.
exporting = Table(
    "exporting",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("two_persons", Boolean, nullable=False),
)

"""The tables of the audit log, and of deletions that are not in it yet."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table

from passerby.store.recordings.tables import metadata

#: Append-only: triggers (in the migration) refuse every update, deletion and gap.
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),  # 1, 2, 3 and so on
    Column("previous", String, nullable=False),  # the hash of the row before, hexadecimal; zeros before the first
    Column("body", String, nullable=False),  # the entry as JSON; its very bytes are hashed
    Column("hash", String, nullable=False),  # of number, previous and body, hexadecimal
)

#: One row: the number of the last row of the log. A trigger follows each new one, so a log that was emptied is seen.
audit_end = Table(
    "audit_end",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
)

#: Recordings that were deleted lately, summed up; a row is written to the log within about an hour
#: (recordings/deletion_receipts.py).
deletion_receipts = Table(
    "deletion_receipts",
    metadata,
    Column("camera", String, primary_key=True),
    Column("boot", String, primary_key=True),  # the boot session in which it was recorded
    Column("reason", String, primary_key=True),
    Column("start", BigInteger, nullable=False),  # microseconds of Unix time, of the earliest
    Column("end", BigInteger, nullable=False),  # of the latest
    Column("trusted", Boolean, nullable=False),  # was the clock synchronised for both
    Column("segments", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("pending_boot", String, nullable=True),  # the boot session of `pending_since`; null: not scheduled yet
    Column("pending_since", BigInteger, nullable=True),  # microseconds, monotonic: since then it waits for the log
)

"""The tables of what was done: the log, and what of deleted recordings is not in it yet."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Integer, String, Table

from passerby.store.recordings.tables import metadata

#: Rows are added and nothing else: triggers (in the migration) refuse every change, removal and gap.
audit = Table(
    "audit",
    metadata,
    Column("number", Integer, primary_key=True),  # 1, 2, 3 and so on
    Column("previous", String, nullable=False),  # the hash of the row before, hexadecimal; zeros before the first
    Column("body", String, nullable=False),  # the entry as JSON; its very bytes are hashed
    Column("hash", String, nullable=False),  # of number, previous and body, hexadecimal
)

#: Recordings that were deleted lately, summed up; a row goes into the log within the hour or so (receipts.py).
receipts = Table(
    "receipts",
    metadata,
    Column("camera", String, primary_key=True),
    Column("boot", String, primary_key=True),  # the run of the machine in which it was recorded
    Column("why", String, primary_key=True),
    Column("begins", BigInteger, nullable=False),  # microseconds of Unix time, of the earliest
    Column("ends", BigInteger, nullable=False),  # of the latest
    Column("trusted", Boolean, nullable=False),  # are those two to be believed
    Column("segments", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("noted_in", String, nullable=True),  # the run in which `noted` was; null: nobody has come by yet
    Column("noted", BigInteger, nullable=True),  # microseconds, monotonic: from then on it waits for the log
)

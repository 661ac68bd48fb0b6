"""The tables of administration: how full the disk was, and which version of the program there is."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Float, Integer, String, Table

from passerby.store.recordings.tables import metadata

#: How full the disk was, one row an hour.
disk_history = Table(
    "disk_history",
    metadata,
    Column("hour", Integer, primary_key=True, autoincrement=False),  # hours since 1970
    Column("capacity", BigInteger, nullable=False),  # bytes of the disk
    Column("free", BigInteger, nullable=False),  # bytes
    Column("recordings", BigInteger, nullable=False),  # bytes of all recordings
)

#: One row: the newest version of the program that this site was told of.
newest_version = Table(
    "newest_version",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", String, nullable=False),
    Column("named_by", String, nullable=False),  # an actor of the audit log
    Column("named_at", Float, nullable=False),  # Unix seconds
)

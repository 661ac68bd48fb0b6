"""The tables of recordings, with the unit of each column. `migrations/` creates them; a test compares the two.

All times are microseconds. Times of segments are monotonic times of their boot session: the wall time follows from the
session's offset, so that correcting the clock of a session is a change of one row (docs/design/store.md).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, LargeBinary, MetaData, String, Table

#: Of all tables of the database, those of other folders too.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Boot sessions of the machine in which something was stored, in their order.
boot_sessions = Table(
    "boot_sessions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("boot", String, nullable=False, unique=True),  # the operating system's boot id
    Column("first_seen", BigInteger, nullable=False),  # the first time something was stored in it, monotonic
    Column("last_seen", BigInteger, nullable=False),  # the last time, monotonic
    Column("wall_offset", BigInteger, nullable=False),  # wall time minus monotonic time: the best known value
    Column("min_offset", BigInteger, nullable=True),  # the smallest and the largest offset that were trusted: retention
    Column("max_offset", BigInteger, nullable=True),  # uses them, so that a clock change makes nothing look older
    Column("trusted", Boolean, nullable=False),  # was the clock synchronised when `wall_offset` was read
)

#: Space inside the database for what must be written on a full disk: a row is deleted in the transaction that needs it
#: (database.py). Nobody else can take it, unlike that of a file.
reserve = Table(
    "reserve",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("data", LargeBinary, nullable=False),
)

#: Files of recordings. Bytes of a file beyond `size` are not part of it.
segments = Table(
    "segments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("camera", String, nullable=False),
    Column("boot_session", ForeignKey("boot_sessions.id"), nullable=False),
    Column("start", BigInteger, nullable=False),  # capture time of its first frame, monotonic
    Column("end", BigInteger, nullable=False),  # end of its last frame, monotonic
    Column("size", BigInteger, nullable=False),  # bytes that are synced to the disk
    Column("init_size", Integer, nullable=False),  # bytes of the initialisation section (ftyp and moov)
    Column("frames", Integer, nullable=False),
    Column("covered", Integer, nullable=True),  # frames that were covered whole; null: not known after a recovery
    Column("width", Integer, nullable=False),  # pixels
    Column("height", Integer, nullable=False),
    Column("open", Boolean, nullable=False),  # may still grow; after a crash: was being written
    Index(None, "camera", "boot_session", "start", unique=True),
    Index(None, "boot_session", "end"),
)

#: Parts of segments in which frames were covered whole. Most parts have none, and no row.
covered_parts = Table(
    "covered_parts",
    metadata,
    Column("segment", ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True),
    Column("offset", BigInteger, primary_key=True),  # start of the part, from the start of the segment
    Column("frames", Integer, nullable=False),
)

#: One row: bytes of all segments together. It changes in the same transaction as they do.
usage = Table(
    "usage",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)

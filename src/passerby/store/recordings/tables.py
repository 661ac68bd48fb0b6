"""The tables that recordings need, with the unit of each column. `migrations/` makes them; a test compares the two.

All times are microseconds. Times of segments are monotonic times of their run: what they are on the wall follows from
the run's offset, so that putting a run's clock right is a change of one row (docs/design/store.md).
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table

#: Of all tables of the database, those of other files of this room too.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Runs of the machine in which something was recorded, in their order.
runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("boot", String, nullable=False, unique=True),  # what the system calls this run
    Column("began", BigInteger, nullable=False),  # first moment that was seen of it, monotonic
    Column("seen", BigInteger, nullable=False),  # last moment that was seen of it, monotonic
    Column("offset", BigInteger, nullable=False),  # wall time is monotonic time plus this: the best that is known
    Column("least", BigInteger, nullable=True),  # the least and the greatest offset that were trusted: retention
    Column("most", BigInteger, nullable=True),  # goes by them, so that a clock that jumps makes nothing look older
    Column("trusted", Boolean, nullable=False),  # is `offset` to be believed
)

#: Files of recordings. What lies in a file beyond `size` is not part of it.
segments = Table(
    "segments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("camera", String, nullable=False),
    Column("run", ForeignKey("runs.id"), nullable=False),
    Column("start", BigInteger, nullable=False),  # when its first frame was caught, monotonic
    Column("end", BigInteger, nullable=False),  # when its last frame ended, monotonic
    Column("size", BigInteger, nullable=False),  # bytes that are on the disk for good
    Column("head", Integer, nullable=False),  # bytes of them before the first part: how to play the rest
    Column("frames", Integer, nullable=False),
    Column("covered", Integer, nullable=True),  # frames of them that were painted over whole; null: not known any more
    Column("width", Integer, nullable=False),  # pixels
    Column("height", Integer, nullable=False),
    Column("open", Boolean, nullable=False),  # may still grow; after a crash: was growing
    Index(None, "camera", "run", "start", unique=True),
    Index(None, "run", "end"),
)

#: Parts of segments in which frames were painted over whole. Most parts have none, and no row.
covered = Table(
    "covered",
    metadata,
    Column("segment", ForeignKey("segments.id", ondelete="CASCADE"), primary_key=True),
    Column("after", BigInteger, primary_key=True),  # when the part begins, from the beginning of the segment
    Column("frames", Integer, nullable=False),
)

#: One row: bytes of all segments together. It changes with them, in the same transaction.
usage = Table(
    "usage",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
)

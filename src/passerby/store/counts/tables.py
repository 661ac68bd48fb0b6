"""The tables of counts, events and what is to be sent, with the unit of each column.

Times are Unix seconds, UTC. Nothing here has an id of anybody: a row of `counts` is a minute of a camera.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Float, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from passerby.store.recordings.tables import metadata

counts = Table(
    "counts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("camera", String, nullable=False),
    Column("start", BigInteger, nullable=False),  # of the minute
    Column("piece", Integer, nullable=False),  # from 0: a minute that was begun anew has several
    Column("covered", Float, nullable=False),  # seconds that were watched
    Column("trusted", Boolean, nullable=False),  # is `start` to be believed
    Column("body", String, nullable=False),  # the bin as JSON, as it is sent
    Column("run", Integer, nullable=True),  # of the machine (runs.id) in which it was added; null: before it was kept
    Column("added", BigInteger, nullable=True),  # when, microseconds, monotonic: for how long it has been here
    UniqueConstraint("camera", "start", "piece"),
    Index(None, "start"),
    Index(None, "run", "added"),
)

#: Of each camera that ever counted. It stays when its counts are deleted, so that no number and no id comes twice.
counters = Table(
    "counters",
    metadata,
    Column("camera", String, primary_key=True),
    Column("newest", Integer, nullable=False),  # greatest counts.id that it ever had
    Column("gone", BigInteger, nullable=True),  # start of the latest minute that was deleted
)

#: Crossings since counting began, those of deleted minutes included: what is shown as a total must never fall.
tallies = Table(
    "tallies",
    metadata,
    Column("camera", String, primary_key=True),
    Column("line", String, primary_key=True),
    Column("sort", String, primary_key=True),
    Column("forward", BigInteger, nullable=False),
    Column("back", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", String, primary_key=True),
    Column("camera", String, nullable=True),  # null: of the site
    Column("kind", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("state", String, nullable=False),  # new, seen, closed
    Column("changed", Float, nullable=False),  # when it got that state
    Column("body", String, nullable=False),  # the event as JSON, as it is sent
    Column("run", Integer, nullable=True),  # as in `counts`
    Column("added", BigInteger, nullable=True),
    Index(None, "at"),
    Index(None, "run", "added"),
)

#: What is still to be sent, one row a destination. A row goes when it was delivered, and for no other reason.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False),  # the message's own id: the receiver knows by it what it has already
    Column("destination", String, nullable=False),
    Column("rank", Integer, nullable=False),  # 0 events, 1 counts, 2 thumbnails, 3 clips
    Column("topic", String, nullable=False),
    Column("body", LargeBinary, nullable=False),  # for pictures: the JSON that says which; they are read when sent
    Column("camera", String, nullable=True),  # of a picture: what recordings it needs
    Column("start", Float, nullable=True),
    Column("end", Float, nullable=True),
    Column("made", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("not_before", Float, nullable=False),
    Column("told", Boolean, nullable=False),  # sent, and the receiver has not said yet that it has it
    Column("problem", String, nullable=True),  # of the last try
    UniqueConstraint("destination", "key"),
    Index(None, "destination", "rank", "id"),
)

#: What was sent, by day: against this the budget is held. Each try counts, delivered or not.
sent = Table(
    "sent",
    metadata,
    Column("destination", String, primary_key=True),
    Column("day", Integer, primary_key=True),  # since 1970
    Column("rank", Integer, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    Column("messages", Integer, nullable=False),
)

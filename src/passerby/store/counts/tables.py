"""The tables of counts, events and the outbox, with the unit of each column.

Times are Unix seconds, UTC. Nothing here identifies anybody: a row of `counts` is a minute of a camera.
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
    Column("piece", Integer, nullable=False),  # from 0: a minute that was interrupted has several
    Column("observed_seconds", Float, nullable=False),
    Column("trusted", Boolean, nullable=False),  # was the clock synchronised
    Column("body", String, nullable=False),  # the message with the bin as JSON, as it is sent
    Column("boot_session", Integer, nullable=True),  # boot_sessions.id in which it was added; null: not known
    Column("added_monotonic", BigInteger, nullable=True),  # when, microseconds, monotonic: its age for retention
    UniqueConstraint("camera", "start", "piece"),
    Index(None, "start"),
    Index(None, "boot_session", "added_monotonic"),
)

#: One row for each camera that ever counted. It stays when its counts are deleted, so that no id is used twice.
camera_counters = Table(
    "camera_counters",
    metadata,
    Column("camera", String, primary_key=True),
    Column("last_count_id", Integer, nullable=False),  # the greatest counts.id that it ever had
    Column("deleted_until", BigInteger, nullable=True),  # start of the latest minute that was deleted
)

#: Crossings since counting began, those of deleted minutes included: a published total must never fall.
line_totals = Table(
    "line_totals",
    metadata,
    Column("camera", String, primary_key=True),
    Column("line", String, primary_key=True),
    Column("class", String, key="object_class", primary_key=True),
    Column("forward", BigInteger, nullable=False),
    Column("backward", BigInteger, nullable=False),
)

events = Table(
    "events",
    metadata,
    Column("id", String, primary_key=True),
    Column("camera", String, nullable=True),  # null: of the site
    Column("kind", String, nullable=False),
    Column("time", Float, nullable=False),
    Column("state", String, nullable=False),  # new, acknowledged, resolved
    Column("state_changed", Float, nullable=False),
    Column("body", String, nullable=False),  # the message with the event as JSON, as it is sent
    Column("boot_session", Integer, nullable=True),  # as in `counts`
    Column("added_monotonic", BigInteger, nullable=True),
    Index(None, "time"),
    Index(None, "boot_session", "added_monotonic"),
)

#: Messages that are not delivered yet, one row for each destination. A row is deleted when it was delivered, and for
#: no other reason.
outbox = Table(
    "outbox",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False),  # the message's own id, by which the receiver detects a repeat
    Column("destination", String, nullable=False),
    Column("priority", Integer, nullable=False),  # 0 events, 1 counts, 2 thumbnails, 3 clips
    Column("topic", String, nullable=False),
    Column("body", LargeBinary, nullable=False),  # for event media: their metadata; the media are read when sent
    Column("camera", String, nullable=True),  # of event media: which recordings they need
    Column("start", Float, nullable=True),
    Column("end", Float, nullable=True),
    Column("created", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("not_before", Float, nullable=False),
    Column("awaiting_ack", Boolean, nullable=False),  # sent, and not acknowledged by the receiver yet
    Column("last_error", String, nullable=True),
    UniqueConstraint("destination", "key"),
    Index(None, "destination", "priority", "id"),
)

#: Bytes sent by day: the budget is checked against it. Each attempt counts, delivered or not.
traffic = Table(
    "traffic",
    metadata,
    Column("destination", String, primary_key=True),
    Column("day", Integer, primary_key=True),  # days since 1970, UTC
    Column("priority", Integer, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    Column("messages", Integer, nullable=False),
)

#: Hours that were published to a fleet, each once: an hour that is here is never published again, whatever comes late.
published_hours = Table(
    "published_hours",
    metadata,
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("end", BigInteger, nullable=False),
    Column("epsilon", Float, nullable=False),  # privacy budget that it cost
    Column("withheld", Boolean, nullable=False),  # not sent: too much of the budget was spent already
    Column("published", Float, nullable=False),
)

#: Tables that were exported with --publish.
published_exports = Table(
    "published_exports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("start", BigInteger, nullable=False),
    Column("end", BigInteger, nullable=False),
    Column("epsilon", Float, nullable=False),
    Column("published", Float, nullable=False),
)

#: One row: what the newest health message to a fleet was.
fleet_reports = Table(
    "fleet_reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("number", Integer, nullable=False),
    Column("log_number", Integer, nullable=False),  # row of the audit log that was its head
)

#: Validations of a line or zone. At most one of each is without `document`: not finished.
validations = Table(
    "validations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("camera", String, nullable=False),
    Column("location", String, nullable=False),
    Column("kind", String, nullable=False),  # line, zone
    Column("object_class", String, nullable=False),
    Column("seed", String, nullable=False),
    Column("eligible_minutes", Integer, nullable=False),
    Column("first", BigInteger, nullable=False),  # start of the first eligible minute
    Column("last", BigInteger, nullable=False),
    Column("drawn", Float, nullable=False),
    Column("document", String, nullable=True),  # the signed document as JSON
)

#: The minutes that were drawn, in the order in which a person counts them. Deleted with the counts of that time.
validation_stretches = Table(
    "validation_stretches",
    metadata,
    Column("validation", Integer, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("start", BigInteger, nullable=False),
    Column("stratum", Integer, nullable=False),
    Column("stratum_minutes", Integer, nullable=False),
    Column("program_forward", Integer, nullable=False),  # of a zone: entries
    Column("program_backward", Integer, nullable=False),  # of a zone: exits
    Column("person_forward", Integer, nullable=True),  # null: not counted yet, or could not be
    Column("person_backward", Integer, nullable=True),
    Column("done", Boolean, nullable=False),
)

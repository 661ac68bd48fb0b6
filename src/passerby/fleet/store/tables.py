"""The tables of a fleet, with the unit of each column. Typed and short columns only: none could hold a picture.

`health` and the counts are two streams that share nothing but the site. What grows by the hour is partitioned by month
in PostgreSQL (PARTITIONED), so its keys contain the time by which it is. Beside what arrived are sums, by hour and by
day, from which the pages read.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    UniqueConstraint,
)

from passerby.documents.status import CoverReason

metadata = MetaData(
    naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
)

#: What is counted: entries of zones, crossings of lines.
NUMBERS = ("entries", "forward", "backward")
#: Stands for all sites together in the tables of sums.
ALL_SITES = 0

#: Columns of `health` and `cameras` with the share of frames covered whole, by reason.
COVER_COLUMNS = {reason: f"covered_{reason.value}" for reason in CoverReason}

sites = Table(
    "sites",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(40), nullable=False, unique=True),  # in topics and certificates
    Column("display_name", String(80), nullable=False),
    Column("certificate", String(64), nullable=True),  # SHA-256 of its certificate; null: none is valid
    Column("x", Float, nullable=True),  # where it is on the plan, 0 to 1; null: on none
    Column("y", Float, nullable=True),
    Column("added", BigInteger, nullable=False),  # Unix seconds
)

#: What each site said last: one row a site, so that the table of sites is one short query.
latest = Table(
    "latest",
    metadata,
    Column("site", ForeignKey("sites.id"), primary_key=True),
    Column("number", BigInteger, nullable=False),  # of the message
    Column("sent", BigInteger, nullable=False),  # microseconds of Unix time by the site's clock
    Column("received", BigInteger, nullable=False),  # seconds of Unix time by the fleet's clock
    Column("clock_trusted", Boolean, nullable=False),
    Column("timezone", String(48), nullable=False),
    Column("version", String(40), nullable=False),
    Column("cameras", SmallInteger, nullable=False),
    Column("cameras_up", SmallInteger, nullable=False),
    Column("covered", Float, nullable=False),  # share of frames covered whole: the mean of all cameras
    Column("disk_days", Float, nullable=True),
    Column("backlog", BigInteger, nullable=False),
    Column("newest_minute_age_s", Float, nullable=True),
    Column("verdict", String(16), nullable=True),  # of the newest retention attestation
    Column("overdue", Integer, nullable=True),
    Column("attested", Float, nullable=True),  # Unix seconds by the site's clock
)

#: Cameras as each site reported them last.
cameras = Table(
    "cameras",
    metadata,
    Column("site", ForeignKey("sites.id"), primary_key=True),
    Column("camera", String(40), primary_key=True),
    Column("up", Boolean, nullable=False),
    *(Column(name, Float, nullable=False) for name in COVER_COLUMNS.values()),
)

#: Weights that each site uses.
weights = Table(
    "weights",
    metadata,
    Column("site", ForeignKey("sites.id"), primary_key=True),
    Column("model", String(40), primary_key=True),
    Column("sha256", String(64), nullable=False),
)

#: Health over time: one row a message.
health = Table(
    "health",
    metadata,
    Column("id", String(120), primary_key=True),
    Column("sent", BigInteger, primary_key=True),  # microseconds, as in `latest`
    Column("site", Integer, nullable=False),
    Column("at", BigInteger, nullable=False),  # seconds: when it was sent, or received where its clock is not trusted
    Column("received", BigInteger, nullable=False),
    Column("clock_trusted", Boolean, nullable=False),
    Column("cameras", SmallInteger, nullable=False),
    Column("cameras_up", SmallInteger, nullable=False),
    *(Column(name, Float, nullable=False) for name in COVER_COLUMNS.values()),  # means of all cameras
    Column("disk_days", Float, nullable=True),
    Column("backlog", BigInteger, nullable=False),
    Index(None, "site", "at"),
)

#: Health by hour: what charts of more than two days read.
health_hours = Table(
    "health_hours",
    metadata,
    Column("site", Integer, primary_key=True),
    Column("start", BigInteger, primary_key=True),  # Unix seconds, a whole hour, by `health.at`
    Column("messages", Integer, nullable=False),
    Column("doubtful", Integer, nullable=False),  # of these, those without a trusted clock
    Column("cameras", SmallInteger, nullable=False),  # the highest
    Column("cameras_up", SmallInteger, nullable=False),  # the lowest
    *(Column(name, Float, nullable=False) for name in COVER_COLUMNS.values()),  # sums
    Column("disk_days", Float, nullable=True),  # the lowest
    Column("backlog", BigInteger, nullable=False),  # the highest
)

#: Heads of audit logs, and rows that were heads before, as they were stated: never deleted. Two hashes of one number
#: show that a log was rewritten.
heads = Table(
    "heads",
    metadata,
    Column("site", ForeignKey("sites.id"), primary_key=True),
    Column("number", BigInteger, primary_key=True),
    Column("hash", String(64), primary_key=True),
    Column("stated", BigInteger, nullable=False),  # `latest.number` of the message that stated it first
    Column("received", BigInteger, nullable=False),
)

#: Retention attestations: never deleted.
attestations = Table(
    "attestations",
    metadata,
    Column("site", ForeignKey("sites.id"), primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("created", Float, nullable=False),  # Unix seconds by the site's clock
    Column("verdict", String(16), nullable=False),
    Column("overdue", Integer, nullable=False),
    Column("received", BigInteger, nullable=False),
)

#: What is counted: a line or zone of a camera, and a class.
series = Table(
    "series",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", ForeignKey("sites.id"), nullable=False),
    Column("camera", String(40), nullable=False),
    Column("location", String(40), nullable=False),
    Column("location_type", String(4), nullable=False),  # zone or line
    Column("class", String(16), key="object_class", nullable=False),
    UniqueConstraint("site", "camera", "location", "location_type", "object_class"),
)

#: Counts messages that were stored: a repeat is known by its id.
counts_messages = Table(
    "counts_messages",
    metadata,
    Column("id", String(140), primary_key=True),
    Column("start", BigInteger, primary_key=True),  # Unix seconds
    Column("site", Integer, nullable=False),
    Column("received", BigInteger, nullable=False),
    Index(None, "site", "start"),
)

#: Published counts. Null: not observed, not counted there, or suppressed.
counts = Table(
    "counts",
    metadata,
    Column("series", Integer, primary_key=True),
    Column("start", BigInteger, primary_key=True),  # Unix seconds, UTC
    Column("local_day", Integer, nullable=False),  # of the site's time zone: days since 1970-01-01
    Column("local_hour", SmallInteger, nullable=False),
    Column("observed_seconds", Float, nullable=False),
    Column("trusted", Boolean, nullable=False),
    *(Column(name, Integer, nullable=True) for name in NUMBERS),
    Column("suppressed", Boolean, nullable=False),
    Column("epsilon", Float, nullable=False),
    Column("min_count", Integer, nullable=False),
)


#: Parts of a validation of which a bias is stated, each with the ends of its 95 % interval.
BIASED = ("both", "forward", "backward")

#: How far the numbers of a line or zone were off where a person counted it too, as its site stated and signed it.
validations = Table(
    "validations",
    metadata,
    Column("series", ForeignKey("series.id"), primary_key=True),
    Column("finished", BigInteger, primary_key=True),  # Unix seconds by the site's clock
    Column("minutes", SmallInteger, nullable=False),  # that were drawn
    Column("counted", SmallInteger, nullable=False),  # of these, those that a person could count
    Column("first", BigInteger, nullable=False),  # Unix seconds: of which time was drawn
    Column("last", BigInteger, nullable=False),
    *(Column(f"{part}_{name}", Float, nullable=True) for part in BIASED for name in ("bias", "low", "high")),
    Column("public_key", String(64), nullable=False),  # Ed25519, in hex
    Column("signature", String(128), nullable=False),  # of the documents.count_validation.ValidationSummary, in hex
    Column("received", BigInteger, nullable=False),
)


def _sums() -> list[Column[Any]]:
    """Columns of every table of sums: of hours of series."""
    return [
        Column("observed_seconds", Float, nullable=False),
        Column("hours", Integer, nullable=False),  # hours of series that arrived
        Column("suppressed", Integer, nullable=False),  # of these, those of which a number was left out
        Column("doubtful", Integer, nullable=False),  # of these, those without a trusted clock
        *(Column(name, BigInteger, nullable=True) for name in NUMBERS),
    ]


#: Of a line or zone, by day of its site: what is read where cameras or lines are chosen.
series_days = Table(
    "series_days",
    metadata,
    Column("series", Integer, primary_key=True),
    Column("local_day", Integer, primary_key=True),
    *_sums(),
)

#: Of all lines and zones of a site and a class, by hour; the rows of site ALL_SITES are of all sites together. The day
#: is that of the site: where zones differ, one hour of all sites has two.
site_hours = Table(
    "site_hours",
    metadata,
    Column("site", Integer, primary_key=True),
    Column("class", String(16), key="object_class", primary_key=True),
    Column("start", BigInteger, primary_key=True),  # Unix seconds, UTC, a whole hour
    Column("local_day", Integer, primary_key=True),
    *_sums(),
)

#: Likewise, by day.
site_days = Table(
    "site_days",
    metadata,
    Column("site", Integer, primary_key=True),
    Column("class", String(16), key="object_class", primary_key=True),
    Column("local_day", Integer, primary_key=True),
    *_sums(),
    Index(None, "local_day"),
)

#: What was refused, by site and reason. The message itself is not kept.
refusals = Table(
    "refusals",
    metadata,
    Column("site", String(40), primary_key=True),  # as the connection says; empty: of none that is known
    Column("reason", String(16), primary_key=True),  # RefusalKind
    Column("messages", BigInteger, nullable=False),
    Column("first", BigInteger, nullable=False),  # Unix seconds
    Column("last", BigInteger, nullable=False),
)

#: Alerts: open where `ended` is null.
alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("site", ForeignKey("sites.id"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("began", BigInteger, nullable=False),  # Unix seconds
    Column("ended", BigInteger, nullable=True),
    Index(None, "site", "kind", "ended"),
)

#: Notices of an alert that wait to be sent: one a channel, once when it begins and once when it is over.
notices = Table(
    "notices",
    metadata,
    Column("alert", ForeignKey("alerts.id"), primary_key=True),
    Column("channel", String(40), primary_key=True),
    Column("over", Boolean, primary_key=True),
    Column("sent", BigInteger, nullable=True),  # Unix seconds; null: not yet
    Column("attempts", Integer, nullable=False),
    Column("not_before", BigInteger, nullable=False),
)

#: Tables that PostgreSQL partitions by month, and the column with the time; how many of its units are a second.
PARTITIONED = {
    "health": ("sent", 1_000_000),
    "health_hours": ("start", 1),
    "counts_messages": ("start", 1),
    "counts": ("start", 1),
    "site_hours": ("start", 1),
}

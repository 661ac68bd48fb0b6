"""The tables of notifications: what has happened, what is to be sent to whom, and by which way.

Times are Unix seconds. Nothing here is about anybody in front of a camera.
"""

from __future__ import annotations

from sqlalchemy import Column, Float, ForeignKey, Index, Integer, String, Table, UniqueConstraint

from passerby.store.recordings.tables import metadata

#: What has happened, from the transaction of what it reports until it was planned who is notified of it.
notification_facts = Table(
    "notification_facts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String, nullable=False, unique=True),  # the same however often it is reported
    Column("kind", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("body", String, nullable=False),  # JSON: camera, time, event, approval, ...
)

#: What an account wants to be notified of. Of an account without a row: nothing.
notification_preferences = Table(
    "notification_preferences",
    metadata,
    Column("account", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("body", String, nullable=False),  # JSON: NotificationPreferences
)

#: How the last notification of each account and channel went.
notification_results = Table(
    "notification_results",
    metadata,
    Column("account", ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("channel", String, primary_key=True),
    Column("sent_at", Float, nullable=True),
    Column("problem", String, nullable=True),  # why the last attempt failed; null after one that did not
    Column("problem_since", Float, nullable=True),
    Column("dropped", Integer, nullable=False),  # notifications that were given up since `problem_since`
)

#: Notifications that wait to be sent, one row for each account and channel.
notification_queue = Table(
    "notification_queue",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("channel", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("created", Float, nullable=False),
    Column("not_before", Float, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("body", String, nullable=False),  # that of the fact
    Index(None, "channel", "not_before"),
)

#: Browsers that receive notifications of an account.
push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False),
    Column("endpoint", String, nullable=False),
    Column("p256dh", String, nullable=False),  # public key of the browser, URL-safe Base64
    Column("auth", String, nullable=False),  # URL-safe Base64
    Column("label", String, nullable=False),  # which browser it is, for its owner
    Column("created", Float, nullable=False),
    UniqueConstraint("account", "endpoint"),
)

#: Cameras of which it was reported that they are lost, and not yet that they are back.
camera_outages = Table(
    "camera_outages",
    metadata,
    Column("camera", String, primary_key=True),
    Column("since", Float, nullable=False),
)

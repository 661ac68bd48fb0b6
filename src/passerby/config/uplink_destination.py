"""What is sent to a destination, how much of it a day, and what goes first."""

from __future__ import annotations

from enum import StrEnum

from pydantic import ByteSize, Field

from passerby.core.model import FrozenModel


class Priority(StrEnum):
    """Classes of messages, in order of priority, highest first."""

    EVENTS = "events"
    COUNTS = "counts"
    THUMBNAILS = "thumbnails"
    CLIPS = "clips"


#: The share of the daily budget up to which each class may be sent, higher priorities included: so clips never use up
#: the budget of events that are still to come.
BUDGET_SHARES = {Priority.EVENTS: 1.0, Priority.COUNTS: 0.9, Priority.THUMBNAILS: 0.75, Priority.CLIPS: 0.6}


class DestinationSettings(FrozenModel):
    """What is sent to a destination, and how much."""

    max_bytes_per_day: ByteSize | None = Field(
        default=None, description="Bytes per day (UTC) to this destination, as 20MB; null for no limit."
    )
    send: tuple[Priority, ...] = Field(
        default=(Priority.EVENTS, Priority.COUNTS), min_length=1, description="What is sent there."
    )

"""What a site sends to a fleet: the `fleet` block of `uplink` in site.yaml."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import ByteSize, Field, model_validator

from passerby.config.uplink_destination import DestinationSettings
from passerby.core.model import FrozenModel

#: Name of the fleet among the destinations of the outbox.
FLEET_DESTINATION = "fleet"


class PublishedCountsSettings(FrozenModel):
    """How counts are published to the fleet: hour by hour, once, with noise, small numbers suppressed."""

    epsilon: float = Field(default=1.0, gt=0, le=10, description="Privacy budget of an hour. Smaller means more noise.")
    epsilon_limit: float = Field(
        default=2.0,
        gt=0,
        le=20,
        description="The most that may be spent on an hour, exports with --publish included. An hour of which more was "
        "spent is not sent.",
    )
    min_count: int = Field(default=5, ge=1, le=100_000, description="Counts below this number are suppressed.")

    @model_validator(mode="after")
    def _check_limit(self) -> Self:
        if self.epsilon_limit < self.epsilon:
            raise ValueError("epsilon_limit is less than epsilon: no hour could be sent")
        return self


class FleetUplinkSettings(FrozenModel):
    """A fleet. It gets the health of the site, and counts where `counts` is set; it can ask for nothing."""

    credentials: str = Field(
        min_length=1,
        description="The file that `passerby fleet add` made for this site, relative to site.yaml where not absolute.",
    )
    by: Literal["mqtt", "https"] = Field(
        default="mqtt", description="How messages are sent; https where MQTT is blocked."
    )
    health_interval: float = Field(default=300.0, ge=10, le=3600, description="Seconds between two health messages.")
    max_bytes_per_day: ByteSize | None = Field(
        default=None, description="Bytes per day (UTC) to the fleet, as 5MB; null for no limit."
    )
    counts: PublishedCountsSettings | None = Field(
        default=None, description="How counts are published to the fleet; null: none are."
    )

    @property
    def destination(self) -> DestinationSettings:
        """Its budget in the outbox."""
        return DestinationSettings(max_bytes_per_day=self.max_bytes_per_day)

"""Counts as they are stored and sent: one bin per minute and camera, without any id, and events."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import AliasChoices, ConfigDict, Field

from passerby.config.counting_config import EventKind
from passerby.core.box import Box
from passerby.core.kinds import ObjectClass
from passerby.core.model import FrozenModel

#: Length of a bin.
BIN_S = 60
#: Upper bounds of the dwell histogram; the last class is open.
DWELL_BOUNDS_S = (5, 15, 30, 60, 120, 300, 900)


@dataclass(frozen=True, slots=True)
class CountedObject:
    """One tracked object in one detection pass. `track` only distinguishes it from the other objects of the camera.

    `box` is normalized to the frame, 0 to 1. `confirmed`: it was detected often enough to be counted. `detected` is
    False where the detector missed it in this pass, and `box` is its predicted position.
    """

    track: int
    object_class: ObjectClass
    box: Box
    confirmed: bool
    detected: bool = True


class _ClassCount(FrozenModel):
    """`object_class` is `class` in JSON, which is no name in Python."""

    model_config = ConfigDict(serialize_by_alias=True)

    object_class: ObjectClass = Field(
        validation_alias=AliasChoices("class", "object_class"), serialization_alias="class"
    )


class ZoneCount(_ClassCount):
    """One zone and class in one minute. `dwell[i]` is the number of visits that ended in it and lasted less than
    DWELL_BOUNDS_S[i] seconds, the last entry that of longer ones. Visits whose start or end was not observed are
    `censored`: their length is not known."""

    zone: str
    mean: float = Field(ge=0, description="Mean occupancy over the observed time.")
    peak: int = Field(ge=0, description="Peak occupancy.")
    entries: int = Field(ge=0, description="Visits that started.")
    exits: int = Field(ge=0, description="Visits whose end was observed.")
    dwell: tuple[int, ...] = Field(min_length=len(DWELL_BOUNDS_S) + 1, max_length=len(DWELL_BOUNDS_S) + 1)
    censored: int = Field(default=0, ge=0)


class LineCount(_ClassCount):
    """One line and class in one minute: crossings in each direction."""

    line: str
    forward: int = Field(ge=0)
    backward: int = Field(ge=0)


class CountBin(FrozenModel):
    """One minute of one camera. Only observed time counts: `observed_seconds` is their number.

    A minute without observation has no bin: unknown is not zero. A minute may be stored in several parts, after a
    restart or when the clock was set back: their counts add up.
    """

    camera: str
    start: int = Field(description="Unix seconds, UTC, a whole minute.")
    observed_seconds: float = Field(gt=0, description="Observed seconds.")
    trusted: bool = Field(description="Whether the clock was synchronised.")
    zones: tuple[ZoneCount, ...] = ()
    lines: tuple[LineCount, ...] = ()


class EventState(StrEnum):
    """State of an event."""

    NEW = "new"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Event(FrozenModel):
    """An event. Its clip is the masked recording of the camera from `start` to `end`."""

    id: str = Field(description="Stays the same however often the event is sent.")
    camera: str | None = Field(description="None for an event of the site.")
    rule: str
    kind: EventKind
    time: float = Field(description="Unix seconds, UTC.")
    trusted: bool = Field(description="Whether the clock was synchronised.")
    start: float | None = Field(default=None, description="Start of the clip, Unix seconds.")
    end: float | None = Field(default=None, description="End of the clip, Unix seconds.")
    location: str | None = Field(default=None, description="Name of the zone or line.")
    count: int | None = Field(default=None, description="Number of objects.")
    detail: str | None = Field(default=None, description="Details, as text.")

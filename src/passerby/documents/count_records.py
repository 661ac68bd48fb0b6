"""What was counted, as it is kept and sent: a bin a minute and camera, without any id, and what is worth telling."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from pydantic import Field

from passerby.config.counting_config import EventKind
from passerby.core.box import Box
from passerby.core.kinds import ObjectClass
from passerby.core.model import FrozenModel

#: Seconds of a bin.
MINUTE = 60
#: Upper ends of the classes of the dwell histogram, in seconds; the last class has none.
DWELL = (5, 15, 30, 60, 120, 300, 900)


@dataclass(frozen=True, slots=True)
class Body:
    """One body at one look. `track` tells it from the others of this look and the looks before, and nothing else.

    `box` is in shares of the picture, 0 to 1. `confirmed`: it has been seen often enough to be counted. `seen` is False
    where it was looked for and not seen, and is held where it should be.
    """

    track: int
    sort: ObjectClass
    box: Box
    confirmed: bool
    seen: bool = True


class ZoneCount(FrozenModel):
    """One zone and sort in one minute. `dwell[i]` are the visits that ended in it and lasted less than DWELL[i]
    seconds, in the last place the longer ones. Visits of which the beginning or the end was not watched are `cut`, and
    their length is not known."""

    zone: str
    sort: ObjectClass
    mean: float = Field(ge=0, description="How many were in it, over the time that was watched.")
    most: int = Field(ge=0, description="How many were in it at once at most.")
    came: int = Field(ge=0, description="Visits that began.")
    left: int = Field(ge=0, description="Visits that were seen to end.")
    dwell: tuple[int, ...] = Field(min_length=len(DWELL) + 1, max_length=len(DWELL) + 1)
    cut: int = Field(default=0, ge=0)


class LineCount(FrozenModel):
    """One line and sort in one minute: crossings each way."""

    line: str
    sort: ObjectClass
    forward: int = Field(ge=0)
    back: int = Field(ge=0)


class Bin(FrozenModel):
    """One minute of one camera. Only what was watched counts: `covered` says how many of its seconds were.

    A minute with nothing watched has no bin: not known is not zero. A minute may come in several pieces, when the
    program was started anew in it or the clock was set back: their counts add up.
    """

    camera: str
    start: int = Field(description="Unix seconds, UTC, a whole minute.")
    covered: float = Field(gt=0, description="Seconds of it that were watched.")
    trusted: bool = Field(description="Was the clock to be believed?")
    zones: tuple[ZoneCount, ...] = ()
    lines: tuple[LineCount, ...] = ()


class EventState(StrEnum):
    """What people have made of an event."""

    NEW = "new"
    SEEN = "seen"
    CLOSED = "closed"


class Event(FrozenModel):
    """Something worth telling. The clip is what was recorded, masked, of the camera from `start` to `end`."""

    id: str = Field(description="The same for the same event however often it is told.")
    camera: str | None = Field(description="None for what concerns the site.")
    rule: str
    kind: EventKind
    at: float = Field(description="Unix seconds, UTC.")
    trusted: bool = Field(description="Was the clock to be believed?")
    start: float | None = Field(default=None, description="Where the clip begins, Unix seconds.")
    end: float | None = Field(default=None, description="Where it ends.")
    place: str | None = Field(default=None, description="The zone or line.")
    count: int | None = Field(default=None, description="How many.")
    detail: str | None = Field(default=None, description="In a few words.")

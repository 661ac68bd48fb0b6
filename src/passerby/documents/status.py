"""How a site is: what `passerby status`, the metrics and the pages tell. Numbers and words, never a picture.

The JSON schema of `passerby status --json` is generated from these classes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from passerby.core.model import FrozenModel


class Reason(StrEnum):
    """Why a whole picture was covered."""

    START = "start"  #: before the first look after a beginning, a gap or a new scene
    LATE = "late"  #: no look was finished in time, or two looks were too far apart
    FAILED = "failed"  #: a look failed
    MODELS = "models"  #: a model is missing, or gives a wrong answer to the known picture
    MOTION = "motion"  #: motion could not be trusted, or frames were missing, before the next look
    DAMAGED = "damaged"  #: the camera sent a broken frame


class State(StrEnum):
    """How a camera is."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"
    STOPPED = "stopped"


class CameraStatus(FrozenModel):
    """One camera, as its process tells about once a second. Counts are since that process began."""

    state: State = State.CONNECTING
    problem: str | None = Field(default=None, description="what is wrong and what to do, while something is")
    width: int | None = Field(default=None, description="of the recorded picture, pixels")
    height: int | None = Field(default=None, description="of the recorded picture, pixels")
    frames_a_second: float = Field(default=0.0, description="that came from the camera, over the last ten seconds")
    last_frame_age: float | None = Field(default=None, description="seconds since the newest frame came")
    frames: int = Field(default=0, description="that came from the camera and are wanted")
    written: int = Field(default=0, description="that were handed on, masked or covered")
    dropped: int = Field(default=0, description="that were left out because the machine did not keep up")
    covered: dict[Reason, int] = Field(default={}, description="frames that were covered whole, by reason")
    covered_share: float = Field(default=0.0, description="of the frames of the last minute, 0 to 1")
    latency: float | None = Field(
        default=None, description="seconds from the camera to being handed on, the newest frame"
    )
    looks: int = Field(default=0, description="that the models took")
    look_seconds: float | None = Field(default=None, description="that a look takes, running mean")
    look_every: float | None = Field(default=None, description="seconds between the beginnings of two looks")
    connections: int = Field(default=0, description="that were made")
    faults: int = Field(default=0, description="pieces of the stream that could not be read or decoded")
    jumps: int = Field(default=0, description="times at which the stream's clock jumped")
    memory: int = Field(default=0, description="bytes that the process holds")
    recording: dict[str, Any] = Field(default={}, description="what the recorder says")


class CameraHealth(CameraStatus):
    """A camera as the whole site sees it."""

    restarts: int = Field(default=0, description="how often its process had to be started anew")


class SiteStatus(FrozenModel):
    """All of a site."""

    schema_version: Literal[1] = 1
    name: str
    since: float = Field(description="Unix seconds at which the program was started")
    now: float = Field(description="Unix seconds")
    clock_trusted: bool = Field(description="is the machine's clock kept by a better one")
    cameras: dict[str, CameraHealth]
    disk: dict[str, Any] = Field(default={}, description="what the store says of room and time left")

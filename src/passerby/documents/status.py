"""Status of a site, as shown by `passerby status`, the metrics and the web interface. Never a picture.

The JSON schema of `passerby status --json` is generated from these classes.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from passerby.core.model import FrozenModel


class CoverReason(StrEnum):
    """Why a whole frame was covered."""

    START = "start"  #: before the first detection after a start, a gap or a scene cut
    LATE = "late"  #: no detection finished in time, or two were too far apart
    FAILED = "failed"  #: detection failed
    MODELS = "models"  #: a model is missing, or fails its known-answer test
    MOTION = "motion"  #: optical flow was unreliable, or frames were missing, before the next detection
    DAMAGED = "damaged"  #: the camera sent a broken frame
    UNSEEN = "unseen"  #: most of it changed, and no detector run has seen it since


class CameraState(StrEnum):
    """Connection state of a camera."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"
    STOPPED = "stopped"


class RestreamState(StrEnum):
    """State of the masked RTSP stream of a camera."""

    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"


class RestreamStatus(FrozenModel):
    """The masked RTSP stream that a camera publishes."""

    state: RestreamState
    problem: str | None = Field(default=None, description="current problem and what to do about it")
    connections: int = Field(default=0, description="connections established")
    dropped: int = Field(default=0, description="parts of a fifth of a second that were not published")


class CameraStatus(FrozenModel):
    """One camera, as reported by its process about once a second. Counts are since that process started."""

    state: CameraState = CameraState.CONNECTING
    problem: str | None = Field(default=None, description="current problem and what to do about it")
    width: int | None = Field(default=None, description="of the output, pixels")
    height: int | None = Field(default=None, description="of the output, pixels")
    fps: float = Field(default=0.0, description="frames per second from the camera, over the last ten seconds")
    last_frame_age: float | None = Field(default=None, description="seconds since the newest frame was received")
    frames: int = Field(default=0, description="frames received from the camera, after the limit of max_fps")
    output_frames: int = Field(default=0, description="frames output, masked or covered")
    dropped: int = Field(default=0, description="frames dropped because the machine did not keep up")
    covered: dict[CoverReason, int] = Field(default={}, description="frames covered whole, by reason")
    covered_share: float = Field(default=0.0, description="share of frames covered whole in the last minute, 0 to 1")
    unseen_frames: int = Field(
        default=0,
        description="frames with parts covered because they changed and no detector run saw them empty",
    )
    unseen_share: float = Field(default=0.0, description="share of the pixels of the last minute covered so, 0 to 1")
    covered_now: CoverReason | None = Field(
        default=None, description="why the newest frame is covered whole; null where it is masked"
    )
    unseen_now: float = Field(
        default=0.0,
        description="share of the newest frame that is covered because it changed and no detector run saw it empty",
    )
    occupancy: dict[str, int] | None = Field(
        default=None, description="people and vehicles in each zone now; null while that is not known"
    )
    latency: float | None = Field(default=None, description="seconds from capture to output, of the newest frame")
    detector_runs: int = Field(default=0, description="detection passes")
    detector_seconds: float | None = Field(default=None, description="seconds per detection pass, running mean")
    detector_interval: float | None = Field(
        default=None, description="seconds from the start of one detection pass to the next"
    )
    connections: int = Field(default=0, description="connections established")
    stream_errors: int = Field(default=0, description="packets that could not be read or decoded")
    timestamp_jumps: int = Field(default=0, description="discontinuities of the stream timestamps")
    memory: int = Field(default=0, description="resident memory of the process, bytes")
    recording: dict[str, Any] = Field(default={}, description="status of the recorder")
    restream: RestreamStatus | None = Field(
        default=None, description="status of the masked RTSP stream; null where none is published"
    )


class CameraHealth(CameraStatus):
    """One camera, with what its supervisor knows."""

    restarts: int = Field(default=0, description="restarts of its process")


class SiteStatus(FrozenModel):
    """Status of a site."""

    schema_version: Literal[1] = 1
    name: str
    started: float = Field(description="start of the program, Unix seconds")
    now: float = Field(description="Unix seconds")
    clock_trusted: bool = Field(description="whether the clock of the machine is synchronised")
    cameras: dict[str, CameraHealth]
    disk: dict[str, Any] = Field(default={}, description="free space and expected retention of the store")

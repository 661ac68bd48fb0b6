"""What the web interface of a site works on: the site, its recordings, its live streams, and tools of other
packages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from fastapi import HTTPException
from pydantic import Field, JsonValue

from passerby.config.site import CameraSettings, Site
from passerby.core.clock import Clock, SystemClock, boot_id
from passerby.core.model import FrozenModel
from passerby.documents.recording_report import RecordingReport
from passerby.documents.status import SiteStatus
from passerby.server.live.buffer import LiveBuffer
from passerby.server.site.auth.principal import Principal
from passerby.store.audit.log import AuditAction, AuditEntry, write
from passerby.store.counts.events_and_counts import CountStore
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings


class DiscoveredStream(FrozenModel):
    """A stream of a camera on the network. `recommended`: the one to watch."""

    url: str
    role: str
    width: int
    height: int
    fps: float | None
    codec: str
    recommended: bool


class DiscoveredCamera(FrozenModel):
    """A camera that answered on the network."""

    name: str
    host: str
    streams: tuple[DiscoveredStream, ...]
    problem: str | None = Field(description="Why its streams could not be listed, and what to do.")


@dataclass(frozen=True, slots=True)
class CameraCheck:
    """Result of checking a camera: a masked `still` (JPEG), or the `problem`."""

    problem: str | None
    width: int = 0
    height: int = 0
    fps: float = 0.0
    still: bytes = b""


class MediaTools(Protocol):
    """What the web interface needs from packages that the server must not import; its caller passes it in."""

    def thumbnail(self, video: bytes, max_side: int) -> bytes:
        """The first frame of a recorded or live (and so masked) fragment as JPEG, its longer side at most `max_side`
        px. Raises PasserbyError when it has none."""
        ...

    def export_clip(
        self, recordings: Recordings, camera: str, start: float, end: float, output: Path
    ) -> Sequence[RecordingReport]:
        """Write the recordings from `start` to `end` (Unix seconds) to `output`, and further files beside it."""
        ...

    def discover(
        self, timeout_s: float, host: str | None, user: str | None, password: str | None
    ) -> Sequence[DiscoveredCamera]:
        """Cameras that answer on the network."""
        ...

    def check_camera(self, settings: CameraSettings) -> CameraCheck:
        """Connect, detect, mask, and return what would be recorded."""
        ...

    def presets(self, settings: CameraSettings) -> Sequence[tuple[str, str]]:
        """Token and name of each preset of a camera that turns. Raises CameraLost."""
        ...

    def go_to_preset(self, settings: CameraSettings, token: str) -> None:
        """Turn a camera to one of its presets. Raises CameraLost."""
        ...


@dataclass(frozen=True)
class SiteContext:
    """One site. `config` is its `site.yaml`; `running` the configuration in effect; `live` the live video, by camera.
    `apply` puts a new configuration into effect; None where that needs a restart.
    `restart_camera` starts the process of a camera again; None where the cameras run elsewhere."""

    config: Path
    running: Callable[[], Site]
    status: Callable[[], SiteStatus]
    live: Mapping[str, LiveBuffer]
    recordings: Recordings
    tools: MediaTools
    clock: Clock = field(default_factory=SystemClock)
    boot: str = field(default_factory=boot_id)
    apply: Callable[[Site], None] | None = None
    restart_camera: Callable[[str], None] | None = None

    @property
    def site(self) -> Site:
        return self.running()

    @property
    def database(self) -> Database:
        return self.recordings.database

    @property
    def counts(self) -> CountStore:
        return CountStore(self.database, self.site.topic, self.site.uplink.destinations())

    def wall_time(self) -> float:
        """Unix seconds."""
        return self.clock.now().wall

    def audit(
        self, principal: Principal, action: AuditAction, details: Mapping[str, JsonValue], purpose: str | None = None
    ) -> int:
        """Write to the audit log what somebody is about to do; `purpose` is that of the session unless given. The
        number of the row. Raises DiskFull, StoreError, or UsageError for an empty purpose."""
        entry = AuditEntry.of(
            principal.actor, action, details, self.clock.now(), self.boot, purpose or principal.purpose
        )
        return write(self.database, entry).number

    def require_camera(self, camera: str) -> None:
        """Raises HTTPException unless the camera is configured or has recordings."""
        if camera not in self.site.cameras and not any(
            recorded.camera == camera for recorded in self.recordings.cameras()
        ):
            raise HTTPException(404, f"There is no camera {camera} here.")

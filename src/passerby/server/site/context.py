"""The site that the pages are of: what it is asked through. Everything that shows a picture of it is masked."""

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
from passerby.server.live.buffer import Window
from passerby.server.site.principal import Visitor
from passerby.store.audit.log import Deed, Entry, write
from passerby.store.counts.events_and_counts import Counts
from passerby.store.database import Database
from passerby.store.recordings.index import Recordings


class FoundStream(FrozenModel):
    """A stream of a camera on the network. `chosen`: the one to watch."""

    url: str
    role: str
    width: int
    height: int
    frames_a_second: float | None
    codec: str
    chosen: bool


class FoundCamera(FrozenModel):
    """A camera that answered on the network."""

    name: str
    host: str
    streams: tuple[FoundStream, ...]
    problem: str | None = Field(description="Why its streams are not known, and what to do.")


@dataclass(frozen=True, slots=True)
class Trial:
    """What came of trying a camera: a masked `still` (JPEG), or the `problem`."""

    problem: str | None
    width: int = 0
    height: int = 0
    frames_a_second: float = 0.0
    still: bytes = b""


class Tools(Protocol):
    """What the pages need from rooms that the server does not know. Given by whoever serves them."""

    def glimpse(self, film: bytes, longest: int) -> bytes:
        """The first picture of a stored or live (and so masked) piece of film as JPEG, its longer side `longest` px at
        most. Raises PasserbyError when there is none in it."""
        ...

    def clip(
        self, recordings: Recordings, camera: str, begins: float, ends: float, output: Path
    ) -> Sequence[RecordingReport]:
        """Write what was recorded between two moments (Unix seconds) to `output`, later files beside it."""
        ...

    def find(self, seconds: float, at: str | None, user: str | None, password: str | None) -> Sequence[FoundCamera]:
        """Cameras that answer on the network."""
        ...

    def try_camera(self, settings: CameraSettings) -> Trial:
        """Connect, look, mask, and show what would be recorded."""
        ...


@dataclass(frozen=True)
class Place:
    """One site. `config` is its `site.yaml`; `running` is what runs now; `windows` hold the live pictures, by camera.
    `apply` makes what the file says now run, and is None where that takes a new start of the program."""

    config: Path
    running: Callable[[], Site]
    status: Callable[[], SiteStatus]
    windows: Mapping[str, Window]
    recordings: Recordings
    tools: Tools
    clock: Clock = field(default_factory=SystemClock)
    boot: str = field(default_factory=boot_id)
    apply: Callable[[Site], None] | None = None

    @property
    def site(self) -> Site:
        return self.running()

    @property
    def database(self) -> Database:
        return self.recordings.database

    @property
    def counts(self) -> Counts:
        return Counts(self.database, self.site.topic, self.site.uplink.destinations())

    def note(self, who: Visitor, what: Deed, on: Mapping[str, JsonValue], purpose: str | None = None) -> int:
        """Write down what somebody does, before it is done; what for is what they came for unless `purpose` says. The
        number of the row. Raises DiskFull, StoreError, or UsageError for a purpose that says nothing."""
        entry = Entry.of(who.who, what, on, self.clock.now(), self.boot, purpose or who.purpose)
        return write(self.database, entry).number

    def known(self, camera: str) -> str:
        """The name of a camera, if it runs or has recordings. Raises HTTPException."""
        if camera in self.site.cameras or any(one.camera == camera for one in self.recordings.cameras()):
            return camera
        raise HTTPException(404, f"There is no camera {camera} here.")

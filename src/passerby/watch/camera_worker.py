"""The story of one camera, top to bottom. Read this first, then stretch.py.

A thread reads the camera, another one looks, a third writes. This one, between them, joins frames by motion, has them
looked at, and lets them go when their time is up: masked, or covered whole. Nothing that happens to the camera, the
models or the disk ends it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

from passerby.config.site import CameraSettings
from passerby.core.clock import Moment
from passerby.core.kinds import Kind
from passerby.core.media import VideoInfo
from passerby.documents.status import CameraStatus
from passerby.track.live_tracker import Followed
from passerby.watch.camera_stats import Counters
from passerby.watch.capture_thread import Reading
from passerby.watch.detector_thread import Looking
from passerby.watch.live_pipeline import Counts, Released, Stretch
from passerby.watch.recorder_thread import Writing

#: Seconds between two looks at whether a frame's time is up.
TICK = 0.02


class Watched:
    """One camera while it is watched: `step` over and over, `end` at the end."""

    def __init__(
        self,
        settings: CameraSettings,
        reading: Reading,
        looking: Looking,
        writing: Writing,
        *,
        count: Sequence[Kind] = (),
        seen: Callable[[Moment, list[Followed]], None] = lambda at, followed: None,
        released: Callable[[VideoInfo, Released], None] = lambda video, released: None,
        now: Callable[[], float] = time.monotonic,
        counts: Counts | None = None,
    ) -> None:
        """`seen` is told of each look, `released` of each frame that leaves."""
        self._settings, self._reading, self._looking, self._writing = settings, reading, looking, writing
        self._count, self._seen, self._released, self._now = count, seen, released, now
        self._counts = counts
        self._stretches: list[Stretch] = []
        self.counters = Counters()

    def step(self, tick: float = TICK) -> None:
        """Take a frame if one comes within `tick` seconds, and let go of those whose time is up."""
        caught = self._reading.take(tick)
        if caught is not None:
            self.counters.came(caught.at.monotonic)
            self._stretch(caught.video).add(caught, self._now())
        for stretch in self._stretches:
            for released in stretch.due(self._now()):
                self._release(stretch.video, released)
        self._stretches = [s for s in self._stretches[:-1] if s.waiting] + self._stretches[-1:]

    def end(self, patience: float) -> None:
        """The camera is not watched any more: let the last frames go within `patience` seconds, and close all."""
        self._reading.stop()
        for stretch in self._stretches[-1:]:
            stretch.end()
        until = self._now() + patience
        while self._now() < until and any(stretch.waiting for stretch in self._stretches):
            self.step()
        self._looking.close()
        self._writing.close()

    def status(self) -> CameraStatus:
        """How it is."""
        now, counters, reading, looking = self._now(), self.counters, self._reading, self._looking
        geometry = self._stretches[-1].video.geometry if self._stretches else None
        return CameraStatus(
            state=reading.state,
            problem=reading.problem or looking.problem or self._writing.problem,
            width=None if geometry is None else geometry.width,
            height=None if geometry is None else geometry.height,
            frames_a_second=round(counters.rate(now), 2),
            last_frame_age=_rounded(counters.age(now)),
            frames=counters.frames,
            written=counters.written,
            dropped=reading.dropped + self._writing.dropped,
            covered=dict(counters.covered),
            covered_share=round(counters.covered_share(now), 4),
            latency=_rounded(counters.latency),
            looks=looking.looks,
            look_seconds=_rounded(looking.usual),
            look_every=_rounded(looking.pause),
            connections=reading.connections,
            memory=_memory(),
            recording=_told(self._writing.state),
        )

    def _stretch(self, video: VideoInfo) -> Stretch:
        """The stretch of pictures like this one; another size begins another."""
        if not self._stretches or self._stretches[-1].video is not video:
            if self._stretches:
                self._stretches[-1].end()
            self._stretches.append(
                Stretch(video, self._settings, self._looking, count=self._count, seen=self._seen, counts=self._counts)
            )
        return self._stretches[-1]

    def _release(self, video: VideoInfo, released: Released) -> None:
        self.counters.left(released.at.monotonic, self._now(), released.reason)
        self._released(video, released)
        self._writing.write(video, released.frame, released.at)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def _memory() -> int:
    """Bytes of memory that this process holds."""
    with open("/proc/self/statm", encoding="ascii") as file:
        return int(file.read().split()[1]) * 4096


def _told(state: object) -> dict[str, Any]:
    """A writer's state, whatever form it has, as plain values."""
    if state is None:
        return {}
    if hasattr(state, "model_dump"):
        return dict(state.model_dump(mode="json"))
    fields = getattr(state, "__dataclass_fields__", None)
    return {name: getattr(state, name) for name in fields} if fields else {"state": str(state)}

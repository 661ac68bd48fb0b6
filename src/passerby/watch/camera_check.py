"""Trying a camera before it is relied upon: connect, look, mask, and show what would be recorded."""

from __future__ import annotations

from dataclasses import dataclass

from passerby.config.site import CameraSettings
from passerby.core.clock import Clock, SystemClock
from passerby.core.media import VideoInfo
from passerby.core.safe_frame import SafeFrame
from passerby.documents.status import State
from passerby.watch.camera_process import camera_of, models_for
from passerby.watch.camera_worker import Watched
from passerby.watch.capture_thread import Reading
from passerby.watch.detector_thread import Looking
from passerby.watch.live_pipeline import Released
from passerby.watch.recorder_thread import Writing

#: Seconds that a camera has for giving a picture that can be shown. Loading the models is the longest part.
PATIENCE = 90.0
#: Seconds that a frame waits here: a still need not be in time, and a machine that is busy now may have time later.
DELAY = 6.0
#: Seconds after which a camera that has given nothing yet is given up.
CONNECTING = 15.0


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of it: a masked `still` and how fast frames come, or the `problem`."""

    problem: str | None
    video: VideoInfo | None = None
    frames_a_second: float = 0.0
    still: SafeFrame | None = None


def try_camera(settings: CameraSettings, clock: Clock | None = None) -> Tried:
    """Watch a camera until a frame may leave with its masks. Nothing is recorded."""
    clock = clock or SystemClock()
    settings = settings.model_copy(update={"delay": DELAY})

    def now() -> float:
        return clock.now().monotonic

    released: list[tuple[VideoInfo, Released]] = []
    reading, looking = Reading(camera_of(settings, clock), clock=now), Looking(models_for(settings), now)
    watched = Watched(
        settings,
        reading,
        looking,
        Writing(_no_writer),
        now=now,
        released=lambda video, one: released.append((video, one)),
    )
    began = now()
    try:
        while now() - began < PATIENCE:
            watched.step()
            done = next(((video, one) for video, one in released if one.reason is None), None)
            if done is not None:
                rate = watched.counters.rate(now())
                return Tried(None, done[0], rate, done[1].frame)
            silent = watched.counters.frames == 0
            if looking.problem is not None or (silent and reading.state is State.LOST and reading.problem is not None):
                break
            if silent and now() - began > CONNECTING:
                break
            released.clear()
        return Tried(
            looking.problem
            or reading.problem
            or "No picture could be masked in time: the machine is too busy, or the camera sends too little."
        )
    finally:
        reading.stop()
        looking.close()


def _no_writer(video: VideoInfo) -> _Nowhere:
    return _Nowhere()


class _Nowhere:
    """Where frames of a trial go."""

    def write(self, frame: SafeFrame, at: object) -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...

"""A camera in simulated time: frames and detections happen when a test says so, however busy the machine is."""

from concurrent.futures import Future
from fractions import Fraction

import av
import numpy as np

from passerby.config.site import CameraSettings
from passerby.core.clock import Moment
from passerby.core.media import Colour, Geometry, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.source.camera.capture import CapturedFrame

WIDTH, HEIGHT, RATE = 320, 180, 10


def video(width=WIDTH, height=HEIGHT, rate=RATE):
    return VideoInfo(
        stream=0,
        codec="rawvideo",
        time_base=Fraction(1, 1_000_000),
        geometry=Geometry(width, height),
        colour=Colour(full_range=False),
        pixel_format="yuv420p",
        bit_depth=8,
        frame_rate=Fraction(rate),
        frames_estimate=None,
        bit_rate=None,
    )


def settings(**changes):
    return CameraSettings(url="rtsp://camera/", **changes)


def textured(seed=0, width=WIDTH, height=HEIGHT):
    """A picture with texture for optical flow: uint8 (h, w)."""
    small = np.random.default_rng(seed).integers(60, 200, (height // 20, width // 20), np.uint8)
    return np.kron(small, np.ones((20, 20), np.uint8))


def video_frame(luma):
    frame = av.VideoFrame(luma.shape[1], luma.shape[0], "yuv420p")
    for plane, value in zip(frame.planes, (luma, None, None), strict=True):
        array = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        array[:] = 128
        if value is not None:
            array[:, : plane.width] = value
    frame.pts, frame.time_base = 0, Fraction(1, 1_000_000)
    return frame


def captured_frame(index, luma, info, seconds=None, damaged=False):
    at = index / RATE if seconds is None else seconds
    frame = RawFrame(video_frame(luma), index, round(at * 1e6), damaged)
    return CapturedFrame(frame, Moment(at, 1.8e9 + at, True), info)


class FakeLiveFrame:
    """A frame whose parts are searched: `search` returns the detections of the whole frame."""

    def __init__(self, frame, search):
        self._frame, self._search = frame, search

    def search(self, kind, box):
        return self.search_regions([box])

    def search_regions(self, regions):
        return [found for found in self._search(self._frame) if any(r.intersection(found.box) for r in regions)]


class FakeDetectorQueue:
    """A detector queue whose results and timing a test decides. `detect` returns the detections of a frame, `search`
    those of a search in parts of it; without it, there is none."""

    interval = 1.0

    def __init__(self, detect=lambda frame: [], duration_s=0.3, search=None):
        self.search, self.opened = search, []
        self.detect, self.duration_s = detect, duration_s
        self.problem = None
        self.now = 0.0
        self.submitted = []
        self._queue = []

    @property
    def pending(self):
        return len(self._queue)

    def submit(self, frame, geometry, scope):
        future = Future()
        starts = max(self.now, self._queue[-1][0] if self._queue else 0.0)
        self.submitted.append(frame.index)
        self._queue.append((starts + self.duration_s, future, frame))
        return future

    def open_frame(self, frame, geometry):
        self.opened.append(frame.index)
        return None if self.search is None else FakeLiveFrame(frame, self.search)

    def advance_to(self, now):
        """Advance the time to `now`: detections finish."""
        self.now = now
        while self._queue and self._queue[0][0] <= now:
            _, future, frame = self._queue.pop(0)
            try:
                future.set_result(self.detect(frame))
            except Exception as error:
                future.set_exception(error)


def run_pipeline(pipeline, detector, frames, until=None):
    """Everything that is released when `frames` arrive at their times; time ends at `until`."""
    out, now = [], 0.0
    for frame in frames:
        while now < frame.captured_at.monotonic:
            now = min(frame.captured_at.monotonic, now + 0.05)
            detector.advance_to(now)
            out += pipeline.release_due(now)
        pipeline.add(frame, now)
    until = now if until is None else until
    while now < until:
        now += 0.05
        detector.advance_to(now)
        out += pipeline.release_due(now)
    return out

"""A camera without time: frames, looks and moments happen when a test says so, however busy the machine is."""

from concurrent.futures import Future
from fractions import Fraction

import av
import numpy as np

from passerby.config.site import CameraSettings
from passerby.core.clock import Moment
from passerby.core.media import Colour, Geometry, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.source.camera.capture import Caught

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
    """A picture that motion can be seen in: soft blots, uint8 (h, w)."""
    small = np.random.default_rng(seed).integers(60, 200, (height // 20, width // 20), np.uint8)
    return np.kron(small, np.ones((20, 20), np.uint8))


def picture(luma):
    frame = av.VideoFrame(luma.shape[1], luma.shape[0], "yuv420p")
    for plane, value in zip(frame.planes, (luma, None, None), strict=True):
        array = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
        array[:] = 128
        if value is not None:
            array[:, : plane.width] = value
    frame.pts, frame.time_base = 0, Fraction(1, 1_000_000)
    return frame


def caught(index, luma, info, seconds=None, damaged=False):
    at = index / RATE if seconds is None else seconds
    frame = RawFrame(picture(luma), index, round(at * 1e6), damaged)
    return Caught(frame, Moment(at, 1.8e9 + at, True), info)


class Looks:
    """Looks whose ends and answers a test decides. `answers` is what is found, a function of the frame."""

    pause = 1.0

    def __init__(self, answers=lambda frame: [], takes=0.3):
        self.answers, self.takes = answers, takes
        self.problem = None
        self.now = 0.0
        self.asked = []
        self._waiting = []

    @property
    def busy(self):
        return len(self._waiting)

    def look(self, frame, geometry, reach):
        future = Future()
        begins = max(self.now, self._waiting[-1][0] if self._waiting else 0.0)
        self.asked.append(frame.index)
        self._waiting.append((begins + self.takes, future, frame))
        return future

    def at(self, now):
        """Time goes on to `now`: looks come to their end."""
        self.now = now
        while self._waiting and self._waiting[0][0] <= now:
            _, future, frame = self._waiting.pop(0)
            try:
                future.set_result(self.answers(frame))
            except Exception as error:
                future.set_exception(error)


def run(stretch, looks, frames, until=None):
    """Everything that comes out when `frames` come at their moments; time ends at `until`."""
    out, now = [], 0.0
    for one in frames:
        while now < one.at.monotonic:
            now = min(one.at.monotonic, now + 0.05)
            looks.at(now)
            out += stretch.due(now)
        stretch.add(one, now)
    until = now if until is None else until
    while now < until:
        now += 0.05
        looks.at(now)
        out += stretch.due(now)
    return out

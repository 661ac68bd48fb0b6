"""Frames that come one after the other from a program, masked as those of a camera are: behind a short buffer.

The clock is that of the frames. Where searching takes longer than the buffer lasts, the frames wait for it: a program
that reads a file is not punished for its speed, as a camera is, which cannot wait.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from itertools import chain

import av
import numpy as np
from pydantic import ValidationError

from passerby.config.settings import Profile
from passerby.config.site import CameraSettings
from passerby.core.clock import Moment
from passerby.core.errors import DetectorError, UsageError
from passerby.core.kinds import Kind
from passerby.library.cancellation import Cancellation
from passerby.source.camera.capture import CapturedFrame
from passerby.source.memory import Picture, memory_info, to_picture, to_raw_frame
from passerby.watch.detector_thread import DetectorThread
from passerby.watch.factories import detector_factory
from passerby.watch.live_pipeline import LivePipeline

#: Seconds between two looks whether a detector run has finished.
_POLL_S = 0.002


def mask_stream(
    pictures: Iterator[Picture],
    frame_rate: Fraction,
    array_format: str,
    hide: tuple[Kind, ...],
    profile: Profile,
    delay: float,
    cancel: Cancellation | None = None,
) -> Iterator[Picture]:
    """Every picture, masked or covered whole, in order, `delay` seconds of frames behind. Raises DetectorError or
    WeightsError where the models do not work."""
    first = next(pictures, None)
    if first is None:
        return
    settings = _settings(hide, profile, delay)
    video = memory_info(first, frame_rate)
    detector = DetectorThread(detector_factory(settings))
    pipeline = LivePipeline(video, settings, detector)
    waiting: deque[Picture] = deque()
    now = 0.0
    try:
        for number, picture in enumerate(chain([first], pictures)):
            if cancel is not None:
                cancel.check()
            frame = to_raw_frame(picture, number, video, array_format)
            waiting.append(_stand_in(picture))
            now = float(number / frame_rate)
            pipeline.add(CapturedFrame(frame, Moment(now, 0.0, False), video), now)
            _settle(pipeline, detector, now)
            for output in pipeline.release_due(now):
                yield to_picture(output.frame.av_frame, waiting.popleft(), array_format)
        pipeline.finish()
        now += settings.delay
        _settle(pipeline, detector, now)
        for output in pipeline.release_due(now):
            yield to_picture(output.frame.av_frame, waiting.popleft(), array_format)
    finally:
        detector.close()


def _settings(hide: tuple[Kind, ...], profile: Profile, delay: float) -> CameraSettings:
    """Those of a camera, for frames that come from elsewhere. Raises UsageError for a delay that is not possible."""
    try:
        return CameraSettings(url="/dev/null", hide=hide, profile=profile, delay=delay)
    except ValidationError as error:
        raise UsageError(f"delay: {error.errors()[0]['msg']} (given: {delay}).") from error


def _stand_in(picture: Picture) -> Picture:
    """What is kept of a picture until it comes back masked: its type and its times. Its pixels are kept nowhere."""
    if not isinstance(picture, av.VideoFrame):
        return np.empty((0, 0, 3), np.uint8)  # a slice would keep all of them
    empty = av.VideoFrame(16, 16, "gray")
    if picture.time_base is not None:
        empty.pts, empty.time_base = picture.pts, picture.time_base
    return empty


def _settle(pipeline: LivePipeline, detector: DetectorThread, now: float) -> None:
    """Wait until every frame whose delay is over lies between two detector runs that have finished."""
    while not pipeline.is_settled(now):
        if not detector.pending:
            pipeline.finish()  # nothing is under way that it could wait for: the newest frame is searched now
            if not detector.pending:
                return
        time.sleep(_POLL_S)
    if detector.problem is not None:
        # A camera is covered until its models work again. A program is told.
        raise DetectorError(f"{detector.problem} Nothing more is masked.")

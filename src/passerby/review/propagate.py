"""Propagating a drawn box: decode the frames around it, estimate motion, and move the box with it, both ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from passerby.core.box import Box
from passerby.core.motion import MotionField
from passerby.detect.optical_flow import MotionEstimator
from passerby.documents.plan import VideoPlan
from passerby.source.video.file import VideoFile
from passerby.source.video.random_access import RandomAccessReader, build_frame_index
from passerby.track.box_propagation import PropagationStep, propagate_box
from passerby.track.keyframes import TrackPoint

#: Frames that are decoded at a time when going backwards. Their motion is kept meanwhile: about 60 kB a frame.
BACKWARD_CHUNK_FRAMES = 50


class BoxPropagator:
    """Propagates boxes in one video track of `path`. One run at a time."""

    def __init__(self, path: Path, number: int, plan: VideoPlan) -> None:
        """Raises SourceError or one of its subclasses."""
        video = VideoFile.open(path)
        self._reader = RandomAccessReader(video, number, build_frame_index(video, number, plan.frames))
        self._cuts = set(plan.cuts)
        self._size = plan.width, plan.height

    def forward(self, frame: int, box: Box) -> Iterator[TrackPoint]:
        """The box in the frames after `frame`, one by one, up to the next cut, the frame's edge or the end."""
        return propagate_box(box, self._forward_steps(frame), *self._size)

    def backward(self, frame: int, box: Box) -> Iterator[TrackPoint]:
        """The box in the frames before `frame`, one by one, back to the previous cut, the frame's edge or the start."""
        return propagate_box(box, self._backward_steps(frame), *self._size, back=True)

    def _forward_steps(self, frame: int) -> Iterator[PropagationStep]:
        for number, time, cut, motion in self._motion(frame):
            if number <= frame:
                continue
            if cut:
                return
            yield number, time, motion

    def _backward_steps(self, frame: int) -> Iterator[PropagationStep]:
        times, end = self._reader.index.times, frame
        while end > 0:
            start = max(0, end - BACKWARD_CHUNK_FRAMES)
            chunk = []
            for number, _, cut, motion in self._motion(start):
                if start < number <= end:
                    chunk.append((number, cut, motion))
                if number >= end:
                    break
            for number, cut, motion in reversed(chunk):
                if cut:
                    return
                yield number - 1, times[number - 1], motion
            end = start

    def _motion(self, frame: int) -> Iterator[tuple[int, int, bool, MotionField | None]]:
        """(number, time, whether a scene starts, motion from the frame before) of the frames from `frame` on. The first
        has no motion, nor has a damaged one or one after damage: the box then stays where it was."""
        motion = MotionEstimator(self._reader.info.geometry)
        fresh = True
        for decoded in self._reader.frames_from(frame):
            if decoded.index < frame:
                continue
            if decoded.damaged:
                motion, fresh = MotionEstimator(self._reader.info.geometry), True
                yield decoded.index, decoded.time, False, None
                continue
            field, scene = motion.estimate(decoded)
            cut = (scene.cut and not fresh) or decoded.time in self._cuts
            fresh = False
            yield decoded.index, decoded.time, cut, None if cut else field

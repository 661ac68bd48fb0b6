"""The story of a drawn box: decode around it, measure motion, and follow it both ways."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from passerby.core.box import Box
from passerby.core.motion import MotionField
from passerby.detect.optical_flow import MotionEstimator
from passerby.documents.plan import VideoPlan
from passerby.source.video.file import VideoFile
from passerby.source.video.random_access import Seeker, frame_index
from passerby.track.box_propagation import Step, both_ways, follow, keyframes
from passerby.track.keyframes import Place

__all__ = ["Follower", "Place", "both_ways", "keyframes"]

#: Frames that are decoded at a time when going backwards. Their motion is kept meanwhile: about 60 kB a frame.
CHUNK = 50


class Follower:
    """Follows boxes in one video track of `path`. One run at a time."""

    def __init__(self, path: Path, number: int, plan: VideoPlan) -> None:
        """Raises SourceError or one of its kinds."""
        video = VideoFile.open(path)
        self._seeker = Seeker(video, number, frame_index(video, number, plan.frames))
        self._cuts = set(plan.cuts)
        self._size = plan.width, plan.height

    def forward(self, frame: int, box: Box) -> Iterator[Place]:
        """The box in the frames after `frame`, one by one, to the next cut, the picture's edge or the end."""
        return follow(box, self._onward(frame), *self._size)

    def backward(self, frame: int, box: Box) -> Iterator[Place]:
        """The box in the frames before `frame`, one by one, to the cut before, the picture's edge or the beginning."""
        return follow(box, self._back(frame), *self._size, back=True)

    def _onward(self, frame: int) -> Iterator[Step]:
        for number, time, cut, motion in self._motion(frame):
            if number <= frame:
                continue
            if cut:
                return
            yield number, time, motion

    def _back(self, frame: int) -> Iterator[Step]:
        times, end = self._seeker.index.times, frame
        while end > 0:
            start = max(0, end - CHUNK)
            run = []
            for number, _, cut, motion in self._motion(start):
                if start < number <= end:
                    run.append((number, cut, motion))
                if number >= end:
                    break
            for number, cut, motion in reversed(run):
                if cut:
                    return
                yield number - 1, times[number - 1], motion
            end = start

    def _motion(self, frame: int) -> Iterator[tuple[int, int, bool, MotionField | None]]:
        """(number, time, whether a scene begins, motion that led to it) of the frames from `frame` on. The first has no
        motion, nor has one that is damaged or comes after damage: the box then stays where it was."""
        motion = MotionEstimator(self._seeker.info.geometry)
        fresh = True
        for seen in self._seeker.run(frame):
            if seen.index < frame:
                continue
            if seen.damaged:
                motion, fresh = MotionEstimator(self._seeker.info.geometry), True
                yield seen.index, seen.time, False, None
                continue
            field, scene = motion.step(seen)
            cut = (scene.cut and not fresh) or seen.time in self._cuts
            fresh = False
            yield seen.index, seen.time, cut, None if cut else field

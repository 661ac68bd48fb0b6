"""Propagates a drawn box in the background while the person works on: forwards and backwards, until stopped.

What was propagated so far is saved into the plan about once a second, all in one edit group, so that neither a reload
nor a crash loses more than that, and one undo reverts all of it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from passerby.documents.plan import Keyframe, Track
from passerby.review.background_job import BackgroundJob, JobProgress
from passerby.review.errors import ReviewError
from passerby.review.history import Change
from passerby.review.open_file import OpenFile
from passerby.review.propagate import BoxPropagator
from passerby.review.track_edits import frame_at, is_manual, nearest_anchors, replace_span
from passerby.track.box_propagation import DRAWN, PROPAGATED, merge_directions, to_keyframes
from passerby.track.keyframes import TrackPoint

#: Seconds between two saves of what was propagated.
SAVE_INTERVAL_S = 1.0


@dataclass(frozen=True, slots=True)
class PropagationRequest:
    """Propagate track number `track` of `video` from its box in `frame`; `until` is a frame to stop at."""

    video: int
    track: int
    frame: int
    forward: bool = True
    backward: bool = True
    until: int | None = None


@dataclass(slots=True)
class PropagationDirection:
    """One direction from a drawn box: the frame to stop at (included), and the points so far."""

    points: Iterator[TrackPoint]
    last_frame: int
    visited: list[TrackPoint] = field(default_factory=list)
    finished: bool = False

    def step(self) -> None:
        point = next(self.points, None)
        if point is None:
            self.finished = True
            return
        self.visited.append(point)
        self.finished = point.frame == self.last_frame

    @property
    def left_frame(self) -> bool:
        """Did the box leave the picture, or the scene end, before `last_frame`?"""
        return self.finished and bool(self.visited) and self.visited[-1].frame < self.last_frame


class PropagationJob:
    """Propagates boxes of one file, one at a time. `job` has its progress, `track` (video, number) what it is about."""

    def __init__(self, file: OpenFile, clock: Callable[[], float] = time.monotonic) -> None:
        self.job = BackgroundJob()
        self.track: tuple[int, int] | None = None
        self._file, self._clock = file, clock

    def start(self, request: PropagationRequest, group: int) -> None:
        """Propagate as part of the edit `group`.

        Boxes that a person drew stay where they are: propagation ends there. Between two drawn boxes both directions
        are merged. A detected track is propagated to its end. Raises ReviewError when the track is not in the frame.
        """
        self.job.stop()
        video, frame, until = request.video, request.frame, request.until
        track = self._file.history.track(video, request.track)
        times = self._file.times(video)
        position = None if track is None else track.interpolate(times[frame])
        if track is None or position is None:
            raise ReviewError("track_not_in_frame")
        before, after = nearest_anchors(track, times[frame])
        last = len(times) - 1 if is_manual(track) or until is not None else frame_at(times, track.end)
        forward_end = min(last if after is None else frame_at(times, after) - 1, last if until is None else until)
        backward_end = max(0 if before is None else frame_at(times, before) + 1, 0 if until is None else until)
        plan = self._file.history.plan.videos[video]
        anchor = PropagationAnchor(
            video=video,
            track=track,
            frame=frame,
            position=position,
            drawn_before=before is not None,
            open_end=is_manual(track) and after is None and until is None,
        )
        self.track = video, track.number

        def work(progress: JobProgress) -> None:
            source = self._file.paths.source
            forward = PropagationDirection(
                BoxPropagator(source, video, plan).forward(frame, position.box),
                forward_end,
                finished=not request.forward or forward_end <= frame,
            )
            backward = PropagationDirection(
                BoxPropagator(source, video, plan).backward(frame, position.box),
                backward_end,
                finished=not request.backward or backward_end >= frame,
            )
            progress.start("", "propagate", None)
            self._propagate(progress, forward, backward, anchor, group)

        self.job.start(work)

    def stop(self) -> None:
        """Propagate no further. What was propagated so far stays."""
        self.job.stop()

    def _propagate(
        self,
        progress: JobProgress,
        forward: PropagationDirection,
        backward: PropagationDirection,
        anchor: PropagationAnchor,
        group: int,
    ) -> None:
        saved_at = self._clock()
        while not progress.cancelled and not (forward.finished and backward.finished):
            for direction in (forward, backward):
                if not direction.finished:
                    direction.step()
                    progress.count()
            if self._clock() - saved_at > SAVE_INTERVAL_S:
                self._save(anchor, forward, backward, group)
                saved_at = self._clock()
        self._save(anchor, forward, backward, group)

    def _save(
        self, anchor: PropagationAnchor, forward: PropagationDirection, backward: PropagationDirection, group: int
    ) -> None:
        if not forward.visited and not backward.visited:
            return
        times = self._file.times(anchor.video)
        track = anchor.with_propagated(
            forward.visited, backward.visited, times, left=anchor.open_end and forward.left_frame
        )
        with self._file.lock:
            current = self._file.history.track(anchor.video, track.number)
            if current is not None:  # its kind, reason and visible spans may have been changed meanwhile
                same = {"kind": current.kind, "reason": current.reason, "visible": current.visible}
                self._file.edit([Change(anchor.video, track.number, track.model_copy(update=same))], group)


@dataclass(frozen=True, slots=True)
class PropagationAnchor:
    """A track, and its `position` in `frame` from which it is propagated. `drawn_before`: a person drew an earlier box
    too; `open_end`: only propagation determines where the track ends."""

    video: int
    track: Track
    frame: int
    position: Keyframe
    drawn_before: bool
    open_end: bool

    def with_propagated(
        self, forward: list[TrackPoint], backward: list[TrackPoint], times: Sequence[int], *, left: bool
    ) -> Track:
        """The track with the propagated points. `left`: the object left the picture, so later keyframes are dropped."""
        earlier = list(reversed(backward))
        if self.drawn_before:
            known = [_track_point(self.track, point.frame, times) for point in earlier]
            earlier = list(merge_directions([point for point in known if point is not None], earlier))
        anchor = TrackPoint(self.frame, self.position.time, self.position.box, 0.0, DRAWN)
        run = [*earlier, anchor, *forward]
        end = max(run[-1].time, self.track.end) if left else run[-1].time
        return replace_span(self.track, run[0].time, end, to_keyframes(run))


def _track_point(track: Track, frame: int, times: Sequence[int]) -> TrackPoint | None:
    position = track.interpolate(times[frame])
    return None if position is None else TrackPoint(frame, times[frame], position.box, 0.0, PROPAGATED)

"""A drawn box is followed while the person works on: forwards and backwards, until told otherwise.

What was followed so far goes into the plan about once a second, all as one act, so that neither a reload nor a crash
loses more than that, and one undo takes all of it back.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from passerby.documents.plan import Keyframe, Track
from passerby.review.errors import Refused
from passerby.review.history import Change
from passerby.review.open_file import Job, OpenFile
from passerby.review.progress import JobProgress
from passerby.review.propagate import Follower, Place, both_ways, keyframes
from passerby.review.track_edits import DRAWN, anchors, frame_at, is_hand_made, replaced

#: Seconds between two savings of what was followed.
EVERY = 1.0


@dataclass(slots=True)
class Way:
    """One direction from a drawn box: how far it may go (frame, included) and where it has been so far."""

    places: Iterator[Place]
    until: int
    been: list[Place] = field(default_factory=list)
    over: bool = False

    def step(self) -> None:
        place = next(self.places, None)
        if place is None:
            self.over = True
            return
        self.been.append(place)
        self.over = place.frame == self.until


class Carrying:
    """Follows boxes of one file, one at a time. `job` tells how far it is, `track` which one it is about."""

    def __init__(self, file: OpenFile, clock: Callable[[], float] = time.monotonic) -> None:
        self.job = Job()
        self.track: tuple[int, int] | None = None
        self._file, self._clock = file, clock

    def start(
        self,
        video: int,
        number: int,
        frame: int,
        act: int,
        *,
        forward: bool = True,
        backward: bool = True,
        until: int | None = None,
    ) -> None:
        """Follow track `number` from where it is in `frame`, as part of `act`. `until` is a frame to stop at.

        What a person drew stays where it is: following ends there. Between two drawn boxes both ways are covered. A
        track that was found is followed to its end. Raises Refused when the track is not there.
        """
        self.job.stop()
        track = self._file.history.track(video, number)
        times = self._file.times(video)
        place = None if track is None else track.place(times[frame])
        if track is None or place is None:
            raise Refused("track_not_there")
        before, after = anchors(track, times[frame])
        last = len(times) - 1 if is_hand_made(track) or until is not None else frame_at(times, track.end)
        forward_end = min(last if after is None else frame_at(times, after) - 1, last if until is None else until)
        backward_end = max(0 if before is None else frame_at(times, before) + 1, 0 if until is None else until)
        plan = self._file.history.plan.videos[video]
        open_end = is_hand_made(track) and after is None and until is None
        self.track = video, number

        def work(progress: JobProgress) -> None:
            follower = Follower(self._file.given.source, video, plan)
            back_follower = Follower(self._file.given.source, video, plan)
            ways = [
                Way(follower.forward(frame, place.box), forward_end, over=not forward or forward_end <= frame),
                Way(back_follower.backward(frame, place.box), backward_end, over=not backward or backward_end >= frame),
            ]
            progress.start("", "follow", None)
            self._follow(progress, ways, Anchored(video, track, frame, place, before is not None, open_end), act)

        self.job.start(work)

    def stop(self) -> None:
        """Told otherwise. What was followed so far stays."""
        self.job.stop()

    def _follow(self, progress: JobProgress, ways: list[Way], anchored: Anchored, act: int) -> None:
        saved = self._clock()
        while not progress.stopped and not all(way.over for way in ways):
            for way in ways:
                if not way.over:
                    way.step()
                    progress.count()
            if self._clock() - saved > EVERY:
                self._keep(anchored, ways, act)
                saved = self._clock()
        self._keep(anchored, ways, act)

    def _keep(self, anchored: Anchored, ways: list[Way], act: int) -> None:
        there, back = ways
        if not there.been and not back.been:
            return
        times = self._file.times(anchored.video)
        gone = anchored.open_end and there.over and there.been[-1:] != [] and there.been[-1].frame < there.until
        track = anchored.with_ways(there.been, back.been, times, gone)
        with self._file.lock:
            now = self._file.history.track(anchored.video, track.number)
            if now is not None:  # its kind, reason and visible stretches may have been changed meanwhile
                same = {"kind": now.kind, "reason": now.reason, "visible": now.visible}
                self._file.edit([Change(anchored.video, track.number, track.model_copy(update=same))], act)


@dataclass(frozen=True, slots=True)
class Anchored:
    """A track, and the box in `frame` from which it is followed. `between`: a person drew one before it, too;
    `open_end`: nobody but following says where it ends."""

    video: int
    track: Track
    frame: int
    place: Keyframe
    between: bool
    open_end: bool

    def with_ways(self, there: list[Place], back: list[Place], times: Sequence[int], gone: bool) -> Track:
        """The track with where the box went. `gone`: it left for good; where it was thought to be later is wrong."""
        earlier = list(reversed(back))
        if self.between:
            known = [_place(self.track, place.frame, times) for place in earlier]
            earlier = list(both_ways([place for place in known if place is not None], earlier))
        here = Place(self.frame, self.place.time, self.place.box, 0.0, DRAWN)
        run = [*earlier, here, *there]
        end = max(run[-1].time, self.track.end) if gone else run[-1].time
        return replaced(self.track, run[0].time, end, keyframes(run))


def _place(track: Track, frame: int, times: Sequence[int]) -> Place | None:
    place = track.place(times[frame])
    return None if place is None else Place(frame, times[frame], place.box, 0.0, "person:carried")

"""From what was asked for to what becomes of the tracks."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatchmethod

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import AudioSpan, Track, TrimSpan
from passerby.review import commands as asked
from passerby.review.answers import Changed
from passerby.review.commands import box_of
from passerby.review.errors import Refused
from passerby.review.history import Change
from passerby.review.open_file import OpenFile
from passerby.review.propagation_job import Carrying
from passerby.review.track_edits import (
    drawn,
    fitted,
    frame_at,
    is_hand_made,
    merged,
    since,
    split,
    until,
    with_box,
)
from passerby.review.visible_spans import hidden_again, kept_visible


@dataclass(frozen=True, slots=True)
class Follow:
    """What is to be followed once an edit is in the plan."""

    video: int
    track: int
    frame: int
    forward: bool = True
    backward: bool = True
    until: int | None = None


@dataclass(frozen=True, slots=True)
class Done:
    """What an edit comes to. `selected` is the track that the person goes on with."""

    changes: tuple[Change, ...]
    selected: int | None = None
    follow: Follow | None = None


class Doing:
    """Edits of one file."""

    def __init__(self, file: OpenFile, carrying: Carrying) -> None:
        self._file, self._carrying = file, carrying

    def do(self, edit: asked.Edit) -> Changed:
        """Carry out an edit, have it on the disk, and begin to follow where that was asked for. Raises Refused."""
        self._let_go(edit)
        with self._file.lock:
            done = self.what(edit)
            act, keys = self._file.edit(done.changes)
        if done.follow is not None:
            f = done.follow
            self._carrying.start(f.video, f.track, f.frame, act, forward=f.forward, backward=f.backward, until=f.until)
        return Changed.of(self._file.history, keys, done.selected)

    def undo(self) -> Changed:
        self._carrying.stop()
        return Changed.of(self._file.history, self._file.undo())

    def redo(self) -> Changed:
        self._carrying.stop()
        return Changed.of(self._file.history, self._file.redo())

    def _let_go(self, edit: asked.Edit) -> None:
        """A track that is being followed is not changed under the follower's hands."""
        about = {getattr(edit, "track", None), getattr(edit, "other", None)}
        if self._carrying.job.running and (self._carrying.track or (0, 0))[1] in about:
            self._carrying.stop()

    @singledispatchmethod
    def what(self, edit: asked.Edit) -> Done:
        raise TypeError(f"no such edit: {edit}")

    @what.register
    def _(self, edit: asked.Draw) -> Done:
        time = self._time(edit.video, edit.frame)
        number = self._file.history.next_number()
        keys = (drawn(time, self._inside(edit.video, box_of(edit.box))),)
        track = Track(number=number, kind=edit.kind, keyframes=keys, reason=edit.reason or None)
        follow = Follow(edit.video, number, edit.frame) if edit.follow else None
        return Done((Change(edit.video, number, track, edit.reason or None),), number, follow)

    @what.register
    def _(self, edit: asked.Move) -> Done:
        track, time = self._at(edit)
        box = self._inside(edit.video, box_of(edit.box))
        if track.kind is Kind.REGION:  # it is fixed: there is nothing to follow
            return Done((Change(edit.video, edit.track, fitted(track, time, box)),), edit.track)
        moved = with_box(track, time, box, self._file.times(edit.video))
        follow = Follow(edit.video, edit.track, edit.frame, backward=is_hand_made(track)) if edit.follow else None
        return Done((Change(edit.video, edit.track, moved),), edit.track, follow)

    @what.register
    def _(self, edit: asked.Delete) -> Done:
        self._track(edit.video, edit.track)
        return Done((Change(edit.video, edit.track, None, edit.reason or None),))

    @what.register
    def _(self, edit: asked.Split) -> Done:
        track, time = self._at(edit)
        number = self._file.history.next_number()
        first, second = split(track, time, self._file.times(edit.video), number)
        return Done((Change(edit.video, edit.track, first), Change(edit.video, number, second)), number)

    @what.register
    def _(self, edit: asked.Merge) -> Done:
        if edit.track == edit.other:
            raise Refused("merge_itself")
        track, other = self._track(edit.video, edit.track), self._track(edit.video, edit.other)
        whole = merged(track, other, self._file.times(edit.video))
        return Done((Change(edit.video, edit.other, None), Change(edit.video, edit.track, whole)), edit.track)

    @what.register
    def _(self, edit: asked.Extend) -> Done:
        time, track = self._time(edit.video, edit.frame), self._track(edit.video, edit.track)
        times = self._file.times(edit.video)
        if track.start <= time <= track.end:
            raise Refused("track_there")
        later = time > track.end
        end = frame_at(times, track.end if later else track.start)
        here = track.place(times[end])
        if here is None:  # its end lies between two frames
            raise Refused("no_frame_of_its_own")
        # The end becomes a keyframe of its own, so that what is found before it stays as it was found.
        follow = Follow(edit.video, edit.track, end, forward=later, backward=not later, until=edit.frame)
        return Done((Change(edit.video, edit.track, track),), edit.track, follow)

    @what.register
    def _(self, edit: asked.End) -> Done:
        track, time = self._at(edit)
        change = since(track, time) if edit.side == "starts" else until(track, time)
        return Done((Change(edit.video, edit.track, change),), edit.track)

    @what.register
    def _(self, edit: asked.ChangeKind) -> Done:
        track = self._track(edit.video, edit.track)
        return Done((Change(edit.video, edit.track, track.model_copy(update={"kind": edit.kind})),), edit.track)

    @what.register
    def _(self, edit: asked.Explain) -> Done:
        track = self._track(edit.video, edit.track)
        named = track.model_copy(update={"reason": edit.reason or None})
        return Done((Change(edit.video, edit.track, named, edit.reason or None),), edit.track)

    @what.register
    def _(self, edit: asked.Keep) -> Done:
        track, _ = self._at(edit)
        others, times = self._file.history.tracks(edit.video), self._file.times(edit.video)
        kept = kept_visible(track, others, times, edit.frame, edit.confirmed)
        return Done((Change(edit.video, edit.track, kept, edit.reason or None),), edit.track)

    @what.register
    def _(self, edit: asked.Hide) -> Done:
        track, time = self._at(edit)
        return Done((Change(edit.video, edit.track, hidden_again(track, time)),), edit.track)

    @what.register
    def _(self, edit: asked.Region) -> Done:
        return self._fixed(edit.video, edit.first, edit.last, edit.polygon, edit.reason)

    @what.register
    def _(self, edit: asked.Cover) -> Done:
        self._time(edit.video, edit.first)
        video = self._file.history.plan.videos[edit.video]
        w, h = float(video.width), float(video.height)
        return self._fixed(edit.video, edit.first, edit.last, ((0.0, 0.0), (w, 0.0), (w, h), (0.0, h)), edit.reason)

    @what.register
    def _(self, edit: asked.Sound) -> Done:
        _forward(edit.spans)
        spans = tuple(AudioSpan(start=s.start, end=s.end, action=s.action) for s in edit.spans)
        return Done((Change(sound=spans),))

    @what.register
    def _(self, edit: asked.Trim) -> Done:
        _forward(edit.spans)
        return Done((Change(trim=tuple(TrimSpan(start=s.start, end=s.end) for s in edit.spans)),))

    def _fixed(
        self, video: int, first: int, last: int, corners: tuple[tuple[float, float], ...], reason: str | None
    ) -> Done:
        start, end = self._time(video, first), self._time(video, last)
        if end < start:
            raise Refused("span_backwards")
        xs, ys = zip(*corners, strict=True)
        hull = Box(min(xs), min(ys), max(xs), max(ys))
        if hull.area <= 0:
            raise Refused("corners")
        square = set(corners) == {(x, y) for x in (hull.x1, hull.x2) for y in (hull.y1, hull.y2)}
        number = self._file.history.next_number()
        keys = tuple(drawn(time, hull, None if square else corners) for time in sorted({start, end}))
        track = Track(number=number, kind=Kind.REGION, keyframes=keys, reason=reason or None)
        return Done((Change(video, number, track, reason or None),), number)

    def _time(self, video: int, frame: int) -> int:
        if video >= len(self._file.history.plan.videos):
            raise Refused("no_video")
        times = self._file.times(video)
        if frame >= len(times):
            raise Refused("no_frame")
        return times[frame]

    def _track(self, video: int, number: int) -> Track:
        self._time(video, 0)
        track = self._file.history.track(video, number)
        if track is None:
            raise Refused("no_track", number=number)
        return track

    def _at(self, edit: asked.Move | asked.Split | asked.End | asked.Keep | asked.Hide) -> tuple[Track, int]:
        time, track = self._time(edit.video, edit.frame), self._track(edit.video, edit.track)
        if track.place(time) is None:
            raise Refused("track_not_there")
        return track, time

    def _inside(self, video: int, box: Box) -> Box:
        plan = self._file.history.plan.videos[video]
        clipped = box.clipped(plan.width, plan.height)
        if clipped.side < 1:
            raise Refused("box_outside")
        return clipped


def _forward(spans: tuple[asked.SoundPiece, ...] | tuple[asked.TrimPiece, ...]) -> None:
    if any(span.end <= span.start for span in spans):
        raise Refused("span_backwards")

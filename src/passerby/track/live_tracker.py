"""The tracker behind a ring buffer of frames: where everything is in a frame that is about to be released, by all that
is known now.

A file is tracked to its end before a pixel is masked. The end of a camera's stream is never known, so two things
differ. What is not yet decided is masked: a track is masked from its first weak detection on, until detector runs that
should have found it say otherwise. And since a frame that was released cannot be masked later, a track that is lost
stays masked for as long as it could be resumed, in place of a gap that is bridged afterwards."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.motion import MotionField
from passerby.track.active_track import ActiveTrack
from passerby.track.confirmation import THRESHOLDS, TrackCandidate
from passerby.track.keyframes import TrackPoint
from passerby.track.search.local_search import LocalSearch
from passerby.track.tracker import Tracker, TrackerSettings, padded_box


@dataclass(frozen=True, slots=True)
class HiddenBox:
    """An object to be masked in one frame: padded, in displayed pixels, clipped to the frame.

    `extended`: it moves on its own, and the frame lies before its first detection or after its last one, so that it may
    not be there any more."""

    kind: Kind
    box: Box
    extended: bool = False


@dataclass(frozen=True, slots=True)
class TrackedObject:
    """An object that is tracked, in the newest frame.

    `number` is an ordinal within one live pipeline of one camera, and ends with the track. `box` is in displayed
    pixels. `confirmed` says that there is enough evidence for it; others are masked all the same, to be safe.
    `detected` says whether there was a detection in this frame, or motion alone."""

    number: int
    kind: Kind
    box: Box
    confirmed: bool
    detected: bool


#: Two masks of faces of similar size (the smaller has at least this share of the larger one's side) with less than this
#: share of the smaller one's side between them may be two tracks on one head: what lies between them is masked too.
#: Seen at three frames a second: a strip of 16 px between masks of 60 px. It is less where a detector run found both in
#: one frame: these are two heads, unless it saw one for two.
MIN_SIMILAR, MAX_STRIP, MAX_STRIP_TOGETHER = 0.4, 0.6, 0.3
#: Motion has followed a box where what it arrives at overlaps what is found then by this much (intersection over
#: union). Where it has not, everything between the two is masked.
MIN_AGREEING_IOU = 0.4
#: Share of its size that is added on every side of a box on that straight way, for nobody runs evenly; and how many
#: times as large as both boxes together the hull of that box and the one that motion has may be.
WAY_MARGIN, MAX_HULL = 0.5, 1.5
#: Somebody has moved on his own when he came this far otherwise than his surroundings, in sizes of his own.
MIN_MOVED = 1.0


def live_tracker_settings(frame_rate: float, delay: float) -> TrackerSettings:
    """How far masks extend: back through all that is still in the ring buffer (`delay` in seconds), and on for two
    seconds."""
    return TrackerSettings(
        pre_roll=max(4, round(delay * frame_rate)),
        post_roll=max(4, round(2.0 * frame_rate)),
        max_age=max(12, round(2.5 * frame_rate)),
    )


class LiveTracker(Tracker):
    """Tracks everything in one live pipeline of one camera, frame by frame, and forgets frames that have left the ring
    buffer."""

    def __init__(
        self, width: int, height: int, settings: TrackerSettings, hide: Collection[Kind], history_frames: int
    ) -> None:
        """`hide` are the kinds that `hidden_boxes` returns; others are tracked to be counted. `history_frames` is how
        many frames before the newest it can still be called for."""
        super().__init__(width, height, settings)
        self._hide, self._history_frames = frozenset(hide), history_frames
        self._newest = -1
        self._ended: list[ActiveTrack] = []
        #: Frames that all detectors ran on, as far back as `hidden_boxes` can be called for, and one before.
        self._runs: list[int] = []
        #: Width and height of what a detector run on the whole frame last found of each active track.
        self._sizes: dict[int, tuple[float, float]] = {}
        self._ordinals = itertools.count(1)

    def advance(
        self,
        frame: int,
        time: int,
        motion: MotionField | None,
        detections: Sequence[Detection] | None,
        searched_kinds: Collection[Kind] = frozenset(Kind),
        search: LocalSearch | None = None,
    ) -> None:
        """As `update`, for a `frame` number that increases by one each time; what has ended is kept for
        `hidden_boxes`."""
        self.update(frame, time, motion, detections, searched_kinds, search)
        self._newest = frame
        if detections is not None and searched_kinds:
            self._runs.append(frame)
        while len(self._runs) > 1 and self._runs[1] < frame - self._history_frames:
            del self._runs[0]
        self._ended = [track for track in self._ended if track.points[-1].frame >= frame - self._history_frames]

    def hidden_boxes(self, frame: int) -> list[HiddenBox]:
        """What is to be masked in a frame, by all that is known by now.

        Raises ValueError for a frame that was not reached yet, or is forgotten: to return nothing would be a leak.
        """
        hidden = [
            (track, HiddenBox(track.kind, box, _is_extended(track, frame)))
            for track in self._tracks_at(frame)
            if (box := self._hidden_box(track, frame)) is not None
        ]
        return [one for _, one in hidden] + self._between(hidden)

    def detected_boxes(self, frame: int) -> list[Box]:
        """What was found in a frame and is masked, without margins: where somebody was. Raises as `hidden_boxes`."""
        return [
            track.points[at].box
            for track in self._tracks_at(frame)
            if _found(track, at := frame - track.points[0].frame) and self._hidden_box(track, frame) is not None
        ]

    def _tracks_at(self, frame: int) -> list[ActiveTrack]:
        if not self._newest - self._history_frames <= frame <= self._newest:
            raise ValueError(f"frame {frame} is not among the {self._history_frames} frames before {self._newest}")
        return [track for track in (*self._active, *self._ended) if track.kind in self._hide]

    def tracked_objects(self) -> list[TrackedObject]:
        """Everything that is tracked in the newest frame, detected in it or not."""
        return [
            TrackedObject(
                self._ordinal(track),
                track.kind,
                track.box,
                confirmed=track.evidence.is_confirmed(THRESHOLDS[track.kind]),
                detected=track.last_hit == track.points[-1].frame,
            )
            for track in self._active
        ]

    def _search(self, search: LocalSearch) -> None:
        before = [(track, track.last_hit, track.own_motion.box) for track in self._active]
        super()._search(search)
        for track, last_hit, box in before:
            if track.last_hit == last_hit:
                if track.is_passed_over and (size := self._sizes.get(id(track))) is not None:
                    _keep_size(track.points[-1], *size)
                continue
            if not _agrees(track.points[-2:-1], track.box):
                _cover_between(track, last_hit, box)
            if (size := self._sizes.get(id(track))) is not None:
                _keep_size(track.points[-1], *size)

    def _apply_hits(self, hits: Sequence[tuple[ActiveTrack, TrackPoint]], are_quick: bool = False) -> None:
        before = [
            (track, track.last_hit, track.own_motion.box)
            for track, point in hits
            if not _agrees(track.points[-1:], point.box)
        ]
        super()._apply_hits(hits, are_quick)
        for track, last_hit, box in before:
            _cover_between(track, last_hit, box)
        self._sizes = {id(track): self._sizes[id(track)] for track in self._active if id(track) in self._sizes}
        self._sizes |= {id(track): (track.box.width, track.box.height) for track, _ in hits}

    def _ordinal(self, track: ActiveTrack) -> int:
        if not track.number:
            track.number = next(self._ordinals)
        return track.number

    def _hidden_box(self, track: ActiveTrack, frame: int) -> Box | None:
        """The mask of a track in a frame, padded; None where there is none."""
        at = frame - track.points[0].frame
        if not 0 <= at < len(track.points) or not self._is_plausible(track):
            return None
        # After its last detection it stays masked, and at least until a detector has searched for it in vain.
        missed = track.first_miss or track.points[-1].frame
        if track.evidence.is_confirmed(THRESHOLDS[track.kind]):
            if frame > max(track.last_hit + self._settings.post_roll, missed):
                return None
        elif not self._missed_before(track) <= frame <= missed:
            return None
        box = padded_box(track.kind, track.points[at]).clip(self._width, self._height)
        return box if box.area > 0 else None

    def _missed_before(self, track: ActiveTrack) -> int:
        """The frame of the last detector run that did not find a track before it was first found."""
        first = next((point.frame for point in track.points if point.score > 0), track.points[0].frame)
        return max((run for run in self._runs if run < first), default=0)

    def _between(self, hidden: Sequence[tuple[ActiveTrack, HiddenBox]]) -> list[HiddenBox]:
        """What lies between two masks of faces that stand side by side, or one above the other, and nearly touch."""
        faces = [one for one in hidden if one[1].kind is Kind.FACE]
        strips = []
        for (a, one), (b, other) in itertools.combinations(faces, 2):
            strip = _strip(one.box, other.box, MAX_STRIP)
            if strip is not None and self._found_together(a, b):
                strip = _strip(one.box, other.box, MAX_STRIP_TOGETHER)
            if strip is not None:
                strips.append(HiddenBox(Kind.FACE, strip))
        return strips

    def _found_together(self, a: ActiveTrack, b: ActiveTrack) -> bool:
        return any(_found(a, run - a.points[0].frame) and _found(b, run - b.points[0].frame) for run in self._runs)

    def _is_plausible(self, track: ActiveTrack) -> bool:
        """Enough evidence, or not enough against it."""
        threshold = THRESHOLDS[track.kind]
        return track.evidence.is_confirmed(threshold) or track.evidence.hit_often_enough(threshold)

    def _finalise(self, track: ActiveTrack) -> None:
        """Forget points that `hidden_boxes` can no longer be called for."""
        oldest = track.points[-1].frame - self._history_frames
        track.points = track.points[max(0, min(oldest - track.points[0].frame, len(track.points) - 1)) :]

    def _end_tracks(self, tracks: Sequence[ActiveTrack]) -> list[TrackCandidate]:
        """Keep them until their frames have been released; nothing is returned, since they are masked from here."""
        self._ended += tracks
        return []


def _found(track: ActiveTrack, at: int) -> bool:
    """Was a track detected at this point of it, and not only propagated?"""
    return 0 <= at < len(track.points) and track.points[at].score > 0


def _is_extended(track: ActiveTrack, frame: int) -> bool:
    if track.evidence.own_motion < MIN_MOVED:
        return False
    first = next((point.frame for point in track.points if point.score > 0), track.points[0].frame)
    return not first <= frame <= track.last_hit


def _agrees(propagated: Sequence[TrackPoint], found: Box) -> bool:
    """Is a box where motion has taken it, forwards from where it was found before?"""
    return any(point.box.iou(found) >= MIN_AGREEING_IOU for point in propagated)


def _cover_between(track: ActiveTrack, first: int, box: Box) -> None:
    """Motion has failed between the frame `first`, in which a track was found in `box`, and the newest, in which it is
    found again: in the frames between, it is masked where motion has it and on the straight way between the two.
    Whoever took another way has changed the picture there, which is covered (watch/region_gate.py)."""
    last = track.points[-1].frame
    for i, point in enumerate(track.points[:-1]):
        if point.frame > first:
            share = (point.frame - first) / (last - first)
            way = box.lerp(track.box, share).expand(WAY_MARGIN)
            track.points[i] = replace(point, box=point.box.hull(way) if _near(point.box, way) else way)


def _near(a: Box, b: Box) -> bool:
    """Does the hull of two boxes hold little besides them?"""
    return a.hull(b).area <= MAX_HULL * (a.area + b.area)


def _keep_size(point: TrackPoint, width: float, height: float) -> None:
    """A crop may show a part of a head: its mask stays as large as what the whole frame showed."""
    x, y = point.box.centre
    width, height = max(width, point.box.width), max(height, point.box.height)
    known = Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)
    point.predicted = known if point.predicted is None else point.predicted.hull(known)


def _strip(a: Box, b: Box, most: float) -> Box | None:
    """What lies between two boxes of similar size with at most so much of the smaller one's side between them."""
    gap_x, gap_y = max(a.x1, b.x1) - min(a.x2, b.x2), max(a.y1, b.y1) - min(a.y2, b.y2)
    small_x, small_y = min(a.width, b.width), min(a.height, b.height)
    if small_x < MIN_SIMILAR * max(a.width, b.width) or small_y < MIN_SIMILAR * max(a.height, b.height):
        return None
    hull = a.hull(b)
    if 0 < gap_x <= most * small_x and -gap_y >= 0.5 * small_y:
        return Box(min(a.x2, b.x2), hull.y1, max(a.x1, b.x1), hull.y2)
    if 0 < gap_y <= most * small_y and -gap_x >= 0.5 * small_x:
        return Box(hull.x1, min(a.y2, b.y2), hull.x2, max(a.y1, b.y1))
    return None

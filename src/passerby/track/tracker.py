"""Detections and motion, frame by frame -> tracks without a gap.

A track is propagated by motion in every frame and corrected by every detection that is associated with it: those of the
detector runs on whole frames, and between them those of a search in a crop around it, or of what it looked like
(track/search/). Where none finds it, the next detection is also propagated back, and both paths are covered: whatever
happened in between lies between them. A track begins before its first detection and goes on after its last one
(invariant 6), and no track crosses a cut. The same code serves files and, behind a short ring buffer of frames,
cameras: it never looks further back than `TrackerSettings.buffer_frames`, and a point older than that is final.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.core.model import FrozenModel
from passerby.core.motion import MotionField
from passerby.documents.plan import Track
from passerby.track.active_track import ActiveTrack
from passerby.track.association import associate
from passerby.track.confirmation import THRESHOLDS, TrackCandidate
from passerby.track.flow_propagation import propagate, surrounding_motion
from passerby.track.head_boxes import HEAD_ORIGIN
from passerby.track.keyframes import TrackPoint
from passerby.track.own_motion import OwnMotion
from passerby.track.padding import MAX_UNCERTAINTY, PADDING, whole_head
from passerby.track.search.local_search import SEARCHED_KINDS, LocalSearch, best_match
from passerby.track.search.pattern_following import PatternFollower, Patterns
from passerby.track.search.search_cadence import MAX_UNCONFIRMED_INTERVAL, MISSES_TO_SLOW_DOWN, is_steady
from passerby.track.shared_work import for_each

#: Seconds between two crops around what motion carries well, at most.
MAX_SEARCH_INTERVAL_S = 0.08
#: How far back a new track can be followed, seconds: one search for plates in the whole frame may have missed it.
REACH_BACK_S = 2.4


#: Finds an object in a frame, from where motion and where its velocity would have it, and what it last was.
Find = Callable[[int, Box, Box | None, Box], Detection | None]


class TrackerSettings(FrozenModel):
    """How far masks extend, in frames: `pre_roll` before the first detection and `post_roll` after the last one.
    `max_age` is how long a track may go undetected and still be resumed, `max_search_interval` the longest time
    between two crops around it, `reach_back` how far back a new track can be followed at most."""

    pre_roll: int
    post_roll: int
    max_age: int
    max_search_interval: int = 2
    reach_back: int = 0

    @property
    def buffer_frames(self) -> int:
        """How many frames the tracker remembers."""
        return max(self.max_age, self.reach_back) + 1

    @classmethod
    def for_frame_rate(cls, frame_rate: float) -> TrackerSettings:
        """The same durations at any frame rate: half a second before and after, a second and a half between, and two
        searches for plates in the whole frame back (detect/schedule.py)."""
        return cls(
            pre_roll=max(4, round(0.5 * frame_rate)),
            post_roll=max(4, round(0.5 * frame_rate)),
            max_age=max(12, round(1.5 * frame_rate)),
            max_search_interval=max(1, round(MAX_SEARCH_INTERVAL_S * frame_rate)),
            reach_back=round(REACH_BACK_S * frame_rate),
        )


@dataclass(frozen=True, slots=True)
class TrackerFrame:
    """One frame as the tracker remembers it: `motion` led to it from the frame before, None after a cut."""

    frame: int
    time: int
    motion: MotionField | None


class Tracker:
    """Tracks everything in one video track of `width` by `height` displayed pixels."""

    def __init__(
        self,
        width: int,
        height: int,
        settings: TrackerSettings,
        helper: Executor | None = None,
        patterns: Patterns | None = None,
    ) -> None:
        """With a `helper`, crops are searched in a thread of it as well: the `search` that `update` is given must be
        safe for that. With `patterns`, plates are followed by what they look like as well."""
        self._helper = helper
        self._follower = PatternFollower(patterns) if patterns is not None else None
        self._width, self._height = width, height
        self._settings = settings
        self._frames: deque[TrackerFrame] = deque(maxlen=settings.buffer_frames)
        self._active: list[ActiveTrack] = []
        self._numbers = itertools.count(1)
        #: The frame in which each kind was last searched for.
        self._last_searched: dict[Kind, int] = {}

    def update(
        self,
        frame: int,
        time: int,
        motion: MotionField | None,
        detections: Sequence[Detection] | None,
        searched_kinds: Collection[Kind] = frozenset(Kind),
        search: LocalSearch | None = None,
        is_quick: bool = False,
    ) -> list[TrackCandidate]:
        """One frame: `motion` from the frame before (None starts a new scene), `detections` when detectors ran on it.

        `searched_kinds` are those that this run would have found wherever they are: only of these does it count as a
        miss when a track was not detected. A quick run (`is_quick`) starts tracks and is evidence of those that there
        are. `search` finds tracks again in crops of this frame and of buffered ones. Returns the tracks that have ended
        for good, confirmed or not.
        """
        ended: list[TrackCandidate] = []
        if motion is None:
            ended += self.finish()
            self._frames.clear()
            self._last_searched.clear()
        self._frames.append(TrackerFrame(frame, time, motion))
        self._propagate(frame, time, motion)
        if search is not None:
            self._search(search)
        if self._follower is not None:
            self._follower.follow(self._active)
        if detections is not None:
            self._associate(detections, searched_kinds, search, is_quick)
        expired = [track for track in self._active if self._is_expired(track)]
        self._active = [track for track in self._active if not self._is_expired(track)]
        ended += self._end_tracks(expired)
        for track in self._active:
            self._finalise(track)
        return ended

    def finish(self) -> list[TrackCandidate]:
        """End every track, as the end of the file does, and return them."""
        ended, self._active = self._end_tracks(self._active), []
        return ended

    def _propagate(self, frame: int, time: int, motion: MotionField | None) -> None:
        if motion is None:
            return
        moved = propagate([track.box for track in self._active], motion)
        for track, (box, uncertainty) in zip(self._active, moved, strict=True):
            last = track.points[-1]
            track.own_motion.surroundings_moved(*surrounding_motion(last.box, motion))
            track.points.append(TrackPoint(frame, time, box, 0.0, last.origin, last.uncertainty + uncertainty))

    def _search(self, search: LocalSearch) -> None:
        """Find each track again around where motion, or its own velocity, has taken it: in this frame and, where motion
        was wrong, in those that were passed over."""
        now = self._frames[-1].frame
        due = [track for track in self._active if track.kind in SEARCHED_KINDS and track.cadence.is_due(now)]
        for_each(due, lambda track: self._search_for(track, now, search), self._helper)

    def _search_for(self, track: ActiveTrack, now: int, search: LocalSearch) -> None:
        expected, passed_over = track.box, min(track.cadence.passed_over(now), len(track.points) - 1)
        found = self._find_in(track, -1, search)
        if passed_over and not track.crop_misses and (found is None or not is_steady(expected, found.box)):
            for at in range(-1 - passed_over, -1):
                self._take(track, at, self._find_in(track, at, search))
            found = found or self._find_in(track, -1, search)
        self._take(track, -1, found)
        if found is None:
            track.cadence.missed(now, track.crop_misses, track.age, track.is_confirmed)
            return
        if track.cadence.interval > 1 and is_steady(expected, found.box):
            for _ in range(passed_over):  # it was there as well
                track.evidence.add_crop_hit(found.score)
        longest = self._settings.max_search_interval
        longest = longest if track.is_confirmed else min(longest, MAX_UNCONFIRMED_INTERVAL)
        track.cadence.found(now, is_steady(expected, found.box), longest)

    def _find_in(self, track: ActiveTrack, at: int, search: LocalSearch) -> Detection | None:
        """The track in the frame of one of its points."""
        point, motion = track.points[at], track.own_motion
        return _find(search, track.kind, point.frame, point.box, motion.expected(point.frame), motion.box)

    def _take(self, track: ActiveTrack, at: int, found: Detection | None) -> None:
        """What a crop has found, or not found, at a point of a track."""
        point = track.points[at]
        if found is None:
            track.crop_misses += 1
            point.predicted = track.own_motion.expected(point.frame)
            return
        corrected = TrackPoint(point.frame, point.time, found.box, found.score, found.origin)
        if found.score < THRESHOLDS[track.kind].certain_score:
            corrected.predicted = point.box
        track.points[at] = corrected
        track.evidence.add_crop_hit(found.score)
        track.add_hit(point.frame, found.box)

    def _associate(
        self,
        detections: Sequence[Detection],
        searched_kinds: Collection[Kind],
        search: LocalSearch | None,
        is_quick: bool,
    ) -> None:
        """Associate detections with the tracks they belong to, and start tracks with the others."""
        now = self._frames[-1]
        hits: list[tuple[ActiveTrack, TrackPoint]] = []
        started: list[tuple[ActiveTrack, int]] = []
        for kind, threshold in THRESHOLDS.items():
            tracks = [track for track in self._active if track.kind is kind]
            candidates = [d for d in detections if d.kind is kind and d.score >= threshold.keep_score]
            pairs, unmatched = associate([track.box for track in tracks], candidates, threshold.certain_score)
            # What crops could not find may be a false positive, and this somebody else: then both are tracked.
            unmatched += [j for i, j in pairs.items() if tracks[i].is_doubtful(candidates[j], is_quick)]
            for i, track in enumerate(tracks):
                if i in pairs:
                    hits.append((track, _track_point(now, candidates[pairs[i]])))
                elif kind in searched_kinds:
                    self._apply_miss(track)
            unsearched = now.frame - self._last_searched.get(kind, now.frame)
            pre_roll = max(self._settings.pre_roll, unsearched)
            new = (candidates[j] for j in unmatched)
            started += [(_new_track(now, d, is_quick), pre_roll) for d in new if d.score >= threshold.start_score]
            if kind in searched_kinds:
                self._last_searched[kind] = now.frame
        self._apply_hits(hits, is_quick)
        self._start_tracks(started, search)

    @property
    def _frame_box(self) -> Box:
        return Box(0.0, 0.0, self._width, self._height)

    def _apply_hits(self, hits: Sequence[tuple[ActiveTrack, TrackPoint]], are_quick: bool = False) -> None:
        """Cover both paths from the last detection to this one: the old box propagated forwards and the new one
        backwards."""
        frames = [max(0, point.frame - track.last_hit - 1) for track, point in hits]
        paths_back = self._propagate_back([point for _, point in hits], frames)
        for (track, point), path_back in zip(hits, paths_back, strict=True):
            track.add_evidence(point.score, are_quick)
            if are_quick and (track.age == 0 or track.is_carried_to(point.box)):
                continue  # a crop shows where it is more exactly
            if are_quick or point.score < THRESHOLDS[track.kind].certain_score:
                point.predicted = track.box
            track.points[-1] = point
            if self._follower is not None:
                self._follower.remember(track)
            earlier = {known.frame: i for i, known in enumerate(track.points)}
            for back in path_back:
                i = earlier.get(back.frame)
                if i is None:
                    break
                forward = track.points[i]
                uncertainty = min(forward.uncertainty, back.uncertainty)
                both = forward.box.hull(back.box)
                track.points[i] = TrackPoint(back.frame, back.time, both, 0.0, point.origin, uncertainty)
            track.add_hit(point.frame, point.box)

    def _apply_miss(self, track: ActiveTrack) -> None:
        """It was searched for and not detected."""
        if track.first_miss is None:
            track.first_miss = track.points[-1].frame
        if track.box.containment(self._frame_box) > 0.5:
            track.evidence.add_miss()

    def _start_tracks(self, started: Sequence[tuple[ActiveTrack, int]], search: LocalSearch | None) -> None:
        """Add new tracks, each propagated back to where the object may have been before it was first detected: at
        least to the frame in which its kind was last searched for, and as far as it is found in crops or by its
        pattern."""
        if search is not None:
            searched = [new for new in started if new[0].kind in SEARCHED_KINDS]
            for_each(searched, lambda new: self._search_back(*new, partial(_find, search, new[0].kind)), self._helper)
            self._active += [track for track, _ in searched]
            started = [(track, pre_roll) for track, pre_roll in started if track.kind not in SEARCHED_KINDS]
        if self._follower is not None:
            for new in started:
                self._follower.remember(new[0])
            followed = [new for new in started if new[0].pattern is not None]
            for track, pre_roll in followed:
                self._search_back(track, pre_roll, partial(self._follower.find, track))
            self._active += [track for track, _ in followed]
            started = [new for new in started if new[0].pattern is None]
        paths_back = self._propagate_back([track.points[0] for track, _ in started], [n for _, n in started])
        for (track, _), path_back in zip(started, paths_back, strict=True):
            track.points[:0] = reversed(path_back)
            self._active.append(track)

    def _propagate_back(self, points: Sequence[TrackPoint], frames: Sequence[int]) -> list[list[TrackPoint]]:
        """Each point, which is in the newest frame, propagated back for up to so many `frames`, newest first."""
        paths: list[list[TrackPoint]] = [[] for _ in points]
        newest = list(points)
        buffered = list(self._frames)
        for steps, (later, earlier) in enumerate(zip(reversed(buffered), reversed(buffered[:-1]), strict=False)):
            moving = [i for i, p in enumerate(newest) if steps < frames[i] and p.box.intersection(self._frame_box) > 0]
            if not moving or later.motion is None:
                break
            moved = propagate([newest[i].box for i in moving], later.motion, backward=True)
            for i, (box, uncertainty) in zip(moving, moved, strict=True):
                last = newest[i]
                total = last.uncertainty + uncertainty
                newest[i] = TrackPoint(earlier.frame, earlier.time, box, 0.0, last.origin, total)
                paths[i].append(newest[i])
        return paths

    def _search_back(self, track: ActiveTrack, pre_roll: int, find: Find) -> None:
        """Find a new track in the frames before its first detection, back to `pre_roll` frames before the earliest in
        which it is found."""
        buffered = list(self._frames)
        point = track.points[0]
        motion, before, misses = OwnMotion(point.frame, point.box), list[TrackPoint](), 0
        for later, earlier in zip(reversed(buffered), reversed(buffered[:-1]), strict=False):
            inside = point.box.intersection(self._frame_box) > 0
            if later.motion is None or not inside or motion.frame - earlier.frame > pre_roll:
                break
            ((box, uncertainty),) = propagate([point.box], later.motion, backward=True)
            dx, dy = surrounding_motion(box, later.motion)
            motion.surroundings_moved(-dx, -dy)
            expected = motion.expected(earlier.frame)
            is_due = misses < MISSES_TO_SLOW_DOWN or misses % 2 == 0
            found = find(earlier.frame, box, expected, motion.box) if is_due else None
            if found is None:
                misses += 1
                total = point.uncertainty + uncertainty
                point = TrackPoint(earlier.frame, earlier.time, box, 0.0, track.points[0].origin, total, expected)
            else:
                point = _track_point(earlier, found)
                motion.found(earlier.frame, found.box)
                misses = 0
                track.evidence.add_crop_hit(found.score)
            before.append(point)
        track.points[:0] = reversed(before)
        track.own_motion.velocity = motion.velocity
        track.evidence.own_motion = motion.distance

    def _is_expired(self, track: ActiveTrack) -> bool:
        return track.age > self._settings.max_age or track.box.intersection(self._frame_box) <= 0

    def _finalise(self, track: ActiveTrack) -> None:
        """Points before the last detection are final: nothing that comes can change them."""
        final = next(i for i, point in enumerate(track.points) if point.frame >= track.last_hit)
        self._add_keyframes(track, track.points[:final])
        track.points = track.points[final:]

    def _end_tracks(self, tracks: Sequence[ActiveTrack]) -> list[TrackCandidate]:
        ended = []
        for track in tracks:
            last = max(track.last_hit + self._settings.post_roll, track.first_miss or track.points[-1].frame)
            self._add_keyframes(track, [point for point in track.points if point.frame <= last])
            keyframes = track.reducer.finish()
            if not keyframes:
                continue
            number = next(self._numbers) if track.evidence.is_confirmed(THRESHOLDS[track.kind]) else 0
            ended.append(TrackCandidate(Track(number=number, kind=track.kind, keyframes=keyframes), track.evidence))
        return ended

    def _add_keyframes(self, track: ActiveTrack, points: Sequence[TrackPoint]) -> None:
        for point in points:
            box = padded_box(track.kind, point).clip(self._width, self._height)
            if box.area > 0:
                track.reducer.add(point.time, box, point.score, point.origin)


def padded_box(kind: Kind, point: TrackPoint) -> Box:
    """What is to be covered of an object: itself, its margins, and more where motion is uncertain."""
    own = whole_head(point.box) if kind is Kind.FACE and not point.origin.startswith(HEAD_ORIGIN) else point.box
    box = own if point.predicted is None else own.hull(point.predicted)
    return PADDING[kind].apply(box, min(point.uncertainty, MAX_UNCERTAINTY * point.box.shorter_side))


def _track_point(now: TrackerFrame, detection: Detection) -> TrackPoint:
    return TrackPoint(now.frame, now.time, detection.box, detection.score, detection.origin)


def _new_track(now: TrackerFrame, detection: Detection, is_quick: bool) -> ActiveTrack:
    motion = OwnMotion(now.frame, detection.box)
    track = ActiveTrack(detection.kind, [_track_point(now, detection)], motion)
    track.add_evidence(detection.score, is_quick)
    return track


def _find(
    search: LocalSearch, kind: Kind, frame: int, propagated: Box, expected: Box | None, last: Box
) -> Detection | None:
    """An object that was `last` found as that box, around where motion or its velocity would have it in a frame."""
    around = propagated if expected is None else propagated.hull(expected)
    places = [propagated] if expected is None else [propagated, expected]
    return best_match(places, last, search(frame, kind, around) or ())

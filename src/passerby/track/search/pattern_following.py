"""Following a plate by what it looks like, in the frames in which no model finds it.

The plate model finds a plate in one run and not in the next: light, a bend, a stroke of dirt. The whole frame is
searched for plates about once a second. So what was found is remembered, small and grey, and looked for around where
motion has taken the plate, in every frame. While it is found the mask stays on it, and a new track reaches back to
where it came in. Faces are searched for by the face model itself, in crops (track/search/local_search.py).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from passerby.core.box import Box
from passerby.core.kinds import Detection, Kind
from passerby.track.active_track import ActiveTrack
from passerby.track.keyframes import TrackPoint

#: What is followed by its pattern.
FOLLOWED_KINDS = frozenset({Kind.PLATE})
#: A detection with less than this score may be of text beside the plate: it is not remembered.
MIN_REMEMBERED_SCORE = 0.1
#: A pattern is found where it correlates this well (-1 to 1). Halves of patterns, for what is partly hidden, were
#: tried: they led masks away from plates that were in full view.
MIN_CORRELATION = 0.75


class Patterns(Protocol):
    """Patterns of frames that are still buffered; boxes are in displayed pixels. What a pattern is, tracking does not
    know: it sees no pixels."""

    def take_pattern(self, frame: int, box: Box) -> object | None:
        """What a box of that frame looks like; None where that could be found anywhere, or the frame is gone."""
        ...

    def find_pattern(self, frame: int, pattern: object, box: Box) -> tuple[Box, float] | None:
        """Where around a box of that frame the pattern is, and how well it correlates (-1 to 1)."""
        ...


class PatternFollower:
    """Follows the tracks of one video track."""

    def __init__(self, patterns: Patterns) -> None:
        self._patterns = patterns

    def remember(self, track: ActiveTrack) -> None:
        """Keep what was detected in the newest frame."""
        point = track.points[-1]
        if track.kind in FOLLOWED_KINDS and point.score >= MIN_REMEMBERED_SCORE:
            track.pattern = self._patterns.take_pattern(point.frame, point.box)

    def follow(self, tracks: Iterable[ActiveTrack]) -> None:
        """Find the confirmed ones of them again in the newest frame, and correct where they are."""
        for track in tracks:
            if track.pattern is None or not track.is_confirmed:
                continue
            point = track.points[-1]
            found = self.find(track, point.frame, point.box)
            if found is not None:
                track.points[-1] = TrackPoint(point.frame, point.time, found.box, 0.0, point.origin)
                track.add_hit(point.frame, found.box)

    def find(
        self, track: ActiveTrack, frame: int, propagated: Box, expected: Box | None = None, last: Box | None = None
    ) -> Detection | None:
        """What looks like the track in a frame, around where motion has taken it. Its velocity (`expected`) and `last`
        box are of no use for that: it is where motion says, or hidden, or gone."""
        found = self._patterns.find_pattern(frame, track.pattern, propagated)
        if found is None or found[1] < MIN_CORRELATION:
            return None
        return Detection(track.kind, found[0], 0.0, track.points[-1].origin)

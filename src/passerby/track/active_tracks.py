"""Which tracks show at a moment, asked for frame by frame."""

from __future__ import annotations

from collections.abc import Iterable

from passerby.documents.plan import Keyframe, Track

#: A track that shows, and where.
Showing = tuple[Track, Keyframe]


class Schedule:
    """The tracks of one video track in order of time. Work is for what shows, not for how much there is in the file."""

    def __init__(self, tracks: Iterable[Track]) -> None:
        self._waiting = sorted(tracks, key=lambda track: (-track.start, -track.number))
        self._showing: list[Track] = []

    def at(self, time: int) -> list[Showing]:
        """Everything that shows at `time` (the tracks' time base; never earlier than asked before)."""
        while self._waiting and self._waiting[-1].start <= time:
            self._showing.append(self._waiting.pop())
        self._showing = [track for track in self._showing if track.end >= time]
        return [(track, here) for track in self._showing if (here := track.at(time)) is not None]

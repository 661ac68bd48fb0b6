"""Which tracks are masked at a time, frame by frame."""

from __future__ import annotations

from collections.abc import Iterable

from passerby.documents.plan import Keyframe, Track

#: A track that is masked at some time, and where.
ScheduledMask = tuple[Track, Keyframe]


class MaskSchedule:
    """The tracks of one video track in order of time. The work for a frame depends on how many tracks are masked in it,
    not on how many there are in the file."""

    def __init__(self, tracks: Iterable[Track]) -> None:
        self._waiting = sorted(tracks, key=lambda track: (-track.start, -track.number))
        self._current: list[Track] = []

    def at(self, time: int) -> list[ScheduledMask]:
        """Everything that is masked at `time` (the tracks' time base; never earlier than in the last call)."""
        while self._waiting and self._waiting[-1].start <= time:
            self._current.append(self._waiting.pop())
        self._current = [track for track in self._current if track.end >= time]
        return [(track, key) for track in self._current if (key := track.masked_at(time)) is not None]

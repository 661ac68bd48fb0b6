"""What the page is told: the shapes of all answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic_core import to_json

from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import AudioSpan, Track, TrimSpan
from passerby.review.errors import Said
from passerby.review.history import History, Key
from passerby.review.progress import Told
from passerby.review.queue import certainty
from passerby.review.track_edits import is_hand_made
from passerby.review.verification import Verdict


class TrackTold(FrozenModel):
    """A track. `times` of its keyframes in ticks, and `boxes`, left, top, right and bottom of each, one after the
    other: an hour may have 200 000 keyframes, and a value of its own for each would be three times as much to send.
    `certainty` 0 to 1; `visible` in ticks, both ends included; `hand`: a person drew it."""

    number: int
    kind: Kind
    times: tuple[int, ...]
    boxes: tuple[float, ...]
    reason: str | None
    visible: tuple[tuple[int, int], ...]
    certainty: float
    hand: bool

    @classmethod
    def of(cls, track: Track) -> TrackTold:
        return cls.model_validate(cls.plain(track))

    @classmethod
    def plain(cls, track: Track) -> dict[str, object]:
        """What `of` gives, before anything is made of it."""
        return {
            "number": track.number,
            "kind": track.kind.value,
            "times": [key.time for key in track.keyframes],
            "boxes": [side for key in track.keyframes for side in key.box],
            "reason": track.reason,
            "visible": [(span.start, span.end) for span in track.visible],
            "certainty": round(certainty(track), 3),
            "hand": is_hand_made(track),
        }


class VideoTold(FrozenModel):
    """One video track: size as displayed, `time_base` in seconds a tick."""

    width: int
    height: int
    frames: int
    time_base: float
    cuts: tuple[int, ...]


class FileTold(FrozenModel):
    """A file in the list. `folder` is a name for people; no path of the machine is told."""

    id: int
    name: str
    folder: str
    state: str
    error: Said | None
    progress: Told
    finished: bool
    to_look_at: int
    looked_at: int
    released: bool


class Session(FrozenModel):
    """What the page is: who reviews, and what this server lets be seen."""

    program: str
    who: str
    originals: bool


class HistoryTold(FrozenModel):
    """`revision` counts corrections; pictures of another revision are old."""

    revision: int
    can_undo: bool
    can_redo: bool
    sound: tuple[AudioSpan, ...]
    trim: tuple[TrimSpan, ...]

    @classmethod
    def of(cls, history: History) -> HistoryTold:
        return cls(
            revision=history.count,
            can_undo=history.can_undo,
            can_redo=history.can_redo,
            sound=history.sound,
            trim=history.trim,
        )


class Whole(FrozenModel):
    """A file that is open: everything but the times of its frames and its pictures."""

    id: int
    name: str
    videos: tuple[VideoTold, ...]
    tracks: tuple[tuple[TrackTold, ...], ...]
    history: HistoryTold
    audio: str
    has_sound: bool
    output: str

    def with_tracks(self, tracks: Sequence[Sequence[Track]]) -> bytes:
        """This as JSON, with the tracks of each video. Not made into values first: that would take longer than a person
        wants to wait."""
        told = self.model_dump(mode="json")
        told["tracks"] = [[TrackTold.plain(track) for track in listed] for listed in tracks]
        return to_json(told)


class Changed(FrozenModel):
    """What an edit did: tracks as they are now, and the numbers of those that are gone."""

    history: HistoryTold
    tracks: tuple[tuple[int, TrackTold], ...] = ()
    gone: tuple[tuple[int, int], ...] = ()
    selected: int | None = None

    @classmethod
    def of(cls, history: History, keys: Iterable[Key], selected: int | None = None) -> Changed:
        tracks: dict[tuple[int, int], Track | None] = {}
        for key in keys:
            if len(key) == 2:
                tracks[key] = history.track(*key)
        return cls(
            history=HistoryTold.of(history),
            tracks=tuple((video, TrackTold.of(track)) for (video, _), track in tracks.items() if track is not None),
            gone=tuple(key for key, track in tracks.items() if track is None),
            selected=selected,
        )


class Following(FrozenModel):
    """How far following is, and the track it is about as it is by now."""

    progress: Told
    video: int | None = None
    track: TrackTold | None = None
    history: HistoryTold


class ReleaseTold(FrozenModel):
    """The export: how far, and what came of it. `page`: the full report can be opened."""

    progress: Told
    output: str
    verdict: Verdict | None = None
    stale: bool = False


class JudgedFrame(FrozenModel):
    """One frame of the draw. `shows` None: not judged yet."""

    number: int
    time: float
    shows: bool | None


class DrawTold(FrozenModel):
    """The random draw. `percent`: at most so many of a hundred frames may show somebody; None until all are judged."""

    frames: tuple[JudgedFrame, ...] = ()
    percent: float | None = None
    stale: bool = False


class Kept(FrozenModel):
    """The name of a file that was written beside the source."""

    name: str


def folder_of(path: Path) -> str:
    return path.resolve().parent.name

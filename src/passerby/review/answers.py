"""Answers of the editor: the response bodies that the page receives."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from pydantic_core import to_json

from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import Track
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan
from passerby.documents.plan_parts.speech import AudioMode
from passerby.review.background_job import JobStatus
from passerby.review.errors import ErrorInfo
from passerby.review.history import History, Key
from passerby.review.queue import confidence
from passerby.review.release.verification import ReleaseVerdict
from passerby.review.track_edits import best_time, is_manual


class TrackResponse(FrozenModel):
    """A track. `times` of its keyframes in ticks, and `boxes`, left, top, right and bottom of each, flattened: an hour
    may have 200 000 keyframes, and an object for each would be three times as much to send. `confidence` 0 to 1;
    `visible` in ticks, both ends included, `visible_reasons` why; `manual`: a person created it; `best`: when it is
    seen best, in ticks."""

    number: int
    kind: Kind
    times: tuple[int, ...]
    boxes: tuple[float, ...]
    reason: str | None
    visible: tuple[tuple[int, int], ...]
    visible_reasons: tuple[str | None, ...] = ()
    confidence: float
    manual: bool
    best: int

    @classmethod
    def of(cls, track: Track) -> TrackResponse:
        return cls.model_validate(cls.as_dict(track))

    @classmethod
    def as_dict(cls, track: Track) -> dict[str, object]:
        """The fields of `of` as plain values, without validation."""
        return {
            "number": track.number,
            "kind": track.kind.value,
            "times": [key.time for key in track.keyframes],
            "boxes": [side for key in track.keyframes for side in key.box],
            "reason": track.reason,
            "visible": [(span.start, span.end) for span in track.visible],
            "visible_reasons": [span.reason for span in track.visible],
            "confidence": round(confidence(track), 3),
            "manual": is_manual(track),
            "best": best_time(track),
        }


class VideoResponse(FrozenModel):
    """One video track: displayed size, `time_base` in seconds a tick."""

    width: int
    height: int
    frames: int
    time_base: float
    cuts: tuple[int, ...]


class FileSummary(FrozenModel):
    """A file in the list. `folder` is the name of its folder, never a path. `flagged` entries of the queue, of which
    `reviewed` were reviewed; `finished`: the whole file was."""

    id: int
    name: str
    folder: str
    state: str
    error: ErrorInfo | None
    progress: JobStatus
    finished: bool
    flagged: int
    reviewed: int
    exported: bool


class ReviewSession(FrozenModel):
    """The program, the name of the reviewer, and whether this server shows originals."""

    program: str
    reviewer: str
    originals_allowed: bool


class HistoryResponse(FrozenModel):
    """`revision` counts corrections; images of another revision are out of date."""

    revision: int
    can_undo: bool
    can_redo: bool
    audio: tuple[AudioSpan, ...]
    audio_mode: AudioMode
    trim: tuple[TrimSpan, ...]

    @classmethod
    def of(cls, history: History) -> HistoryResponse:
        return cls(
            revision=history.revision,
            can_undo=history.can_undo,
            can_redo=history.can_redo,
            audio=history.audio,
            audio_mode=history.mode,
            trim=history.trim,
        )


class FileDetail(FrozenModel):
    """An open file: everything but the times of its frames and its images. `audio` is the setting of its plan,
    `speech_searched` whether it says where somebody speaks; `still`: its frames are the pages of a photo or scan, which
    have no times. `stream_rate`: frames a second of a stream without a container, which states no times; None for other
    files."""

    id: int
    name: str
    videos: tuple[VideoResponse, ...]
    tracks: tuple[tuple[TrackResponse, ...], ...]
    history: HistoryResponse
    audio: str
    has_audio: bool
    audio_tracks: int = 0
    speech_searched: bool = False
    still: bool = False
    stream_rate: float | None = None
    output: str

    def json_with_tracks(self, tracks: Sequence[Sequence[Track]]) -> bytes:
        """This as JSON, with the tracks of each video. They are not validated first: that would take longer than a
        person wants to wait."""
        detail = self.model_dump(mode="json")
        detail["tracks"] = [[TrackResponse.as_dict(track) for track in of_video] for of_video in tracks]
        return to_json(detail)


class EditResponse(FrozenModel):
    """What an edit changed: (video, track) as they are now, and (video, number) of tracks that were removed.
    `selected`: number of the track to select."""

    history: HistoryResponse
    tracks: tuple[tuple[int, TrackResponse], ...] = ()
    removed: tuple[tuple[int, int], ...] = ()
    selected: int | None = None

    @classmethod
    def of(cls, history: History, keys: Iterable[Key], selected: int | None = None) -> EditResponse:
        tracks: dict[tuple[int, int], Track | None] = {}
        for key in keys:
            if len(key) == 2:
                tracks[key] = history.track(*key)
        return cls(
            history=HistoryResponse.of(history),
            tracks=tuple((video, TrackResponse.of(track)) for (video, _), track in tracks.items() if track is not None),
            removed=tuple(key for key, track in tracks.items() if track is None),
            selected=selected,
        )


class PropagationResponse(FrozenModel):
    """Progress of the propagation, and the present state of the track it is about."""

    progress: JobStatus
    video: int | None = None
    track: TrackResponse | None = None
    history: HistoryResponse


class ExportResponse(FrozenModel):
    """Progress of the export, and its verdict. `stale`: the plan was changed since, so it is out of date."""

    progress: JobStatus
    output: str
    verdict: ReleaseVerdict | None = None
    stale: bool = False


class SampleFrameResponse(FrozenModel):
    """One frame of the random sample. `leak` None: not judged yet."""

    number: int
    time: float
    leak: bool | None


class SampleResponse(FrozenModel):
    """The random sample. `max_leak_percent`: at most so many of a hundred frames leak, at 95 % confidence; None until
    all frames are judged. `stale`: there was one, of an earlier export; it is void, and so no frames are here."""

    frames: tuple[SampleFrameResponse, ...] = ()
    max_leak_percent: float | None = None
    stale: bool = False


class RegressionCaseResponse(FrozenModel):
    """Name of the file that was written beside the source."""

    name: str


def folder_name(path: Path) -> str:
    return path.resolve().parent.name

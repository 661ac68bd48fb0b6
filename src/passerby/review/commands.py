"""Commands of the editor: the request bodies of all edits, as the page sends them."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from passerby.core.box import Box, Point
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan_parts.spans import AudioSpan, TrimSpan
from passerby.documents.plan_parts.speech import AudioMode

#: Numbers of frames, tracks and videos: within 32 bits, so that every client can represent them.
Index = Annotated[int, Field(ge=0, le=2**31 - 1)]
Reason = Annotated[str, Field(max_length=500)]
DrawableKind = Literal[Kind.FACE, Kind.PLATE, Kind.PERSON, Kind.TEXT, Kind.SCREEN]


def _check_box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = box
    if not all(math.isfinite(value) and abs(value) <= 1e6 for value in box):
        raise ValueError("a box is four numbers")
    if x2 - x1 < 1 or y2 - y1 < 1:
        raise ValueError("a box is left, top, right, bottom, and at least one pixel each way")
    return box


def _check_corner(corner: Point) -> Point:
    if not all(math.isfinite(value) and abs(value) <= 1e6 for value in corner):
        raise ValueError("a corner is two numbers")
    return corner


BoxCoords = Annotated[tuple[float, float, float, float], AfterValidator(_check_box)]
Corner = Annotated[Point, AfterValidator(_check_corner)]
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


def to_box(coords: tuple[float, float, float, float]) -> Box:
    return Box(*coords)


class _TrackCommand(FrozenModel):
    video: Index = 0
    track: Index


class _FrameCommand(_TrackCommand):
    frame: Index


class DrawBox(FrozenModel):
    """Hide what is in a box, and propagate the box to other frames."""

    op: Literal["draw"]
    video: Index = 0
    frame: Index
    box: BoxCoords
    kind: DrawableKind = Kind.FACE
    reason: Reason | None = None
    propagate: bool = True


class MoveBox(_FrameCommand):
    """Move the box of a track in one frame, and propagate it from there; a fixed region is moved in all its frames."""

    op: Literal["move"]
    box: BoxCoords
    propagate: bool = True


class DeleteTrack(_TrackCommand):
    """Remove a track: it is no longer hidden."""

    op: Literal["delete"]
    reason: Reason | None = None


class SplitTrack(_FrameCommand):
    """Split a track in two: the second starts at the frame."""

    op: Literal["split"]


class MergeTracks(_TrackCommand):
    """Merge two tracks."""

    op: Literal["merge"]
    other: Index


class ExtendTrack(_FrameCommand):
    """Propagate a track from its nearer end up to the frame."""

    op: Literal["extend"]


class SetTrackEnd(_FrameCommand):
    """Make the frame the first or the last of the track."""

    op: Literal["set_end"]
    side: Literal["start", "end"]


class SetKind(_TrackCommand):
    """Change the kind of a track."""

    op: Literal["set_kind"]
    kind: DrawableKind


class SetReason(_TrackCommand):
    """Give a reason or an exemption code for hiding a track; with the `frame` of one where it is kept visible, the
    reason for showing it there."""

    op: Literal["set_reason"]
    reason: Reason
    frame: Index | None = None


class KeepVisible(_FrameCommand):
    """Keep this person visible until the track crosses another. `confirmed`: a person checked that it is the same one
    beyond the crossing."""

    op: Literal["keep_visible"]
    confirmed: bool = False
    reason: Reason | None = None


class HideAgain(_FrameCommand):
    """Hide again what was kept visible around the frame."""

    op: Literal["hide_again"]


class EditMany(FrozenModel):
    """The same for several tracks, in one step: `show` or `hide` them, `remove` their masks, set their `reason` or
    `kind`. What is shown ends where a track crosses another that is not shown."""

    op: Literal["many"]
    video: Index = 0
    tracks: Annotated[tuple[Index, ...], Field(min_length=1, max_length=20_000)]
    action: Literal["show", "hide", "remove", "reason", "kind"]
    reason: Reason | None = None
    kind: DrawableKind | None = None


class EverybodyBut(_FrameCommand):
    """Keep one person visible around the frame, as far as that is certain, and hide everybody else."""

    op: Literal["everybody_but"]
    reason: Reason | None = None


class AddRegion(FrozenModel):
    """Hide a fixed polygon from frame `first` to `last`, both included."""

    op: Literal["region"]
    video: Index = 0
    first: Index
    last: Index
    polygon: Annotated[tuple[Corner, ...], Field(min_length=3, max_length=100)]
    reason: Reason | None = None


class CoverFrames(FrozenModel):
    """Hide the whole picture from frame `first` to `last`, both included."""

    op: Literal["cover"]
    video: Index = 0
    first: Index
    last: Index
    reason: Reason | None = None


class AudioSpanInput(AudioSpan):
    """A range of audio to mute or bleep, seconds. `by` is not taken over: who sends the command has decided it, unless
    the range is there already, exactly so."""

    start: Seconds
    end: Seconds
    reason: Reason | None = None
    by: Reason | None = None


class TrimSpanInput(TrimSpan):
    """A range to cut from the release, seconds. `by` as of AudioSpanInput."""

    start: Seconds
    end: Seconds
    reason: Reason | None = None
    by: Reason | None = None


class SetAudioSpans(FrozenModel):
    """Replace all muted ranges; with the ranges that the sender has `seen`, only what it changed in them, so that what
    another page has added meanwhile stays."""

    op: Literal["audio"]
    spans: Annotated[tuple[AudioSpanInput, ...], Field(max_length=1000)]
    seen: Annotated[tuple[AudioSpanInput, ...], Field(max_length=1000)] | None = None


class SetAudioMode(AudioMode):
    """What happens to the sound in the release."""

    op: Literal["audio_mode"]


class SetTrimSpans(FrozenModel):
    """Replace all ranges that are cut from the release; `seen` as of SetAudioSpans."""

    op: Literal["trim"]
    spans: Annotated[tuple[TrimSpanInput, ...], Field(max_length=1000)]
    seen: Annotated[tuple[TrimSpanInput, ...], Field(max_length=1000)] | None = None


Edit = Annotated[
    DrawBox
    | MoveBox
    | DeleteTrack
    | SplitTrack
    | MergeTracks
    | ExtendTrack
    | SetTrackEnd
    | SetKind
    | SetReason
    | KeepVisible
    | HideAgain
    | EditMany
    | EverybodyBut
    | AddRegion
    | CoverFrames
    | SetAudioSpans
    | SetAudioMode
    | SetTrimSpans,
    Field(discriminator="op"),
]

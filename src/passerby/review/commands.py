"""What the page can ask to be done: the shapes of all edits."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel
from passerby.documents.plan import AudioSpan, TrimSpan

#: Frames, tracks and videos are counted in numbers that every language can hold.
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]
Reason = Annotated[str, Field(max_length=500)]
Drawable = Literal[Kind.FACE, Kind.PLATE, Kind.PERSON, Kind.TEXT, Kind.SCREEN]


def _box(given: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = given
    if not all(math.isfinite(value) and abs(value) <= 1e6 for value in given):
        raise ValueError("a box is four numbers")
    if x2 - x1 < 1 or y2 - y1 < 1:
        raise ValueError("a box is left, top, right, bottom, and at least one pixel each way")
    return given


def _corner(given: tuple[float, float]) -> tuple[float, float]:
    if not all(math.isfinite(value) and abs(value) <= 1e6 for value in given):
        raise ValueError("a corner is two numbers")
    return given


Place = Annotated[tuple[float, float, float, float], AfterValidator(_box)]
Corner = Annotated[tuple[float, float], AfterValidator(_corner)]
Seconds = Annotated[float, Field(ge=0, le=1e7, allow_inf_nan=False)]


def box_of(place: tuple[float, float, float, float]) -> Box:
    return Box(*place)


class _OfTrack(FrozenModel):
    video: Number = 0
    track: Number


class _InFrame(_OfTrack):
    frame: Number


class Draw(FrozenModel):
    """Hide what is in a box, and follow it."""

    op: Literal["draw"]
    video: Number = 0
    frame: Number
    box: Place
    kind: Drawable = Kind.FACE
    reason: Reason | None = None
    follow: bool = True


class Move(_InFrame):
    """Put a track's box elsewhere in one frame, and follow it from there; of a fixed region, in all of its frames."""

    op: Literal["move"]
    box: Place
    follow: bool = True


class Delete(_OfTrack):
    """No longer hide a track."""

    op: Literal["delete"]
    reason: Reason | None = None


class Split(_InFrame):
    """Make two of a track: the second begins with the frame."""

    op: Literal["split"]


class Merge(_OfTrack):
    """Make one of two tracks."""

    op: Literal["merge"]
    other: Number


class Extend(_InFrame):
    """Follow a track on from its nearer end to the frame."""

    op: Literal["extend"]


class End(_InFrame):
    """Told otherwise: the track begins or ends with the frame."""

    op: Literal["end"]
    side: Literal["starts", "ends"]


class ChangeKind(_OfTrack):
    """Call a track something else."""

    op: Literal["kind"]
    kind: Drawable


class Explain(_OfTrack):
    """Give a reason or an exemption code for hiding a track."""

    op: Literal["reason"]
    reason: Reason


class Keep(_InFrame):
    """Keep this person visible, until the track crosses another. `confirmed`: looked at, and it is still the same."""

    op: Literal["keep"]
    confirmed: bool = False
    reason: Reason | None = None


class Hide(_InFrame):
    """End the visible stretch around the frame."""

    op: Literal["hide"]


class Region(FrozenModel):
    """Hide a fixed part of the picture for a span of frames, both included."""

    op: Literal["region"]
    video: Number = 0
    first: Number
    last: Number
    polygon: Annotated[tuple[Corner, ...], Field(min_length=3, max_length=100)]
    reason: Reason | None = None


class Cover(FrozenModel):
    """Hide the whole picture for a span of frames, both included."""

    op: Literal["cover"]
    video: Number = 0
    first: Number
    last: Number
    reason: Reason | None = None


class SoundPiece(AudioSpan):
    """A stretch of sound to silence."""

    start: Seconds
    end: Seconds


class TrimPiece(TrimSpan):
    """A stretch to leave out."""

    start: Seconds
    end: Seconds


class Sound(FrozenModel):
    """All stretches of sound that are silenced."""

    op: Literal["sound"]
    spans: Annotated[tuple[SoundPiece, ...], Field(max_length=1000)]


class Trim(FrozenModel):
    """All stretches that are left out."""

    op: Literal["trim"]
    spans: Annotated[tuple[TrimPiece, ...], Field(max_length=1000)]


Edit = Annotated[
    Draw
    | Move
    | Delete
    | Split
    | Merge
    | Extend
    | End
    | ChangeKind
    | Explain
    | Keep
    | Hide
    | Region
    | Cover
    | Sound
    | Trim,
    Field(discriminator="op"),
]

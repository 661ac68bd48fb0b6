"""Time ranges of a plan: where a track is visible, where audio is muted, what is cut; with a reason, and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, Self

from pydantic import Field, model_validator

from passerby.core.model import FrozenModel


class TickSpan(FrozenModel):
    """A time range from `start` to `end`, both included, in ticks of the time base of the track."""

    start: int
    end: int

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end < self.start:
            raise ValueError("a time range cannot end before it starts")
        return self


class VisibleSpan(TickSpan):
    """A range in which a person decided that a track is not hidden. `by` None: the author of the correction."""

    reason: str | None = None
    by: str | None = None


class AudioSpan(FrozenModel):
    """A range of audio to remove, in all tracks and channels: silence, a tone, or noise like the surroundings. In
    seconds of the presentation, since audio tracks have other time bases. `reason` is text or an exemption code; `by`
    who decided it, None for the author of the correction. Where speech was detected, `origin` names the detectors and
    `score` is the highest of the network; such a range applies only while voices are removed."""

    start: float = Field(ge=0)
    end: float = Field(ge=0)
    action: Literal["mute", "bleep", "room-tone"] = "mute"
    reason: str | None = None
    by: str | None = None
    origin: str | None = None
    score: float | None = Field(default=None, ge=0, le=1)


class TrimSpan(FrozenModel):
    """A range, in seconds of the presentation, that is cut from the output. `reason` and `by` as of an AudioSpan."""

    start: float = Field(ge=0)
    end: float = Field(ge=0)
    reason: str | None = None
    by: str | None = None


def effective_audio(spans: Sequence[AudioSpan]) -> list[tuple[AudioSpan, AudioSpan]]:
    """The ranges as they are heard, in order of time: where several overlap, the last one in the plan applies. Each
    with the range of the plan that it is a piece of, which comes first."""
    bounds = sorted({bound for span in spans for bound in (span.start, span.end)})
    pieces: list[tuple[AudioSpan, AudioSpan]] = []
    for start, end in pairwise(bounds):
        whole = next((span for span in reversed(spans) if span.start <= start and span.end >= end), None)
        if whole is None:
            continue
        if pieces and pieces[-1][0] is whole and pieces[-1][1].end == start:
            start = pieces.pop()[1].start
        pieces.append((whole, whole.model_copy(update={"start": start, "end": end})))
    return pieces

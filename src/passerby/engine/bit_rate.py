"""The bit rate of a source, once it is known how long its pictures really are."""

from __future__ import annotations

from dataclasses import replace

from passerby.core.media import SourceInfo, VideoInfo
from passerby.documents.plan import Plan, VideoPlan

#: From how many times the length of the pictures on the file's length is not believed. A clock that jumps, or sound
#: that ends later, makes a file long; its bytes by that length are a rate at which nothing can be recognised.
_IMPLAUSIBLE_LENGTH_RATIO = 2.0
#: Bits per second; more than any camera writes.
_MAX_BIT_RATE = 10**9


def with_shown_bit_rate(source: SourceInfo, plan: Plan) -> tuple[VideoInfo, ...]:
    """The video tracks; where the file's stated length is far from that of the frames that were found in it, with the
    rate of these frames: the file's size by the seconds for which they are shown."""
    return tuple(
        _with_rate(video, planned, source.duration or 0.0, plan.source.size / len(source.videos))
        for video, planned in zip(source.videos, plan.videos, strict=True)
    )


def _with_rate(video: VideoInfo, planned: VideoPlan, stated_s: float, size: float) -> VideoInfo:
    seconds = _shown_s(video, planned)
    if not video.bit_rate or not seconds or stated_s <= _IMPLAUSIBLE_LENGTH_RATIO * seconds:
        return video
    return replace(video, bit_rate=max(video.bit_rate, min(round(8 * size / seconds), _MAX_BIT_RATE)))


def _shown_s(video: VideoInfo, planned: VideoPlan) -> float | None:
    """Seconds for which the frames are shown, as far as they were analysed; None for a single frame."""
    ticks = sum(part.last_time - part.first_time for part in planned.analysed)
    steps = sum(part.last_frame - part.first_frame for part in planned.analysed)
    return float(planned.frames * ticks * video.time_base / steps) if steps else None

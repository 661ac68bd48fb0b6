"""Detected speech, and the audio ranges of a plan that follow from it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from pydantic import Field

from passerby.config.settings import Audio, Settings, VoiceFill
from passerby.core.model import FrozenModel
from passerby.documents.plan_parts.spans import AudioSpan, effective_audio

#: Detected speech that sounds for less than this between two ranges is no decision of anybody but rounding, seconds.
MIN_LEFT_S = 0.05
_FILLS: dict[VoiceFill, Literal["mute", "room-tone"]] = {VoiceFill.SILENCE: "mute", VoiceFill.ROOM_TONE: "room-tone"}


class SpeechSpan(FrozenModel):
    """Where somebody speaks in an audio track, room before and after included, in seconds of the presentation. Neither
    who nor what. `origin` names the detectors, `score` is the highest of the network, `channels` are those in which it
    was heard, from 1; empty where only in the mean of all."""

    track: int = Field(ge=1, description="audio track, from 1")
    start: float = Field(ge=0)
    end: float = Field(ge=0)
    score: float = Field(ge=0, le=1)
    origin: str = Field(min_length=1)
    channels: tuple[int, ...] = ()


class AudioMode(FrozenModel):
    """What happens to the sound, where a person chose something else than the settings of the run."""

    audio: Audio
    voice_fill: VoiceFill = VoiceFill.SILENCE


def detected_ranges(speech: Iterable[SpeechSpan], fill: VoiceFill) -> tuple[AudioSpan, ...]:
    """The ranges to remove: the union over all audio tracks, since one may hold what another holds too."""
    merged: list[AudioSpan] = []
    for span in sorted(speech, key=lambda span: (span.start, span.end)):
        last = merged[-1] if merged else None
        if last is None or span.start > last.end:
            merged.append(
                AudioSpan(start=span.start, end=span.end, action=_FILLS[fill], origin=span.origin, score=span.score)
            )
            continue
        origins = sorted({*(last.origin or "").split("+"), *span.origin.split("+")})
        merged[-1] = last.model_copy(
            update={
                "end": max(last.end, span.end),
                "origin": "+".join(origins),
                "score": max(last.score or 0.0, span.score),
            }
        )
    return tuple(merged)


def applied_ranges(spans: Sequence[AudioSpan], settings: Settings) -> tuple[AudioSpan, ...]:
    """Those of a plan's audio ranges that apply: detected ones only where voices are removed, filled as the settings
    say; those that somebody drew in any case."""
    if settings.audio is not Audio.REMOVE_VOICES:
        return tuple(span for span in spans if span.origin is None)
    fill = _FILLS[settings.voice_fill]
    return tuple(span if span.origin is None else span.model_copy(update={"action": fill}) for span in spans)


def voices_left(speech: Iterable[SpeechSpan], spans: Sequence[AudioSpan]) -> list[tuple[float, float]]:
    """The detected speech that no range removes: (start, end) in seconds, in order."""
    left = []
    removed = [(piece.start, piece.end) for _, piece in effective_audio(spans)]
    for span in detected_ranges(speech, VoiceFill.SILENCE):
        at = span.start
        for start, end in [*removed, (span.end, span.end)]:
            if end < at:
                continue
            if min(start, span.end) - at >= MIN_LEFT_S:
                left.append((at, min(start, span.end)))
            at = max(at, end)
            if at >= span.end:
                break
    return left

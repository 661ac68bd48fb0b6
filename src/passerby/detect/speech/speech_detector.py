"""Where somebody speaks in a sound: two unlike detectors, of which each finds what the other misses.

The network hears three views of every channel by itself and of their mean (spectrum.py), forwards and backwards, and
what it says is weighed in evidence.py. The second detector follows voiced syllables (voicing.py). Whatever one of them
finds is speech, with some room before and after. Nothing is kept of a voice but when it was heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from passerby.detect.speech.evidence import Criteria, Flags, by_frame, speech_frames, stands_out, supported
from passerby.detect.speech.network import FRAME, FRAME_S, SILERO, SpeechNetwork
from passerby.detect.speech.spectrum import RATE, Rows, views
from passerby.detect.speech.voicing import voiced_syllables

#: Name of the second detector in plans.
VOICING = "voiced-syllables"
#: Sound that is searched at once, and how much before and after is heard with it, seconds.
CHUNK_S, CONTEXT_S = 56, 4
#: Channels that differ by less are the same. Full scale is 1.
SAME_CHANNELS = 1e-4
#: Level that sound is brought to before it is searched: what 1 % of the samples exceed; and the most gain for that: the
#: lowest bit of 16 becomes as loud.
LEVEL, MAX_GAIN = 0.3, 10_000.0
#: What is averaged over so many samples is below all voices (a tenth of it is left at 20 Hz, nine tenths at 50): wind,
#: rumble, and an offset. It says nothing of how loud a voice is.
LOW_SAMPLES = 257


@dataclass(frozen=True, slots=True)
class FoundSpeech:
    """Speech from `start` to `end` (seconds), with the highest score of any frame, and which detectors found it.
    `channels` are those in which it was, from 1."""

    start: float
    end: float
    score: float
    origin: str
    channels: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard in each frame of FRAME samples: flags of the network and of the second detector, the network's
    highest score, and in which channels (frames, channels)."""

    by_network: Flags
    by_voicing: Flags
    score: npt.NDArray[np.float32]
    channels: Flags


class SpeechDetector:
    """Finds speech. `criteria`: what counts; by default as for a redaction."""

    def __init__(self, network: SpeechNetwork, criteria: Criteria = Criteria()) -> None:  # noqa: B008 (it is frozen)
        self._network, self._criteria = network, criteria

    def find(self, chunks: Iterable[Rows]) -> list[FoundSpeech]:
        """The speech in chunks of sound, (channels, samples) at RATE, in order of time. They are taken one by one and
        not kept: an hour needs no more memory than a minute."""
        heard = [self._hear(rows)._slice(first, last) for rows, first, last in _windows(chunks)]
        return list(self._spans(heard)) if heard else []

    def _hear(self, channels: Rows) -> _Hearing:
        rows = _normalised(_rows(_without_rumble(channels)))
        seen = views(rows)
        count = len(rows)
        by_view = self._network.scores_both_ways(np.concatenate([rows, seen.cleaned, seen.voiced]))
        by_view = by_view.reshape(3, count, -1)
        frames = by_view.shape[2]
        reached, voicing = np.zeros((count, frames), np.bool_), np.zeros((count, frames), np.bool_)
        for row, (power, floor) in enumerate(zip(seen.power, seen.floor, strict=True)):
            scores = by_view[:, row]
            reached[row] = speech_frames(scores, stands_out(power, floor, frames), self._criteria)
            syllables = np.asarray(by_frame(voiced_syllables(power, floor), frames).any(axis=1))
            voicing[row] = supported(syllables, scores, self._criteria)
        return _Hearing(reached, voicing, by_view.max(axis=(0, 1)), len(channels))

    def _spans(self, parts: list[Heard]) -> Iterator[FoundSpeech]:
        by_network = np.concatenate([part.by_network for part in parts])
        by_voicing = np.concatenate([part.by_voicing for part in parts])
        score = np.concatenate([part.score for part in parts])
        channels = np.concatenate([part.channels for part in parts])
        for first, after in _joined(by_network | by_voicing, self._criteria.join_s / FRAME_S):
            part = slice(first, after)
            origins = [name for name, flags in ((SILERO, by_network), (VOICING, by_voicing)) if flags[part].any()]
            yield FoundSpeech(
                start=round(max(0.0, first * FRAME_S - self._criteria.room_s), 3),
                end=round(after * FRAME_S + self._criteria.room_s, 3),
                score=round(min(1.0, float(score[part].max())), 3),
                origin="+".join(origins),
                channels=tuple((np.flatnonzero(channels[part].any(axis=0)) + 1).tolist()),
            )


@dataclass(frozen=True, slots=True)
class _Hearing:
    """As Heard, by row (rows, frames): one row for each channel and one for their mean, or one alone."""

    reached: Flags
    voicing: Flags
    score: npt.NDArray[np.float32]
    channels: int

    def _slice(self, first: int, after: int) -> Heard:
        part = slice(first, after)
        either = (self.reached | self.voicing)[:, part]
        inside = either[: self.channels] if len(either) > 1 else np.repeat(either, self.channels, axis=0)
        reached, voicing = (np.asarray(flags[:, part].any(axis=0)) for flags in (self.reached, self.voicing))
        return Heard(reached, voicing, self.score[part], inside.T)


def _windows(chunks: Iterable[Rows]) -> Iterator[tuple[Rows, int, int]]:
    """(sound with context, first frame that counts, frame after the last) of one piece after the other. Before the
    first there is its own beginning, mirrored, and after the last its own end: a network that hears sound begin out of
    nothing takes it for a voice, and it hears the sound both ways."""
    core, context = round(CHUNK_S * RATE / FRAME) * FRAME, round(CONTEXT_S * RATE / FRAME) * FRAME
    held, begun = list[Rows](), False
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += chunk.shape[1]
        if not begun and size >= context:
            held, begun = [np.pad(np.concatenate(held, axis=1), ((0, 0), (context, 0)), "symmetric")], True
            size += context
        while begun and size >= context + core + context:
            sound = np.concatenate(held, axis=1)
            yield sound[:, : context + core + context], context // FRAME, (context + core) // FRAME
            held = [np.ascontiguousarray(sound[:, core:])]
            size -= core
    if not size:
        return
    sound, lead = np.concatenate(held, axis=1), 0 if begun else context
    after = -(-(lead + size) // FRAME)
    padding = (lead, after * FRAME + context - lead - size)
    yield np.pad(sound, ((0, 0), padding), "symmetric"), context // FRAME, after


def _rows(channels: Rows) -> Rows:
    """Each channel and their mean; one row where all are the same."""
    if float(np.abs(channels - channels[:1]).max(initial=0.0)) < SAME_CHANNELS:
        return channels[:1]
    return np.concatenate([channels, channels.mean(axis=0, keepdims=True)])


def _without_rumble(rows: Rows) -> Rows:
    """Without what is below voices."""
    for _ in range(2):
        rows = rows - cv2.blur(cv2.blur(rows, (LOW_SAMPLES, 1)), (LOW_SAMPLES, 1))
    return rows


def _normalised(rows: Rows) -> Rows:
    """Each row at a level that the network is used to: recordings may be very low."""
    level = np.percentile(np.abs(rows[:, ::7]), 99, axis=1, keepdims=True)
    return np.asarray(np.clip(rows * np.clip(LEVEL / np.maximum(level, 1e-9), 0.05, MAX_GAIN), -1, 1), np.float32)


def _joined(flags: Flags, gap: float) -> Iterator[tuple[int, int]]:
    """(first, after the last) of each run; those that are `gap` frames apart or less are one."""
    edges = np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8))
    start = end = None
    for first, after in zip(np.flatnonzero(edges == 1).tolist(), np.flatnonzero(edges == -1).tolist(), strict=True):
        if end is not None and start is not None and first - end > gap:
            yield start, end
            start = None
        start, end = first if start is None else start, after
    if start is not None and end is not None:
        yield start, end

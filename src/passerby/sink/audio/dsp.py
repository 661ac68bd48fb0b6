"""Audio samples: a continuous timeline without gaps, silence and bleeps, cuts, unnatural voices."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

import av
import numpy as np
import numpy.typing as npt

from passerby.documents.plan_parts.spans import AudioSpan
from passerby.sink.audio.room_tone import RoomTone

#: Shape (channels, samples), from -1 to 1.
Samples = npt.NDArray[np.float32]

#: Packet timestamps are often rounded; only offsets larger than this (seconds) are corrected.
MAX_DRIFT_S = 0.01
#: Most silence (seconds) that is inserted after the last frame of video.
MAX_TRAILING_SILENCE_S = 60
#: Seconds of silence per chunk.
_SILENCE_CHUNK_S = 1
#: Factor on pitch and formants of an unnatural voice: 0.78 sounds like a larger speaker, and is undone by 1/0.78
#: (benchmarks/sound.py --undo).
PITCH_FACTOR = 0.78
#: Cut-off frequency for unnatural voices in Hz. Unlike the pitch shift, this cannot be undone.
_LOWPASS_HZ = 3500
_BLEEP_HZ, _BLEEP_LEVEL = 1000, 0.1


class AudioTimeline:
    """Decoded frames -> continuous samples from time 0 on, at `rate` samples per second in `layout`.

    Gaps are filled with silence, up to `max_silence_s` seconds in total: a broken timestamp must not fill the disk.
    What follows a longer gap is moved forward, or dropped when audio must keep its position (`keep_positions`). What
    follows a gap of more than MAX_TRAILING_SILENCE_S seconds after the end of the video is dropped too.
    """

    def __init__(self, rate: int, layout: str, max_silence_s: float, keep_positions: bool = False) -> None:
        self._rate = rate
        self._max_silence_s, self._keep_positions = max_silence_s, keep_positions
        self._channels = av.AudioLayout(layout).nb_channels
        self._layout = layout
        self._resampler: av.AudioResampler | None = None
        self._input_format: tuple[str, str, int] | None = None
        #: Seconds of gaps that were closed because they exceeded `max_silence_s`.
        self.closed_gaps_s = 0.0
        #: `video_ended`: set by the caller once the last video frame has its audio. `truncated`: audio after some gap
        #: was dropped.
        self.video_ended = self.truncated = False

    def continuous(self, frames: Iterable[tuple[int, av.AudioFrame]], time_base: Fraction) -> Iterator[Samples]:
        """The samples. Silence fills gaps; overlaps are cut."""
        done = shift = 0
        silence_left = int(self._max_silence_s * self._rate)
        for time, frame in frames:
            samples = self._resampled(frame)
            position = round(time * time_base * self._rate) - shift
            if position - done > silence_left:
                if self._keep_positions:
                    self.truncated = True
                    return
                shift += position - done - silence_left
                position = done + silence_left
                self.closed_gaps_s = shift / self._rate
            if abs(position - done) > MAX_DRIFT_S * self._rate:
                while position > done:
                    if self.video_ended and position - done > MAX_TRAILING_SILENCE_S * self._rate:
                        self.truncated = True
                        return
                    silence = min(position - done, _SILENCE_CHUNK_S * self._rate)
                    yield np.zeros((self._channels, silence), np.float32)
                    done += silence
                    silence_left -= silence
                samples = samples[:, done - position :]
            if samples.shape[1]:
                yield samples
                done += samples.shape[1]

    def _resampled(self, frame: av.AudioFrame) -> Samples:
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._input_format:  # broadcasts switch between stereo and surround
            self._resampler, self._input_format = av.AudioResampler("fltp", self._layout, self._rate), form
        assert self._resampler is not None
        frame.pts = None  # positions come from the caller
        parts = [part.to_ndarray() for part in self._resampler.resample(frame)]
        return np.concatenate(parts, axis=1, dtype=np.float32) if parts else np.zeros((self._channels, 0), np.float32)


def with_spans(chunks: Iterable[Samples], rate: int, spans: Sequence[AudioSpan]) -> Iterator[Samples]:
    """The same samples, with the spans silenced, or replaced by a tone or by room tone. All others are the same, bit by
    bit. Where spans overlap, the last one applies."""
    done = 0
    room: RoomTone | None = None
    wants_tone = any(span.action == "room-tone" for span in spans)
    in_order = sorted((span.start, number) for number, span in enumerate(spans))
    next_span, open_spans = 0, list[tuple[int, AudioSpan]]()
    for samples in chunks:
        # Only those that can reach this chunk: a file may have thousands.
        until, since = (done + samples.shape[1]) / rate, done / rate
        while next_span < len(in_order) and in_order[next_span][0] <= until:
            open_spans.append((in_order[next_span][1], spans[in_order[next_span][1]]))
            next_span += 1
        open_spans = sorted((pair for pair in open_spans if pair[1].end >= since), key=lambda pair: pair[0])
        original, toned = samples, np.zeros(samples.shape[1], bool)
        removed = np.zeros(samples.shape[1], bool)
        for _, span in open_spans:
            # Rounded outward to whole samples: nothing inside the span remains audible.
            start = max(0, int(np.floor(span.start * rate)) - done)
            end = min(samples.shape[1], int(np.ceil(span.end * rate)) - done)
            if start < end:
                samples = samples.copy() if samples is original else samples
                times = (done + np.arange(start, end)) / rate
                level = _BLEEP_LEVEL if span.action == "bleep" else 0.0
                samples[:, start:end] = level * np.sin(2 * np.pi * _BLEEP_HZ * times)
                removed[start:end], toned[start:end] = True, span.action == "room-tone"
        if wants_tone:
            room = room or RoomTone(samples.shape[0])
            for first, after in _runs(removed):
                if removed[first]:
                    noise = room.make(after - first)
                    samples[:, first:after] += noise * toned[first:after]
                else:
                    room.hear(original[:, first:after])
        yield samples
        done += samples.shape[1]


def _runs(flags: npt.NDArray[np.bool_]) -> Iterator[tuple[int, int]]:
    """(first, after the last) of each run of equal flags."""
    bounds = [0, *(np.flatnonzero(flags[1:] != flags[:-1]) + 1).tolist(), len(flags)]
    return pairwise(bounds)


def without_padding(chunks: Iterable[Samples], end: int, most: int) -> Iterator[Samples]:
    """Chunks from time 0 on, without what comes after the first `end` samples, unless that is more than `most`, or all
    that there is: then `end` is wrong."""
    at, held, any_inside = 0, list[Samples](), False
    for chunk in chunks:
        if held or at + chunk.shape[1] > end:
            inside = max(0, end - at)
            if not held and inside:
                any_inside = True
                yield chunk[:, :inside]
            held.append(chunk if held else chunk[:, inside:])
            if sum(part.shape[1] for part in held) > most:
                yield from held
                held, end, any_inside = [], sys.maxsize, True
        else:
            any_inside = True
            yield chunk
        at += chunk.shape[1]
    if not any_inside:
        yield from held


def until_stated_end(chunks: Iterable[Samples], end: int, most: int) -> Iterator[Samples]:
    """Chunks from time 0 on, with silence up to the first `end` samples where at most `most` of them are missing:
    containers round the length of a track."""
    at, last = 0, None
    for chunk in chunks:
        at, last = at + chunk.shape[1], chunk
        yield chunk
    if last is not None and 0 < end - at <= most:
        yield np.zeros((last.shape[0], end - at), last.dtype)


def without_cuts(chunks: Iterable[Samples], rate: int, cuts: Sequence[tuple[float, float]]) -> Iterator[Samples]:
    """The same samples without those of the cuts (seconds, sorted and disjoint)."""
    bounds = [(round(start * rate), round(end * rate)) for start, end in cuts]
    done = 0
    for samples in chunks:
        keep = np.ones(samples.shape[1], bool)
        for start, end in bounds:
            keep[max(0, start - done) : max(0, end - done)] = False
        done += samples.shape[1]
        if keep.all():
            yield samples
        elif keep.any():
            yield np.ascontiguousarray(samples[:, keep])


def make_unnatural(chunks: Iterable[Samples], rate: int, layout: str) -> Iterator[Samples]:
    """The same samples with lower pitch and formants, low-pass filtered. Same number, same timing."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="fltp", layout=layout, time_base=Fraction(1, rate))
    slower = round(rate * PITCH_FACTOR)
    cutoff = str(min(_LOWPASS_HZ, rate // 2 - 1))
    nodes = [
        graph.add("lowpass", f=cutoff),
        graph.add("lowpass", f=cutoff),
        graph.add("asetrate", str(slower)),
        graph.add("aresample", str(rate)),
        graph.add("atempo", str(rate / slower)),
        graph.add("aformat", sample_fmts="fltp"),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(source, *nodes).configure()
    samples_in = samples_out = channels = 0
    for samples in chunks:
        channels = samples.shape[0]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, samples_in, Fraction(1, rate)
        samples_in += samples.shape[1]
        graph.push(frame)
        for part in _filter_output(graph):
            samples_out += part.shape[1]
            yield part
    graph.push(None)
    for part in _filter_output(graph):
        part = part[:, : max(0, samples_in - samples_out)]
        samples_out += part.shape[1]
        if part.shape[1]:
            yield part
    if samples_out < samples_in:  # of the last hundredths of a second, or of all of a very short sound
        yield np.zeros((channels, samples_in - samples_out), np.float32)


def _filter_output(graph: av.filter.Graph) -> Iterator[Samples]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, av.AudioFrame)
        yield np.asarray(frame.to_ndarray(), np.float32)

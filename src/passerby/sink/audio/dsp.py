"""Samples of sound: laid out in time without gaps, silenced, bleeped, disguised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

from passerby.documents.plan import AudioSpan

#: Shape (channels, samples), from -1 to 1.
Samples = npt.NDArray[np.float32]

#: Times of packets are often rounded; only what is further off (s) than this is set right.
LOOSE = 0.01
#: Seconds of silence after the last picture that are worth making.
AFTER = 60
#: Seconds of silence that are made at once.
_CHUNK = 1
#: How deep a disguised voice is: pitch and formants (as if the speaker were larger), times this.
DEEPER = 0.78
#: Hz above which a disguised voice is cut off. This, unlike the shift, cannot be undone.
_DULL = 3500
_BLEEP_HZ, _BLEEP_LEVEL = 1000, 0.1


class Timeline:
    """Decoded frames -> samples from time 0 on without a gap, at `rate` samples a second in `layout`.

    Gaps are filled with silence, `longest` seconds of it in all: a broken time must not fill the disk. What follows a
    longer one moves up, or is left out when sounds must stay at their places (`placed`). So is what follows a gap of
    more than AFTER seconds when the picture is over: nobody waits for it.
    """

    def __init__(self, rate: int, layout: str, longest: float, placed: bool = False) -> None:
        self._rate = rate
        self._longest, self._placed = longest, placed
        self._channels = av.AudioLayout(layout).nb_channels
        self._layout = layout
        self._resampler: av.AudioResampler | None = None
        self._form: tuple[str, str, int] | None = None
        #: Seconds of gaps that were closed, because there were more than `longest` of them.
        self.closed = 0.0
        #: To be set when the last picture has its sound; and whether sound was left out from some gap on.
        self.picture_is_over = self.cut_short = False

    def of(self, frames: Iterable[tuple[int, av.AudioFrame]], time_base: Fraction) -> Iterator[Samples]:
        """The samples. Silence fills gaps; what overlaps is cut."""
        done = moved = 0
        left = int(self._longest * self._rate)
        for time, frame in frames:
            samples = self._resampled(frame)
            place = round(time * time_base * self._rate) - moved
            if place - done > left:
                if self._placed:
                    self.cut_short = True
                    return
                moved += place - done - left
                place = done + left
                self.closed = moved / self._rate
            if abs(place - done) > LOOSE * self._rate:
                while place > done:
                    if self.picture_is_over and place - done > AFTER * self._rate:
                        self.cut_short = True
                        return
                    silence = min(place - done, _CHUNK * self._rate)
                    yield np.zeros((self._channels, silence), np.float32)
                    done += silence
                    left -= silence
                samples = samples[:, done - place :]
            if samples.shape[1]:
                yield samples
                done += samples.shape[1]

    def _resampled(self, frame: av.AudioFrame) -> Samples:
        form = (frame.format.name, frame.layout.name, frame.sample_rate)
        if form != self._form:  # broadcasts change from stereo to surround and back
            self._resampler, self._form = av.AudioResampler("fltp", self._layout, self._rate), form
        assert self._resampler is not None
        frame.pts = None  # places are told by the caller
        parts = [part.to_ndarray() for part in self._resampler.resample(frame)]
        return np.concatenate(parts, axis=1, dtype=np.float32) if parts else np.zeros((self._channels, 0), np.float32)


def edited(chunks: Iterable[Samples], rate: int, spans: Sequence[AudioSpan]) -> Iterator[Samples]:
    """The same samples, with the spans silent or under a tone."""
    done = 0
    for samples in chunks:
        for span in spans:
            # Outward to whole samples: nothing of what is to be silent is heard.
            start = max(0, int(np.floor(span.start * rate)) - done)
            end = min(samples.shape[1], int(np.ceil(span.end * rate)) - done)
            if start < end:
                samples = samples.copy()
                moments = (done + np.arange(start, end)) / rate
                level = _BLEEP_LEVEL if span.action == "bleep" else 0.0
                samples[:, start:end] = level * np.sin(2 * np.pi * _BLEEP_HZ * moments)
        yield samples
        done += samples.shape[1]


def trimmed(chunks: Iterable[Samples], rate: int, cuts: Sequence[tuple[float, float]]) -> Iterator[Samples]:
    """The same samples without those of the cuts (seconds, in order and apart)."""
    bounds = [(round(start * rate), round(end * rate)) for start, end in cuts]
    done = 0
    for samples in chunks:
        kept = np.ones(samples.shape[1], bool)
        for start, end in bounds:
            kept[max(0, start - done) : max(0, end - done)] = False
        done += samples.shape[1]
        if kept.all():
            yield samples
        elif kept.any():
            yield np.ascontiguousarray(samples[:, kept])


def disguised(chunks: Iterable[Samples], rate: int, layout: str) -> Iterator[Samples]:
    """The same samples with lower pitch and formants, and dull. As many as before, at the same moments."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(sample_rate=rate, format="fltp", layout=layout, time_base=Fraction(1, rate))
    slower = round(rate * DEEPER)
    dull = str(min(_DULL, rate // 2 - 1))
    nodes = [
        graph.add("lowpass", f=dull),
        graph.add("lowpass", f=dull),
        graph.add("asetrate", str(slower)),
        graph.add("aresample", str(rate)),
        graph.add("atempo", str(rate / slower)),
        graph.add("aformat", sample_fmts="fltp"),
        graph.add("abuffersink"),
    ]
    graph.link_nodes(source, *nodes).configure()
    given = taken = 0
    for samples in chunks:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
        frame.sample_rate, frame.pts, frame.time_base = rate, given, Fraction(1, rate)
        given += samples.shape[1]
        graph.push(frame)
        for part in _pulled(graph):
            taken += part.shape[1]
            yield part
    graph.push(None)
    for part in _pulled(graph):
        part = part[:, : max(0, given - taken)]
        taken += part.shape[1]
        if part.shape[1]:
            yield part


def _pulled(graph: av.filter.Graph) -> Iterator[Samples]:
    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, av.AudioFrame)
        yield np.asarray(frame.to_ndarray(), np.float32)

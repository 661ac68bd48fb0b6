"""The sound of a file, decoded once and kept in memory as FLAC: any second of it is at hand, at the time that it has in
the release. Nothing is written to disk."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from functools import lru_cache
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from passerby.core.errors import PasserbyError
from passerby.core.media import AudioInfo, SourceInfo
from passerby.sink.audio.dsp import AudioTimeline, Samples, without_padding
from passerby.sink.audio.tracks import MAX_PADDING_S
from passerby.source.fingerprint import printable_name
from passerby.source.video.audio import AudioReader, is_decodable
from passerby.source.video.open import READ_ERRORS

#: Samples a second, which is enough for whispering.
RATE = 24_000
PIECE_S = 10
#: Peaks a second of sound, for a waveform.
PEAK_RATE = 50
#: Files whose sound is in memory at a time: an hour with one channel takes up to 120 MB.
MAX_KEPT = 3
Samples16 = npt.NDArray[np.int16]
_log = logging.getLogger(__name__)
_kept: deque[SoundPieces] = deque()
_kept_lock = threading.Lock()


class SoundPieces:
    """All tracks, mixed: a voice in any of them is heard; or `tracks` of them. Decoded in the background from the first
    use on."""

    def __init__(self, path: Path, source: SourceInfo, tracks: Sequence[AudioInfo] | None = None) -> None:
        self._path, self._source = path, source
        self._tracks = source.audio_tracks if tracks is None else tuple(tracks)
        self.channels = 2 if any(track.channels > 1 for track in self._tracks) else 1
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._forget()
        #: The piece that was asked for last: a browser reads on where it was.
        self._decoded = lru_cache(2)(self._decode)

    def _forget(self) -> None:
        self._pieces: list[bytes] = []
        self._peaks: list[bytes] = []
        self._ended = False
        self._stop = threading.Event()

    def read(self, first: int, count: int) -> Samples16:
        """`count` samples from number `first` on, as (samples, channels); waits until they are decoded. What comes
        after the end is silence."""
        self._start()
        size = RATE * PIECE_S
        found = np.zeros((count, self.channels), np.int16)
        for number in range(first // size, -(-(first + count) // size)):
            piece = self._piece(number)
            if piece is None:
                break
            start = max(first, number * size)
            end = min(first + count, number * size + len(piece))
            if start < end:
                found[start - first : end - first] = piece[start - number * size : end - number * size]
        return found

    def peaks(self) -> bytes:
        """The loudest sample of each fiftieth of a second, 0 to 255; waits until all is decoded."""
        self._start()
        with self._changed:
            self._changed.wait_for(lambda: self._ended)
            return b"".join(self._peaks)

    def close(self) -> None:
        """Give the memory back. Who waits gets silence."""
        with _kept_lock:
            if self in _kept:
                _kept.remove(self)
        with self._changed:
            self._stop.set()
            self._ended = True
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join()
        with self._changed:
            self._thread = None
            self._forget()
            self._decoded.cache_clear()

    def _start(self) -> None:
        with _kept_lock:
            if self in _kept:
                _kept.remove(self)
            _kept.append(self)
            dropped = [_kept.popleft() for _ in range(len(_kept) - MAX_KEPT)]
        for other in dropped:
            other.close()
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="passerby-sound", daemon=True)
                self._thread.start()

    def _piece(self, number: int) -> Samples16 | None:
        with self._changed:
            self._changed.wait_for(lambda: self._ended or len(self._pieces) > number)
            if number >= len(self._pieces):
                return None
        return self._decoded(number)

    def _decode(self, number: int) -> Samples16:
        with av.open(BytesIO(self._pieces[number]), "r") as container:
            parts = [frame.to_ndarray() for frame in container.decode(audio=0)]
        return np.concatenate(parts, axis=1).reshape(-1, self.channels).astype(np.int16, copy=False)

    def _run(self) -> None:
        try:
            for piece in _mixed(self._path, self._source, self._tracks, self.channels):
                if self._stop.is_set():
                    return
                encoded, peaks = _encoded(piece), _peaks(piece)
                with self._changed:
                    self._pieces.append(encoded)
                    self._peaks.append(peaks)
                    self._changed.notify_all()
        except (PasserbyError, *READ_ERRORS) as error:
            _log.warning("The sound of %s cannot be played: %s", printable_name(self._path), error)
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify_all()


def _mixed(path: Path, source: SourceInfo, infos: Sequence[AudioInfo], channels: int) -> Iterator[Samples16]:
    """Pieces of PIECE_S seconds of these tracks together, the last one shorter."""
    with ExitStack() as stack:
        tracks = [
            _pieces(_timeline(stack.enter_context(AudioReader(path, source, info)), info, channels))
            for info in infos
            if is_decodable(path, info)
        ]
        while parts := [part for part in (next(track, None) for track in tracks) if part is not None]:
            sound = np.zeros((channels, max(part.shape[1] for part in parts)), np.float32)
            for part in parts:
                sound[:, : part.shape[1]] += part
            yield to_16_bits(sound)


def _timeline(reader: AudioReader, info: AudioInfo, channels: int) -> Iterator[Samples]:
    """From time 0 on without gaps, as in the release."""
    timeline = AudioTimeline(RATE, "mono" if channels == 1 else "stereo", reader.max_silence_s, keep_positions=True)
    chunks = timeline.continuous(reader.frames(), info.time_base)
    if reader.end_s is not None:
        chunks = without_padding(chunks, round(reader.end_s * RATE), round(MAX_PADDING_S * RATE))
    return iter(chunks)


def _pieces(chunks: Iterator[Samples]) -> Iterator[Samples]:
    size, waiting, length = RATE * PIECE_S, list[Samples](), 0
    for chunk in chunks:
        waiting.append(chunk)
        length += chunk.shape[1]
        while length >= size:
            joined = np.concatenate(waiting, axis=1)
            yield joined[:, :size]
            waiting, length = [joined[:, size:]], length - size
    if length:
        yield np.concatenate(waiting, axis=1)


def to_16_bits(sound: Samples) -> Samples16:
    """(channels, samples) from -1 to 1 as (samples, channels)."""
    return np.ascontiguousarray(np.clip(np.round(sound.T * 32768), -32768, 32767).astype(np.int16))


def _encoded(piece: Samples16) -> bytes:
    layout = "mono" if piece.shape[1] == 1 else "stereo"
    out = BytesIO()
    with av.open(out, "w", format="flac") as container:
        stream = container.add_stream("flac", rate=RATE, layout=layout)
        frame = av.AudioFrame.from_ndarray(piece.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = RATE
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def _peaks(piece: Samples16) -> bytes:
    loudest = np.abs(piece.astype(np.int32)).max(axis=1)
    step = RATE // PEAK_RATE
    padded = np.pad(loudest, (0, -len(loudest) % step))
    return bytes((padded.reshape(-1, step).max(axis=1) // 129).clip(0, 255).astype(np.uint8))

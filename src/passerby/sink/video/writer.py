"""Safe frames -> a new video file with their picture, their times, sound where it was asked for, and nothing else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.stream import Stream

from passerby.core.errors import OutputError
from passerby.core.media import VideoInfo
from passerby.core.safe_frame import SafeFrame
from passerby.sink.audio.tracks import SoundTrack
from passerby.sink.output_file import output_error
from passerby.sink.video.codec_choice import Encoding
from passerby.sink.video.container import open_output
from passerby.sink.video.encoded_track import VideoTrack


class VideoWriter:
    """Writes one file: a call of `write` for each frame, in order of presentation, then `close`.

    `tracks` are its video tracks, `sounds` its tracks of sound, which are written up to each frame's moment along with
    it. `container` is mp4, mov, matroska or webm. Times come out exactly as they went in, in the source's time base;
    only Matroska and WebM keep milliseconds, so there they are exact when the source's are, and rounded when not.
    Stored orientation, display matrix, pixel aspect and colour description are the source's. No tags are written but
    those that the container cannot do without, the languages of sound, and `created` where it is given.

    As a context manager it finishes the file when the block ends well, and lets go of it when not.
    """

    def __init__(
        self,
        path: Path,
        tracks: Sequence[tuple[VideoInfo, Encoding]],
        container: str,
        sounds: Sequence[SoundTrack] = (),
        created: str | None = None,
    ) -> None:
        """Raises OutputError when the picture or the codec cannot be written to such a container."""
        self._path = path
        self._names = ", ".join(sorted({encoding.encoder for _, encoding in tracks}))
        self._sounds = sounds
        try:
            self._container = open_output(path, container, [video.time_base for video, _ in tracks])
            if created is not None:
                self._container.metadata["creation_time"] = created
            self._tracks = [VideoTrack(self._container, video, encoding) for video, encoding in tracks]
            for sound in sounds:
                sound.begin(self._container)
            self._container.start_encoding()
        except (av.FFmpegError, OSError, ValueError) as error:
            raise self._error(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abandon()

    @property
    def bit_rates(self) -> list[float]:
        """Bits a second of each video track, once it is closed."""
        return [track.bit_rate for track in self._tracks]

    def write(self, frame: SafeFrame, track: int = 0, time: int | None = None) -> None:
        """Encode one frame of one video track, and the sound up to its moment. Its picture must have the source's size
        and the pixel format of the encoding. It is shown at `time`, by default when the source shows it.

        Raises OutputError, or DiskFull when there is no room.
        """
        writer = self._tracks[track]
        shown = frame.time if time is None else time
        for sound in self._sounds:
            self._mux(sound.until(shown * writer.video.time_base), forgiving=True)
        self._mux(writer.encode(frame, shown))

    def copy(self, packets: Iterable[av.Packet[Stream]], beat: Callable[[], None] = lambda: None) -> None:
        """Take over packets of the first video track that were encoded apart, with the same encoding: in order of
        decoding, at times in its time base. Frames are then not to be written to it. `beat` is called for each."""
        writer = self._tracks[0]
        for packet in packets:
            moment = (packet.dts or 0) * writer.video.time_base
            for sound in self._sounds:
                self._mux(sound.until(moment), forgiving=True)
            self._mux([writer.taken(packet)])
            beat()

    def close(self) -> None:
        """Write what the encoders still hold and the index. Raises OutputError or DiskFull."""
        if any(track.last is None for track in self._tracks):
            self.abandon()
            raise OutputError(f"Not one frame was written to {self._path}. Check that the source plays.")
        try:
            for track in self._tracks:
                self._mux(track.flush())
            for sound in self._sounds:
                self._mux(sound.until(None), forgiving=True)
        except OutputError:
            self.abandon()
            raise
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise self._error(error) from error

    def abandon(self) -> None:
        """Let go of the file after an error. What was written is of no use."""
        with contextlib.suppress(av.FFmpegError, OSError):  # the error that led here is the one to tell
            self._container.close()

    def _mux(self, packets: Iterable[av.Packet[Stream]], forgiving: bool = False) -> None:
        """`forgiving` leaves out packets that make no sense to the container: damaged sound that is copied."""
        try:
            for packet in packets:
                try:
                    self._container.mux(packet)
                except av.FFmpegError as error:
                    if isinstance(error, OSError) or not forgiving:
                        raise
        except (av.FFmpegError, OSError, ValueError) as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> OutputError:
        if isinstance(error, OSError):
            return output_error(self._path, error)
        return OutputError(f"{self._path} cannot be encoded with {self._names}: {error}. Try another --codec.")

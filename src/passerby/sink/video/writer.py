"""Safe frames -> a new video file with their pixels, their times, audio where requested, and nothing else."""

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
from passerby.sink.audio.tracks import AudioTrack
from passerby.sink.output_file import output_error
from passerby.sink.video.codec_choice import Encoding
from passerby.sink.video.container import open_output
from passerby.sink.video.encoded_track import EncodedVideoTrack


class VideoWriter:
    """Writes one file: call `write` for each frame, in presentation order, then `close`.

    `tracks` are its video tracks, `audio_tracks` its audio tracks, which are written up to each frame's time along with
    it. `container` is mp4, mov, matroska or webm. Frame times are written exactly, in the source's time base; Matroska
    and WebM store milliseconds, so there they are exact when the source's are, and rounded otherwise. Stored
    orientation, display matrix, pixel aspect and colour description are the source's. No tags are written except those
    that the container requires, audio languages, and `created` where given.

    As a context manager it finishes the file when the block succeeds, and abandons it on an exception.
    """

    def __init__(
        self,
        path: Path,
        tracks: Sequence[tuple[VideoInfo, Encoding]],
        container: str,
        audio_tracks: Sequence[AudioTrack] = (),
        created: str | None = None,
    ) -> None:
        """Raises OutputError when the container cannot hold the video or the codec."""
        self._path = path
        self._encoder_names = ", ".join(sorted({encoding.encoder for _, encoding in tracks}))
        self._audio_tracks = audio_tracks
        try:
            self._container = open_output(path, container, [video.time_base for video, _ in tracks])
            if created is not None:
                self._container.metadata["creation_time"] = created
            self._tracks = [EncodedVideoTrack(self._container, video, encoding) for video, encoding in tracks]
            for sound in audio_tracks:
                sound.add_to(self._container)
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
            self.abort()

    @property
    def bit_rates(self) -> list[float]:
        """Bits per second of each video track, once the file is closed."""
        return [track.bit_rate for track in self._tracks]

    def write(self, frame: SafeFrame, track: int = 0, time: int | None = None) -> None:
        """Encode one frame of one video track, and the audio up to its time. The frame must have the source's size and
        the pixel format of the encoding. It is shown at `time`, by default at the source's time.

        Raises OutputError, or DiskFull when there is no room.
        """
        writer = self._tracks[track]
        shown = frame.time if time is None else time
        for sound in self._audio_tracks:
            self._mux(sound.packets_until(shown * writer.video.time_base), skip_invalid=True)
        self._mux(writer.encode(frame, shown))

    def set_last_duration(self, ticks: int | None, track: int = 0) -> None:
        """For how long the last frame of a video track is shown, in its time base; as long as the one before it by
        default. Before packets are copied it needs the time of that frame (`set_last_time`)."""
        self._tracks[track].last_duration = ticks

    def set_last_time(self, time: int) -> None:
        """When the last frame is shown whose packet will be copied."""
        self._tracks[0].final_pts = time

    def copy_packets(self, packets: Iterable[av.Packet[Stream]], on_packet: Callable[[], None] = lambda: None) -> None:
        """Copy all packets of the first video track that were encoded separately with the same encoding: in decoding
        order, with times in its time base. No frames may be written to that track then. `on_packet` is called after
        each."""
        writer, waiting = self._tracks[0], iter(packets)
        following = next(waiting, None)
        while following is not None:
            packet, following = following, next(waiting, None)
            moment = (packet.dts or 0) * writer.video.time_base
            for sound in self._audio_tracks:
                self._mux(sound.packets_until(moment), skip_invalid=True)
            self._mux([writer.adopt(packet, last=following is None)])
            on_packet()

    def close(self) -> None:
        """Flush the encoders and write the index. Raises OutputError or DiskFull."""
        if any(track.last_pts is None for track in self._tracks):
            self.abort()
            raise OutputError(f"No frame was written to {self._path}. Check that the source plays.")
        try:
            for track in self._tracks:
                self._mux(track.flush())
            for sound in self._audio_tracks:
                self._mux(sound.packets_until(None), skip_invalid=True)
        except OutputError:
            self.abort()
            raise
        try:
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            raise self._error(error) from error

    def abort(self) -> None:
        """Close the file after an error. What was written is unusable."""
        with contextlib.suppress(av.FFmpegError, OSError):  # the original error is the one to report
            self._container.close()

    def _mux(self, packets: Iterable[av.Packet[Stream]], skip_invalid: bool = False) -> None:
        """Mux packets. `skip_invalid` drops those that the muxer rejects: damaged audio that is copied."""
        try:
            for packet in packets:
                try:
                    self._container.mux(packet)
                except av.FFmpegError as error:
                    if isinstance(error, OSError) or not skip_invalid:
                        raise
        except (av.FFmpegError, OSError, ValueError) as error:
            raise self._error(error) from error

    def _error(self, error: Exception) -> OutputError:
        if isinstance(error, OSError):
            return output_error(self._path, error)
        return OutputError(f"{self._path} cannot be encoded with {self._encoder_names}: {error}. Try another --codec.")

"""A video file, decoded frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.container import InputContainer
from av.stream import Discard
from av.video.stream import VideoStream

from passerby.base.errors import DamagedSource, UnsupportedSource
from passerby.base.media import SourceInfo, VideoInfo
from passerby.base.raw import RawFrame
from passerby.source.container import open_container
from passerby.source.describe import describe
from passerby.source.wholeness import check_whole


class VideoFile:
    """One file, open for decoding. `info` says what it holds.

    `threads` is the number of decoder threads, 0 for as many as there are processors.
    """

    def __init__(self, path: Path, info: SourceInfo, threads: int = 0) -> None:
        self.path = path
        self.info = info
        self._threads = threads

    @classmethod
    def open(cls, path: Path, threads: int = 0) -> VideoFile:
        """Look into a file. Raises SourceError or one of its kinds, with what to do about it."""
        with open_container(path) as container:
            check_whole(path)
            info = describe(path, container)
        return cls(path, info, threads)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing is held open between two runs of `frames`."""

    def frames(self, video: int = 0) -> Iterator[RawFrame]:
        """Each frame of one video track (index into `info.videos`) once, in order of presentation.

        The file is opened anew for each call, so that two runs give the same frames. Frames outside the file's edit
        list are not given. Raises DamagedSource as soon as a frame is broken, and at the end when frames are missing:
        whoever sees the iterator end without an error has seen the whole track.
        """
        track = self.info.videos[video]
        with open_container(self.path) as container:
            for stream in container.streams:
                stream.discard = Discard.default if stream.index == track.stream else Discard.all
            stream = container.streams.video[[s.index for s in container.streams.video].index(track.stream)]
            stream.thread_type = "AUTO"
            stream.thread_count = self._threads
            if track.codec == "hevc":
                # FFmpeg's HEVC decoder passes broken slices over in silence unless it is told to stop at them.
                stream.codec_context.options = {"err_detect": "explode"}
            yield from _Decoding(self.path, container, stream, track).run()


class _Decoding:
    """One run through one track, and the bookkeeping that tells a whole track from a part of it."""

    def __init__(self, path: Path, container: InputContainer, stream: VideoStream, track: VideoInfo) -> None:
        self._path = path
        self._container = container
        self._stream = stream
        self._track = track
        self._count = 0
        self._first: int | None = None
        self._last: int | None = None
        #: Presentation times of packets that have been read and have not come out of the decoder.
        self._awaited: set[int] = set()
        self._packets = 0

    def run(self) -> Iterator[RawFrame]:
        try:
            for packet in self._container.demux(self._stream):
                self._note(packet)
                for picture in packet.decode():
                    yield self._frame(picture)
        except (av.FFmpegError, OSError) as error:
            raise self._damaged(f"decoding broke off ({error.strerror})") from error
        self._check_complete()

    def _note(self, packet: av.Packet[VideoStream]) -> None:
        if not packet.size:
            return
        self._packets += 1
        if packet.is_corrupt:
            raise self._damaged("a piece of the file is missing or broken")
        if packet.pts is not None and not packet.is_discard:
            self._awaited.add(packet.pts)

    def _frame(self, picture: av.VideoFrame) -> RawFrame:
        # FFmpeg guesses at what it cannot decode and hands the guess out as a picture, with only this flag to tell.
        if picture.is_corrupt:
            raise self._damaged("a frame is broken")
        geometry = self._track.geometry
        if (picture.width, picture.height) != (geometry.width, geometry.height):
            raise UnsupportedSource(
                f"{self._path} changes from {geometry.width}x{geometry.height} to {picture.width}x{picture.height} "
                f"after {self._count} frames. Cut it there with a video editor and redact the parts."
            )
        time = self._time(picture)
        self._awaited.discard(time)
        frame = RawFrame(picture, self._count, time)
        self._first = time if self._first is None else self._first
        self._last = time
        self._count += 1
        return frame

    def _time(self, picture: av.VideoFrame) -> int:
        """The frame's presentation time. Times that are missing or run backwards are not made up: they are an error."""
        if picture.pts is None:
            raise self._damaged("a frame has no presentation time")
        if self._last is not None and picture.pts <= self._last:
            raise self._damaged("the times of its frames do not go forward")
        return picture.pts

    def _check_complete(self) -> None:
        # Pictures before the first one that could be decoded belong to a cut before this file began; nobody sees them.
        missing = [time for time in self._awaited if self._first is None or time > self._first]
        # Two fields may come as two packets that make one frame, so only progressive video can be counted this way.
        if missing and not self._track.interlaced:
            raise self._damaged(f"{len(missing)} frames could not be decoded, the first at {self._at(min(missing))}")
        if self._packets < self._promised():
            raise self._damaged(f"its index lists {self._promised()} frames")

    def _promised(self) -> int:
        """How many packets the container's index lists; 0 for Matroska, which lists only some, to jump to."""
        if not self._stream.frames:
            return 0
        # An empty entry lengthens the frame before it and is passed over by FFmpeg.
        return sum(entry.size > 0 for entry in self._stream.index_entries)

    def _at(self, time: int) -> str:
        return f"{float(time * self._track.time_base):.3f} s"

    def _damaged(self, what: str) -> DamagedSource:
        after = f"after {self._count} frames, at {self._at(self._last)}" if self._last is not None else "at its start"
        return DamagedSource(
            f"{self._path} is damaged: {what} ({after}). Copy it again from where it came, or repair it first; "
            "passerby does not pass on what it could not see."
        )

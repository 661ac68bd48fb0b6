"""A released file, a video or a still, behind one interface: video tracks with frames."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

from passerby.core.media import Geometry, SourceInfo, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.source.still.file import StillFile
from passerby.source.still.sniff import is_still
from passerby.source.video.file import VideoFile


class ReleasedFile:
    """One file, open for decoding. Pages of a still are frames, and their numbers are their times."""

    def __init__(self, file: VideoFile | StillFile) -> None:
        self._file = file
        self.still: StillFile | None = file if isinstance(file, StillFile) else None
        self.video_file: VideoFile | None = file if isinstance(file, VideoFile) else None

    @classmethod
    def open(cls, path: Path, frame_rate: Fraction | None = None) -> Self:
        """`frame_rate` is that of a stream without a container. Raises SourceError or one of its kinds, with what to do
        about it."""
        return cls(StillFile.open(path) if is_still(path) else VideoFile.open(path, frame_rate=frame_rate))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing but memory is held."""

    @property
    def info(self) -> SourceInfo:
        return self._file.info.source if isinstance(self._file, StillFile) else self._file.info

    @property
    def videos(self) -> tuple[VideoInfo, ...]:
        return self.info.videos

    def frames(self, video: int = 0) -> Iterator[RawFrame]:
        """Every frame of one video track, in order. Raises DamagedSource as the files do."""
        return self._file.frames() if isinstance(self._file, StillFile) else self._file.frames(video)

    def geometry(self, video: int, frame: RawFrame) -> Geometry:
        """That of one frame: pages of a TIFF differ in size."""
        geometry = self.videos[video].geometry
        if self.still is None:
            return geometry
        return Geometry(frame.av_frame.width, frame.av_frame.height)

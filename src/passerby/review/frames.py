"""Frames of a file for the reviewer: any frame, masked as it will be released; and, on request, the original.

`MaskedView` gives nothing but `SafeFrame`s, encoded. `OriginalView` is the one exception to the rule that raw pixels
stop at `mask/` (docs/design/review.md): it gives single originals to `review`, which serves them on loopback only.
Neither writes anything to disk.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Protocol, Self

import av
import cv2
import numpy as np

from passerby.config.settings import Style
from passerby.core.media import Geometry, SourceInfo, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.core.safe_frame import SafeFrame
from passerby.documents.plan import Plan, Track
from passerby.mask.painter import Painter
from passerby.mask.planes import LAYOUTS
from passerby.mask.shapes import to_shape
from passerby.review.sound.heard import HeardSound
from passerby.sink.still.preview import preview_jpeg
from passerby.source.still.file import StillFile
from passerby.source.still.sniff import is_still
from passerby.source.video.file import VideoFile
from passerby.source.video.random_access import FrameIndex, RandomAccessReader, build_frame_index
from passerby.source.video.raw_streams import RAW_DEMUXERS

#: JPEG quality of the images that the page shows.
JPEG_QUALITY = 88
#: Seconds of sound after the last frame begins: how long it is shown is not known here.
LAST_FRAME_S = 1.0


class FrameReader(Protocol):
    """Frames of one video track by their number."""

    info: VideoInfo
    index: FrameIndex

    def frame(self, number: int) -> RawFrame: ...

    def clone(self) -> FrameReader: ...

    def close(self) -> None: ...


class StillPages:
    """The pages of a still, or the frames of an animation, as a FrameReader. Each is reached from the first one on."""

    def __init__(self, still: StillFile, frames: int) -> None:
        self._still = still
        self._cached: tuple[int, RawFrame] | None = None
        self.info = still.info.source.videos[0]
        self.index = FrameIndex(array("q", range(frames)), array("q"))

    def frame(self, number: int) -> RawFrame:
        if self._cached is None or self._cached[0] != number:
            frame = next(frame for frame in self._still.frames() if frame.index == number)
            self._cached = number, frame
        return self._cached[1]

    def clone(self) -> StillPages:
        return self

    def close(self) -> None:
        self._cached = None


class FileViewer:
    """An open file: `masked` and `original` images of each of its video tracks, as JPEG."""

    def __init__(
        self,
        path: Path,
        plan: Plan,
        readers: Sequence[FrameReader],
        sounds: Sequence[HeardSound] = (),
        stream_rate: Fraction | None = None,
    ) -> None:
        """`sounds`: all audio tracks together, and then, where there are several, each by itself;
        none for a file without. `stream_rate`: frames a second of a stream without a container, None for
        a file with times."""
        self.path, self.sounds, self.stream_rate = path, tuple(sounds), stream_rate
        self._plan = plan
        self._readers = readers
        self.masked = [MaskedView(reader, plan, number) for number, reader in enumerate(readers)]
        self.original = [OriginalView(reader) for reader in readers]

    @property
    def is_still(self) -> bool:
        return isinstance(self._readers[0], StillPages)

    @classmethod
    def open(cls, path: Path, plan: Plan) -> Self:
        """Open the file and index its frames. Raises SourceError or one of its subclasses."""
        if is_still(path):
            return cls(path, plan, [StillPages(StillFile.open(path), plan.videos[0].frames)])
        video = VideoFile.open(path, frame_rate=plan.settings.frame_rate)
        readers = [
            RandomAccessReader(video, number, build_frame_index(video, number, plan.videos[number].frames))
            for number in range(min(len(video.info.videos), len(plan.videos)))
        ]
        end_s = max((reader.index.times[-1] * reader.info.time_base for reader in readers), default=Fraction(0))
        return cls(
            path,
            plan,
            readers,
            _sounds(path, video.info, float(end_s) + LAST_FRAME_S),
            stream_rate=video.info.videos[0].frame_rate if video.info.container in RAW_DEMUXERS else None,
        )

    def duplicate(self) -> Self:
        """Another viewer of the same file, with the same index and a decoder of its own."""
        readers = [reader.clone() for reader in self._readers]
        return type(self)(self.path, self._plan, readers, self.sounds, self.stream_rate)

    def times(self, video: int) -> Sequence[int]:
        """Presentation times of all frames, in ticks of the track's time base."""
        return self._readers[video].index.times

    def time_base(self, video: int) -> Fraction:
        return self._readers[video].info.time_base

    def close(self) -> None:
        for reader in self._readers:
            reader.close()
        self.close_sounds()

    def close_sounds(self) -> None:
        for sound in self.sounds:
            sound.close()


def _sounds(path: Path, source: SourceInfo, length_s: float) -> list[HeardSound]:
    count = len(source.audio_tracks)
    tracks = [*([None] if count else []), *(range(1, count + 1) if count > 1 else ())]
    return [HeardSound(path, source, length_s, track) for track in tracks]


class MaskedView:
    """Frames as they will be released."""

    def __init__(self, reader: FrameReader, plan: Plan, number: int) -> None:
        self._reader = reader
        self._is_analysed = plan.videos[number].is_analysed
        self._painters: dict[str, Painter] = {}

    def jpeg(self, number: int, tracks: Sequence[Track], style: Style, max_side: int | None) -> bytes:
        """Frame `number` with all `tracks` masked that are in it, the longer side at most `max_side` px."""
        return preview_jpeg(self._masked(number, tracks, style), self._reader.info.geometry, max_side)

    def _masked(self, number: int, tracks: Sequence[Track], style: Style) -> SafeFrame:
        frame = self._reader.frame(number)
        decoded_format = frame.av_frame.format.name
        pixel_format = decoded_format if decoded_format in LAYOUTS else "yuv420p"
        # No painter is reused where the style freezes colours: they would come from whichever frame was shown first.
        fresh = style is not Style.SOLID or pixel_format not in self._painters
        painter = Painter(self._reader.info, pixel_format) if fresh else self._painters[pixel_format]
        self._painters[pixel_format] = painter
        if frame.index != number or frame.damaged or not self._is_analysed(frame.index, frame.time):
            return painter.cover(frame)
        masks = [(track, position) for track in tracks if (position := track.masked_at(frame.time)) is not None]
        return painter.paint(frame, [to_shape(mask, self._reader.info.geometry, style) for mask in masks])


class OriginalView:
    """Frames without masks. For `review` on loopback only."""

    def __init__(self, reader: FrameReader) -> None:
        self._reader = reader

    def jpeg(self, number: int, max_side: int | None) -> bytes:
        """Frame `number`, the longer side at most `max_side` px. Straight from the file; nothing is cached."""
        return _jpeg(self._reader.frame(number).av_frame, self._reader.info.geometry, max_side)


def _jpeg(av_frame: av.VideoFrame, geometry: Geometry, max_side: int | None) -> bytes:
    width, height = round(av_frame.width * float(geometry.pixel_aspect)), av_frame.height
    scale = min(1.0, max_side / max(width, height)) if max_side else 1.0
    size = max(1, round(width * scale)), max(1, round(height * scale))
    pixels = av_frame.reformat(width=size[0], height=size[1], format="bgr24", threads=1).to_ndarray()
    if geometry.mirrored:
        pixels = pixels[:, ::-1]
    upright = np.ascontiguousarray(np.rot90(pixels, -(geometry.rotation // 90)), np.uint8)
    return cv2.imencode(".jpg", upright, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])[1].tobytes()

"""What a reviewer sees of a file: any frame, masked as it will be released; and, on request, the original.

`MaskedView` gives nothing but `SafeFrame`s, encoded. `OriginalView` is the one exception to the rule that raw pixels
stop at `mask/` (design, "Shape"): it hands single originals to `review`, which serves them on loopback only. Nothing is
written to disk by either.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Protocol, Self

import av
import cv2
import numpy as np

from passerby.config.settings import Style
from passerby.core.media import Geometry, VideoInfo
from passerby.core.raw_frame import RawFrame
from passerby.core.safe_frame import SafeFrame
from passerby.documents.plan import Plan, Track
from passerby.mask.painter import Painter
from passerby.mask.planes import LAYOUTS
from passerby.mask.shapes import shape
from passerby.source.still.file import StillFile
from passerby.source.still.sniff import is_still
from passerby.source.video.file import VideoFile
from passerby.source.video.random_access import FrameIndex, Seeker, frame_index

#: Quality of the pictures that pages show, as JPEG counts it.
QUALITY = 88


class Frames(Protocol):
    """Frames of one video track by their number."""

    info: VideoInfo
    index: FrameIndex

    def frame(self, number: int) -> RawFrame: ...

    def again(self) -> Frames: ...

    def close(self) -> None: ...


class Pages:
    """The pages of a still, or the frames of an animation, as Frames. They are reached from the first one on."""

    def __init__(self, still: StillFile, frames: int) -> None:
        from array import array

        self._still = still
        self._kept: tuple[int, RawFrame] | None = None
        self.info = still.info.source.videos[0]
        self.index = FrameIndex(array("q", range(frames)), array("q"))

    def frame(self, number: int) -> RawFrame:
        if self._kept is None or self._kept[0] != number:
            frame = next(frame for frame in self._still.frames() if frame.index == number)
            self._kept = number, frame
        return self._kept[1]

    def again(self) -> Pages:
        return self

    def close(self) -> None:
        self._kept = None


class Viewer:
    """A file, open for looking at: `masked` and `original` pictures of its video tracks, as JPEG."""

    def __init__(self, path: Path, plan: Plan, frames: Sequence[Frames], has_sound: bool = False) -> None:
        self.path, self.has_sound = path, has_sound
        self._plan = plan
        self._frames = frames
        self.masked = [MaskedView(one, plan, number) for number, one in enumerate(frames)]
        self.original = [OriginalView(one) for one in frames]

    @classmethod
    def open(cls, path: Path, plan: Plan) -> Self:
        """Look into the file and list its frames. Raises SourceError or one of its kinds."""
        if is_still(path):
            return cls(path, plan, [Pages(StillFile.open(path), plan.videos[0].frames)])
        video = VideoFile.open(path)
        return cls(
            path,
            plan,
            [
                Seeker(video, number, frame_index(video, number, plan.videos[number].frames))
                for number in range(min(len(video.info.videos), len(plan.videos)))
            ],
            has_sound=bool(video.info.sounds),
        )

    def beside(self) -> Self:
        """Another one on the same file, which does not have to list its frames again."""
        return type(self)(self.path, self._plan, [one.again() for one in self._frames], self.has_sound)

    def times(self, video: int) -> Sequence[int]:
        """Presentation times of all frames, in ticks of the track's time base."""
        return self._frames[video].index.times

    def time_base(self, video: int) -> Fraction:
        return self._frames[video].info.time_base

    def close(self) -> None:
        for one in self._frames:
            one.close()


class MaskedView:
    """Frames as they will be released."""

    def __init__(self, frames: Frames, plan: Plan, number: int) -> None:
        self._frames = frames
        self._seen = plan.videos[number].seen
        self._painters: dict[str, Painter] = {}

    def jpeg(self, number: int, tracks: Sequence[Track], style: Style, longest: int | None) -> bytes:
        """Frame `number` with all `tracks` hidden that show in it, the longer side at most `longest` px."""
        return _safe_jpeg(self._safe(number, tracks, style), self._frames.info.geometry, longest)

    def _safe(self, number: int, tracks: Sequence[Track], style: Style) -> SafeFrame:
        frame = self._frames.frame(number)
        form = frame.picture.format.name
        form = form if form in LAYOUTS else "yuv420p"
        # Not kept where the style freezes colours: those would then come from whatever was looked at first.
        fresh = style is not Style.SOLID or form not in self._painters
        painter = Painter(self._frames.info, form) if fresh else self._painters[form]
        self._painters[form] = painter
        if frame.index != number or frame.damaged or not self._seen(frame.index, frame.time):
            return painter.cover(frame)
        here = [(track, place) for track in tracks if (place := track.at(frame.time)) is not None]
        return painter.paint(frame, [shape(showing, self._frames.info.geometry, style) for showing in here])


class OriginalView:
    """Frames as they are. For `review` on loopback, and for nothing else."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames

    def jpeg(self, number: int, longest: int | None) -> bytes:
        """Frame `number`, the longer side at most `longest` px. Straight from the file; nothing is kept."""
        return _jpeg(self._frames.frame(number).picture, self._frames.info.geometry, longest)


def _safe_jpeg(safe: SafeFrame, geometry: Geometry, longest: int | None) -> bytes:
    return _jpeg(safe.picture, geometry, longest)


def _jpeg(picture: av.VideoFrame, geometry: Geometry, longest: int | None) -> bytes:
    wide, high = round(picture.width * float(geometry.pixel_aspect)), picture.height
    scale = min(1.0, longest / max(wide, high)) if longest else 1.0
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    pixels = picture.reformat(width=size[0], height=size[1], format="bgr24", threads=1).to_ndarray()
    if geometry.mirrored:
        pixels = pixels[:, ::-1]
    upright = np.ascontiguousarray(np.rot90(pixels, -(geometry.rotation // 90)), np.uint8)
    return cv2.imencode(".jpg", upright, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes()

"""JPEG thumbnails of masked video: recordings and live parts. Without metadata."""

from __future__ import annotations

import io

import av
from PIL import Image

from passerby.core.errors import StoreError

#: Pillow's JPEG quality, default of `jpeg_thumbnail`.
JPEG_QUALITY = 78


def fragment_thumbnail(fragment: bytes, max_dimension: int) -> bytes:
    """The first frame of a fragmented MP4, its longer side at most `max_dimension` pixels.

    Raises StoreError when it holds no decodable frame.
    """
    try:
        with av.open(io.BytesIO(fragment), "r", format="mp4") as container:
            for frame in container.decode(video=0):
                return jpeg_thumbnail(frame, max_dimension)
    except av.FFmpegError as error:
        raise StoreError(
            f"This part of the recording cannot be decoded: {error.strerror}. Try another time."
        ) from error
    raise StoreError("This part of the recording has no frame. Try another time.")


def middle_thumbnail(video: bytes, max_dimension: int, quality: int = JPEG_QUALITY) -> bytes:
    """The middle frame of a video file in memory. Raises av.FFmpegError when it cannot be decoded."""
    with av.open(io.BytesIO(video), "r") as container:
        frames = list(container.decode(video=0))
    return jpeg_thumbnail(frames[len(frames) // 2], max_dimension, quality)


def jpeg_thumbnail(frame: av.VideoFrame, max_dimension: int, quality: int = JPEG_QUALITY) -> bytes:
    """A masked frame as JPEG, its longer side at most `max_dimension` pixels."""
    image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    image.thumbnail((max_dimension, max_dimension))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()

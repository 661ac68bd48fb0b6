"""One picture of film that was stored or shown live, and so masked, as JPEG without anything else."""

from __future__ import annotations

import io

import av
from PIL import Image

from passerby.core.errors import StoreError

QUALITY = 78


def glimpse(film: bytes, longest: int) -> bytes:
    """The first picture, its longer side `longest` px at most. Raises StoreError when there is none in it."""
    try:
        with av.open(io.BytesIO(film), "r", format="mp4") as container:
            for frame in container.decode(video=0):
                return picture(frame, longest)
    except av.FFmpegError as error:
        raise StoreError(f"This piece of film cannot be shown: {error.strerror}. Try another moment.") from error
    raise StoreError("There is no picture in this piece of film. Try another moment.")


def picture(frame: av.VideoFrame, longest: int) -> bytes:
    """A masked picture as JPEG."""
    image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]
    image.thumbnail((longest, longest))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=QUALITY)
    return out.getvalue()

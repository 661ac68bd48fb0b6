"""A masked frame as a JPEG for a person to look at: upright, with square pixels."""

from __future__ import annotations

import cv2
import numpy as np

from passerby.core.media import Geometry
from passerby.core.safe_frame import SafeFrame

#: JPEG quality.
PREVIEW_QUALITY = 88


def preview_jpeg(safe: SafeFrame, geometry: Geometry, max_side: int | None = None) -> bytes:
    """The frame as it is displayed, the longer side at most `max_side` pixels."""
    frame = safe.av_frame
    width, height = round(frame.width * float(geometry.pixel_aspect)), frame.height
    scale = min(1.0, max_side / max(width, height)) if max_side else 1.0
    size = max(1, round(width * scale)), max(1, round(height * scale))
    pixels = frame.reformat(width=size[0], height=size[1], format="bgr24", threads=1).to_ndarray()
    if geometry.mirrored:
        pixels = pixels[:, ::-1]
    upright = np.ascontiguousarray(np.rot90(pixels, -(geometry.rotation // 90)), np.uint8)
    return cv2.imencode(".jpg", upright, [cv2.IMWRITE_JPEG_QUALITY, PREVIEW_QUALITY])[1].tobytes()

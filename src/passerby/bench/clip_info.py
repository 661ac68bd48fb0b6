"""Properties of a video file, from its packets; and a one-frame clip of the same size."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np

from passerby.core.errors import SourceError


@dataclass(frozen=True, slots=True)
class ClipInfo:
    """`frames` counts packets, `seconds` is their duration, `bit_rate` in bits/s of the video stream alone."""

    width: int
    height: int
    frames: int
    seconds: float
    bit_rate: float


def probe(path: Path) -> ClipInfo:
    """Read the properties of a clip. Raises SourceError when it is not a readable video."""
    try:
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            packets = [packet for packet in container.demux(stream) if packet.size]
            base, rate = stream.time_base, float(stream.average_rate or 25)
            width, height = stream.width, stream.height
    except (av.FFmpegError, OSError, IndexError) as error:
        raise SourceError(f"{path} is not a readable video: {error}. Check the name, and that it plays.") from error
    times = sorted(packet.pts for packet in packets if packet.pts is not None)
    if not packets:
        raise SourceError(f"{path} has no frames. Check that it plays.")
    seconds = len(packets) / rate
    if len(times) > 1 and base is not None:
        seconds = float((times[-1] - times[0]) * base) * len(times) / (len(times) - 1)
    return ClipInfo(width, height, len(packets), seconds, sum(packet.size for packet in packets) * 8 / seconds)


def write_one_frame_clip(path: Path, width: int, height: int) -> Path:
    """A video of one synthetic frame: measuring the time to the first frame needs no more."""
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = width - width % 2, height - height % 2, "yuv420p"
        grey = np.add.outer(np.arange(stream.height), np.arange(stream.width)) % 251
        image = np.repeat(grey[..., None], 3, axis=2).astype(np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="bgr24")))
        container.mux(stream.encode(None))
    return path

"""Scaling and pixel format conversion of a frame, whatever its colour tags."""

from __future__ import annotations

import threading

import av
from av.video.reformatter import VideoReformatter

_BT709, _LIMITED = 1, 1


class _Scalers(threading.local):
    """The scaler of a frame must not be shared by threads (it crashed), so each thread has its own here."""

    def __init__(self) -> None:
        self.reformatter = VideoReformatter()


_SCALERS = _Scalers()


def reformat(
    av_frame: av.VideoFrame,
    *,
    width: int | None = None,
    height: int | None = None,
    format: str | None = None,
    interpolation: str | None = None,
    dst_colorspace: int | None = None,
    src_color_range: int | None = None,
    dst_color_range: int | None = None,
) -> av.VideoFrame:
    """The frame in another size or pixel format, as by `av.VideoFrame.reformat`, in one thread. Several threads may
    reformat the same frame at once.

    FFmpeg's scaler rejects frames whose colour tags it does not support (YCgCo, ICtCp, and invalid values in damaged
    files). These are converted as if they were BT.709, limited range, and keep their tags: what is in them must be
    detected and hidden all the same, and between YUV formats the tags do not matter.
    """
    scaler = _SCALERS.reformatter
    try:
        return scaler.reformat(
            av_frame,
            width,
            height,
            format,
            interpolation=interpolation,
            dst_colorspace=dst_colorspace,
            src_color_range=src_color_range,
            dst_color_range=dst_color_range,
            threads=1,
        )
    except OSError:
        known = scaler.reformat(
            av_frame,
            width,
            height,
            format,
            interpolation=interpolation,
            src_colorspace=_BT709,
            dst_colorspace=_BT709,
            src_color_range=_LIMITED,
            dst_color_range=_LIMITED,
            threads=1,
        )
        known.colorspace, known.color_range = av_frame.colorspace, av_frame.color_range
        return known

"""Scaling and converting a picture, whatever its colour tags say."""

from __future__ import annotations

import threading

import av
from av.video.reformatter import VideoReformatter

_BT709, _LIMITED = 1, 1


class _Scalers(threading.local):
    """A frame's own scaler is no place for two threads that look at the same frame: it crashed. Each has one here."""

    def __init__(self) -> None:
        self.mine = VideoReformatter()


_SCALERS = _Scalers()


def reformatted(
    picture: av.VideoFrame,
    *,
    width: int | None = None,
    height: int | None = None,
    format: str | None = None,
    interpolation: str | None = None,
    dst_colorspace: int | None = None,
    src_color_range: int | None = None,
    dst_color_range: int | None = None,
) -> av.VideoFrame:
    """The picture in another size or pixel format, as `av.VideoFrame.reformat` makes it, in one thread. Several threads
    may have the same picture reformatted at once.

    FFmpeg's scaler refuses pictures whose colour tags it does not know (YCgCo, ICtCp, and what damage makes up). These
    are converted as if they were BT.709, limited range, and keep their tags: what is in them must be looked at and
    hidden all the same, and between formats of YUV the tags do not matter.
    """
    scaler = _SCALERS.mine
    try:
        return scaler.reformat(
            picture,
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
            picture,
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
        known.colorspace, known.color_range = picture.colorspace, picture.color_range
        return known

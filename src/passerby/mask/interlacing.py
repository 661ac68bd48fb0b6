"""Converting interlaced frames: their two fields show two points in time and must not be mixed."""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt

from passerby.core.scaling import reformat

Rows = npt.NDArray[np.uint8]


def convert_format(picture: av.VideoFrame, pixel_format: str, interlaced: bool) -> av.VideoFrame:
    """The frame in another pixel format, with the same range and matrix; interlaced ones field by field."""
    if picture.format.name == pixel_format:
        return picture
    if not interlaced or picture.height % 2 or _keeps_chroma_rows(picture, pixel_format):
        return reformat(picture, format=pixel_format)
    frame = av.VideoFrame(picture.width, picture.height, pixel_format)
    for parity in (0, 1):
        field = reformat(_field(picture, parity), format=pixel_format)
        for target, source in zip(_rows(frame), _rows(field), strict=True):
            lines = target[parity::2]
            width = min(lines.shape[1], source.shape[1])
            lines[:, :width] = source[: len(lines), :width]
    frame.pts, frame.time_base = picture.pts, picture.time_base
    frame.colorspace, frame.color_range = picture.colorspace, picture.color_range
    frame.color_primaries, frame.color_trc = picture.color_primaries, picture.color_trc
    return frame


def _keeps_chroma_rows(picture: av.VideoFrame, pixel_format: str) -> bool:
    """Whether the new format has as many chroma lines, so that no line is interpolated from its neighbours."""
    return picture.format.chroma_height(picture.height) == av.VideoFormat(
        pixel_format, picture.width, picture.height
    ).chroma_height(picture.height)


def _field(picture: av.VideoFrame, parity: int) -> av.VideoFrame:
    """Every other line, as a frame of half the height."""
    field = av.VideoFrame(picture.width, picture.height // 2, picture.format.name)
    for target, source in zip(_rows(field), _rows(picture), strict=True):
        width = min(target.shape[1], source.shape[1])
        lines = source[parity::2]
        target[: len(lines), :width] = lines[: len(target), :width]
    field.colorspace, field.color_range = picture.colorspace, picture.color_range
    return field


def _rows(picture: av.VideoFrame) -> list[Rows]:
    return [
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height]
        for plane in picture.planes
    ]

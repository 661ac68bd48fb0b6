"""Converting interlaced frames: their two fields show two points in time and must not be mixed."""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt

from passerby.core.scaling import reformat

Rows = npt.NDArray[np.uint8]


def convert_format(av_frame: av.VideoFrame, pixel_format: str, interlaced: bool) -> av.VideoFrame:
    """The frame in another pixel format, with the same range and matrix; interlaced ones field by field."""
    if av_frame.format.name == pixel_format:
        return av_frame
    if not interlaced or av_frame.height % 2 or _keeps_chroma_rows(av_frame, pixel_format):
        return reformat(av_frame, format=pixel_format)
    converted = av.VideoFrame(av_frame.width, av_frame.height, pixel_format)
    for parity in (0, 1):
        field = reformat(_field(av_frame, parity), format=pixel_format)
        for target, source in zip(_rows(converted), _rows(field), strict=True):
            lines = target[parity::2]
            width = min(lines.shape[1], source.shape[1])
            lines[:, :width] = source[: len(lines), :width]
    converted.pts, converted.time_base = av_frame.pts, av_frame.time_base
    converted.colorspace, converted.color_range = av_frame.colorspace, av_frame.color_range
    converted.color_primaries, converted.color_trc = av_frame.color_primaries, av_frame.color_trc
    return converted


def _keeps_chroma_rows(av_frame: av.VideoFrame, pixel_format: str) -> bool:
    """Whether the new format has as many chroma lines, so that no line is interpolated from its neighbours."""
    return av_frame.format.chroma_height(av_frame.height) == av.VideoFormat(
        pixel_format, av_frame.width, av_frame.height
    ).chroma_height(av_frame.height)


def _field(av_frame: av.VideoFrame, parity: int) -> av.VideoFrame:
    """Every other line, as a frame of half the height."""
    field = av.VideoFrame(av_frame.width, av_frame.height // 2, av_frame.format.name)
    for target, source in zip(_rows(field), _rows(av_frame), strict=True):
        width = min(target.shape[1], source.shape[1])
        lines = source[parity::2]
        target[: len(lines), :width] = lines[: len(target), :width]
    field.colorspace, field.color_range = av_frame.colorspace, av_frame.color_range
    return field


def _rows(av_frame: av.VideoFrame) -> list[Rows]:
    return [
        np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)[: plane.height]
        for plane in av_frame.planes
    ]

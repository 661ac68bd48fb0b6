"""Any decoded frame -> planar YUV, the only layout that later stages handle."""

from __future__ import annotations

import av
from av.video.format import VideoFormat

from passerby.core.media import Colour
from passerby.core.scaling import reformat

_RGB, _BT709, _LIMITED, _FULL = 0, 1, 1, 2


def planar_format(name: str) -> str:
    """The planar format that frames of format `name` are converted to: yuv420p, yuv422p or yuv444p, or its 10-bit or
    full-range variant. Chroma resolution is preserved; bits beyond 10 and transparency are not.
    """
    form = VideoFormat(name, 64, 64)
    if name.startswith("yuvj"):
        return name if name in ("yuvj420p", "yuvj422p", "yuvj444p") else "yuvj444p"
    deep = "10le" if form.components[0].bits > 8 else ""
    if _is_rgb(form):
        return f"yuv444p{deep}"
    if len(form.components) < 3:
        return f"yuv420p{deep}"  # grey, with or without alpha
    across, down = 64 // form.chroma_width(64), 64 // form.chroma_height(64)
    chroma = "444" if across == 1 else "422" if down == 1 else "420"
    return f"yuv{chroma}p{deep}"


def conversion_notes(name: str) -> tuple[str, ...]:
    """What the conversion to planar YUV changes in frames of format `name`, one report line each."""
    form = VideoFormat(name)
    lines = []
    if _is_rgb(form):
        lines.append("RGB colour was converted to YUV (BT.709)")
    if form.components[0].bits > 10:
        lines.append(f"{form.components[0].bits} bits per sample were reduced to 10")
    if any(component.is_alpha for component in form.components):
        lines.append("transparency was dropped")
    return tuple(lines)


def planar_colour(name: str, colour: Colour) -> Colour:
    """The colour description of the planar frame, from that of the file."""
    form = VideoFormat(name)
    if _is_rgb(form):
        return Colour(colour.primaries, colour.transfer, _BT709, False, 0)
    if len(form.components) < 3 and colour.full_range is None:
        return Colour(colour.primaries, colour.transfer, colour.matrix, True, 0)  # grey is full range
    return colour


def to_planar(av_frame: av.VideoFrame, pixel_format: str, size: tuple[int, int]) -> av.VideoFrame:
    """The frame in `pixel_format` (from planar_format) and `size`; unchanged where it already has both."""
    form = av_frame.format
    if form.name == pixel_format and (av_frame.width, av_frame.height) == size:
        return av_frame
    target_matrix, source_range = None, int(av_frame.color_range)
    target_range = source_range
    if _is_rgb(form):
        target_matrix, source_range, target_range = _BT709, _FULL, _LIMITED
    elif len(form.components) < 3 and source_range != _LIMITED:
        source_range = target_range = _FULL
    return reformat(
        av_frame,
        width=size[0],
        height=size[1],
        format=pixel_format,
        dst_colorspace=target_matrix,
        src_color_range=source_range,
        dst_color_range=target_range,
    )


def _is_rgb(form: VideoFormat) -> bool:
    return form.is_rgb or form.has_palette

"""Any decoded picture -> planar YUV, the one form that everything after it knows."""

from __future__ import annotations

import av
from av.video.format import VideoFormat

from passerby.core.media import Colour
from passerby.core.scaling import reformatted

_RGB, _BT709, _LIMITED, _FULL = 0, 1, 1, 2


def planar_format(name: str) -> str:
    """The pixel format in which pictures of format `name` are handed out: yuv420p, yuv422p or yuv444p, or its 10-bit
    or full-range form. Nothing is lost of the colour's resolution; bits beyond 10 and transparency are.
    """
    form = VideoFormat(name, 64, 64)
    if name.startswith("yuvj"):
        return name if name in ("yuvj420p", "yuvj422p", "yuvj444p") else "yuvj444p"
    deep = "10le" if form.components[0].bits > 8 else ""
    if _is_rgb(form):
        return f"yuv444p{deep}"
    if len(form.components) < 3:
        return f"yuv420p{deep}"  # grey, with or without transparency
    across, down = 64 // form.chroma_width(64), 64 // form.chroma_height(64)
    chroma = "444" if across == 1 else "422" if down == 1 else "420"
    return f"yuv{chroma}p{deep}"


def notes(name: str) -> tuple[str, ...]:
    """What is changed in pictures of format `name` by making them planar, one plain line each."""
    form = VideoFormat(name)
    lines = []
    if _is_rgb(form):
        lines.append("RGB colour was converted to YUV (BT.709)")
    if form.components[0].bits > 10:
        lines.append(f"{form.components[0].bits} bits a sample were reduced to 10")
    if any(component.is_alpha for component in form.components):
        lines.append("transparency was dropped")
    return tuple(lines)


def planar_colour(name: str, colour: Colour) -> Colour:
    """The colour description of the planar picture, from that of the file."""
    form = VideoFormat(name)
    if _is_rgb(form):
        return Colour(colour.primaries, colour.transfer, _BT709, False, 0)
    if len(form.components) < 3 and colour.full_range is None:
        return Colour(colour.primaries, colour.transfer, colour.matrix, True, 0)  # grey reaches from 0 to the top
    return colour


def planar(picture: av.VideoFrame, wanted: str, size: tuple[int, int]) -> av.VideoFrame:
    """The picture in `wanted` (from planar_format) and `size`; itself where it is that already."""
    form = picture.format
    if form.name == wanted and (picture.width, picture.height) == size:
        return picture
    to, source_range = None, int(picture.color_range)
    target_range = source_range
    if _is_rgb(form):
        to, source_range, target_range = _BT709, _FULL, _LIMITED
    elif len(form.components) < 3 and source_range != _LIMITED:
        source_range = target_range = _FULL
    return reformatted(
        picture,
        width=size[0],
        height=size[1],
        format=wanted,
        dst_colorspace=to,
        src_color_range=source_range,
        dst_color_range=target_range,
    )


def _is_rgb(form: VideoFormat) -> bool:
    return form.is_rgb or form.has_palette

"""HEVC that is coded in fields: its pictures are single fields, of half the height, which FFmpeg does not put together.

Two that follow each other, one of each parity, are a frame. The picture timing of the stream says which is which;
FFmpeg marks no other pictures as interlaced (docs/design/faults.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
import numpy.typing as npt

#: (timestamp, picture, whether it is damaged)
Picture = tuple[int | None, av.VideoFrame, bool]


class FieldParity:
    """Whether the top field is first in interlaced frames, or a field is the top one. PyAV exposes this only through a
    filter."""

    def __init__(self) -> None:
        self._graph: av.filter.Graph | None = None
        self._form: tuple[int, int, str] | None = None

    def is_top(self, av_frame: av.VideoFrame) -> bool:
        form = av_frame.width, av_frame.height, av_frame.format.name
        if self._graph is None or self._form != form:
            self._graph, self._form = _parity_graph(av_frame), form
        pts, av_frame.pts = av_frame.pts, None
        try:
            self._graph.vpush(av_frame)
            self._graph.vpull()
        except av.error.BlockingIOError:
            return True
        finally:
            av_frame.pts = pts
        return False


def _parity_graph(av_frame: av.VideoFrame) -> av.filter.Graph:
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=av_frame.width, height=av_frame.height, format=av_frame.format, time_base=Fraction(1, 1000)
    )
    chosen = graph.add("select", "eq(interlace_type,BOTTOMFIRST)")
    graph.link_nodes(source, chosen, graph.add("buffersink")).configure()
    return graph


class FieldWeaver:
    """Pairs of fields -> frames. A field whose other one is missing stands for both, and the frame is damaged.

    `interval` is the time between the two fields of the last frame.
    """

    def __init__(self) -> None:
        self._parity = FieldParity()
        self._waiting: tuple[Picture, bool] | None = None
        self.interval: int | None = None

    def add(self, time: int | None, picture: av.VideoFrame, field: av.VideoFrame, damaged: bool) -> Iterator[Picture]:
        """The frames that are complete with this picture. `field` is as it was decoded, `picture` in the planar
        format."""
        is_top = self._parity.is_top(field)
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            (first_time, first, first_damaged), first_is_top = waiting
            if first_is_top is not is_top:
                self.interval = None if time is None or first_time is None else time - first_time
                top, bottom = (first, picture) if first_is_top else (picture, first)
                yield first_time, weave(top, bottom), first_damaged or damaged
                return
            yield first_time, weave(first, first), True
        self._waiting = (time, picture, damaged), is_top

    def finish(self) -> Iterator[Picture]:
        """The last field, when it is alone."""
        if self._waiting is not None:
            (time, picture, _), _ = self._waiting
            self._waiting = None
            yield time, weave(picture, picture), True


def weave(top: av.VideoFrame, bottom: av.VideoFrame) -> av.VideoFrame:
    """The frame whose even lines are `top` and whose odd ones are `bottom`, both in one planar format."""
    frame = av.VideoFrame(top.width, 2 * top.height, top.format.name)
    frame.pts = top.pts
    if top.time_base is not None:
        frame.time_base = top.time_base
    frame.color_range, frame.colorspace = top.color_range, top.colorspace
    frame.color_primaries, frame.color_trc = top.color_primaries, top.color_trc
    for to, *fields in zip(frame.planes, top.planes, bottom.planes, strict=True):
        lines = _lines(to)
        for parity, field in enumerate(fields):
            rows = _lines(field)
            across = min(lines.shape[1], rows.shape[1])
            lines[parity::2, :across] = rows[: (len(lines) + 1 - parity) // 2, :across]
    return frame


def _lines(plane: av.video.plane.VideoPlane) -> npt.NDArray[np.uint8]:
    """All bytes of a plane, shape (lines, bytes of a line with its padding)."""
    return np.frombuffer(memoryview(plane), np.uint8).reshape(plane.height, plane.line_size)

"""The playlist of a live camera: HLS with parts (RFC 8216bis, "low latency").

A low-latency player requests the next version of the playlist, and the response is held back until there is one; it
stays a little more than two parts behind. Other players load whole segments.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from passerby.server.hls import DISCONTINUITY, init_section, media_playlist, media_segment, program_date_time
from passerby.server.live.buffer import LiveBuffer, LiveSegment

#: How far players stay behind the newest part, in part target durations. RFC 8216bis requires at least two.
PART_HOLD_BACK = 2.2
#: Number of segments at the end of the playlist whose parts are listed.
_SEGMENTS_WITH_PARTS = 4


def playlist(buffer: LiveBuffer) -> str:
    """The current media playlist. Its URIs are relative to its own address."""
    segments = buffer.segments()
    discontinuities = buffer.dropped_discontinuities + (segments[0].discontinuity if segments else 0)
    header = [
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
        f"PART-HOLD-BACK={PART_HOLD_BACK * buffer.part_target:.3f},HOLD-BACK={3 * math.ceil(buffer.target_duration)}",
        f"#EXT-X-PART-INF:PART-TARGET={buffer.part_target:.3f}",
        f"#EXT-X-MEDIA-SEQUENCE:{segments[0].number if segments else 0}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{discontinuities}",
    ]
    lines: list[str] = []
    init_number = None
    for index, segment in enumerate(segments):
        if segment.discontinuity and index:
            lines.append(DISCONTINUITY)
        if segment.init_number != init_number:
            lines.append(init_section(f"init-{segment.init_number}.mp4"))
            init_number = segment.init_number
        lines += _segment_lines(segment, parts=index >= len(segments) - _SEGMENTS_WITH_PARTS)
    if segments:
        last = segments[-1]
        number, part = (last.number + 1, 0) if last.complete else (last.number, len(last.parts))
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-{number}-{part}.m4s"')
    return media_playlist(9, buffer.target_duration, header, lines)


def _segment_lines(segment: LiveSegment, parts: bool) -> Iterator[str]:
    at = segment.parts[0].captured_at
    if at.trusted:  # otherwise players would show, and seek to, wrong times
        yield program_date_time(at.wall)
    if parts:
        for index, part in enumerate(segment.parts):
            uri = f"part-{segment.number}-{index}.m4s"
            independent = ",INDEPENDENT=YES" if part.independent else ""
            yield f'#EXT-X-PART:DURATION={part.duration / 1e6:.5f},URI="{uri}"{independent}'
    if segment.complete:
        yield from media_segment(f"segment-{segment.number}.m4s", segment.duration)

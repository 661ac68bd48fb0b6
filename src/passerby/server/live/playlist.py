"""The playlist of a live camera: HLS with parts (RFC 8216bis, "low latency").

A player that knows parts asks for the next version of the list, and is answered when there is one; it stays a little
more than two parts behind. One that does not know them takes whole segments.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime

from passerby.server.live.buffer import LiveSegment, Window

#: How far a player stays behind the newest part, in longest parts. Two is the least that is allowed.
HOLD_BACK = 2.2
#: Segments at the end whose parts are listed.
_WITH_PARTS = 4


def playlist(window: Window) -> str:
    """The list as it is now. Names in it are relative to its own address."""
    segments = window.segments()
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:9",
        f"#EXT-X-TARGETDURATION:{math.ceil(window.target)}",
        "#EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,"
        f"PART-HOLD-BACK={HOLD_BACK * window.part_target:.3f},HOLD-BACK={3 * math.ceil(window.target)}",
        f"#EXT-X-PART-INF:PART-TARGET={window.part_target:.3f}",
        f"#EXT-X-MEDIA-SEQUENCE:{segments[0].number if segments else 0}",
        f"#EXT-X-DISCONTINUITY-SEQUENCE:{window.gone_breaks + (segments[0].fresh if segments else 0)}",
    ]
    head = None
    for place, segment in enumerate(segments):
        if segment.fresh and place:
            lines.append("#EXT-X-DISCONTINUITY")
        if segment.head != head:
            lines.append(f'#EXT-X-MAP:URI="head-{segment.head}.mp4"')
            head = segment.head
        lines += _segment(segment, parts=place >= len(segments) - _WITH_PARTS)
    if segments:
        last = segments[-1]
        number, part = (last.number + 1, 0) if last.done else (last.number, len(last.parts))
        lines.append(f'#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-{number}-{part}.m4s"')
    return "\n".join(lines) + "\n"


def _segment(segment: LiveSegment, parts: bool) -> Iterator[str]:
    at = segment.parts[0].at
    if at.trusted:  # else players would show, and jump to, times that are wrong
        moment = datetime.fromtimestamp(at.wall, UTC).isoformat(timespec="milliseconds")
        yield f"#EXT-X-PROGRAM-DATE-TIME:{moment.replace('+00:00', 'Z')}"
    if parts:
        for index, part in enumerate(segment.parts):
            uri = f"part-{segment.number}-{index}.m4s"
            alone = ",INDEPENDENT=YES" if part.independent else ""
            yield f'#EXT-X-PART:DURATION={part.duration / 1e6:.5f},URI="{uri}"{alone}'
    if segment.done:
        yield f"#EXTINF:{segment.duration:.5f},"
        yield f"segment-{segment.number}.m4s"

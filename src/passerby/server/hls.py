"""The lines of HLS media playlists (RFC 8216) that live view and recordings have in common."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import UTC, datetime

DISCONTINUITY = "#EXT-X-DISCONTINUITY"


def init_section(uri: str) -> str:
    """The initialisation section of the segments that follow."""
    return f'#EXT-X-MAP:URI="{uri}"'


def program_date_time(unix_time: float) -> str:
    """The wall-clock time of the segment that follows, in UTC with milliseconds."""
    text = datetime.fromtimestamp(unix_time, UTC).isoformat(timespec="milliseconds")
    return f"#EXT-X-PROGRAM-DATE-TIME:{text.replace('+00:00', 'Z')}"


def media_segment(uri: str, duration: float) -> list[str]:
    """One segment of `duration` seconds."""
    return [f"#EXTINF:{duration:.5f},", uri]


def media_playlist(version: int, target_duration: float, header: Iterable[str], lines: Iterable[str]) -> str:
    """The whole playlist: `header` are its tags after the target duration (seconds, rounded up), `lines` the rest."""
    first = ["#EXTM3U", f"#EXT-X-VERSION:{version}", f"#EXT-X-TARGETDURATION:{math.ceil(target_duration)}"]
    return "\n".join([*first, *header, *lines]) + "\n"

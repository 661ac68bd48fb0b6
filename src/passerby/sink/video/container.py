"""Which container a file name asks for."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from pathlib import Path

import av
from av.container import OutputContainer

from passerby.core.errors import UsageError

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
#: Those that keep milliseconds, whatever the time base.
MATROSKA = ("matroska", "webm")
#: Ticks a second that an MP4 track may have: half of what its 32-bit field holds, as some readers take it as signed.
_MOST_TICKS = 1 << 30


def container_for(output: Path) -> str:
    """FFmpeg's name of the container. Raises UsageError for an ending that is not written."""
    container = CONTAINERS.get(output.suffix.lower())
    if container is None:
        raise UsageError(
            f"passerby does not write {output.suffix or 'files without an ending'}: choose .mp4 or .mkv with -o."
        )
    return container


def open_output(path: Path, container: str, time_bases: list[Fraction]) -> OutputContainer:
    """An empty file of that kind, in which times of all of the time bases are exact where the container can."""
    options = {"fflags": "+bitexact"}  # no name and version of the program that wrote it, no random numbers
    if container not in MATROSKA:
        # FFmpeg would choose a clock of its own for the track, and milliseconds for the offset of a first frame.
        ticks = lcm(*(base.denominator for base in time_bases))
        scale = str(ticks if ticks <= _MOST_TICKS else time_bases[0].denominator)
        options |= {"movflags": "+faststart", "video_track_timescale": scale, "movie_timescale": scale}
    return av.open(f"file:{path}", "w", format=container, container_options=options)

"""The output container: chosen by file name, opened for writing."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from pathlib import Path

import av
from av.container import OutputContainer

from passerby.core.errors import UsageError

CONTAINERS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov", ".mkv": "matroska", ".webm": "webm"}
#: Containers that store milliseconds, whatever the time base.
MATROSKA = ("matroska", "webm")
#: Largest time scale of an MP4 track: half of what its 32-bit field holds, as some readers treat it as signed.
_MAX_TIMESCALE = 1 << 30
#: Ticks a second in which the length of a movie is stated, at least.
_MIN_MOVIE_TIMESCALE = 10_000


def container_for(output: Path) -> str:
    """FFmpeg's name of the container. Raises UsageError for an unsupported extension."""
    container = CONTAINERS.get(output.suffix.lower())
    if container is None:
        raise UsageError(
            f"passerby cannot write {output.suffix or 'files without an extension'}: choose .mp4 or .mkv with -o."
        )
    return container


def open_output(path: Path, container: str, time_bases: list[Fraction]) -> OutputContainer:
    """A new file in that container, with exact timestamps for all of the time bases where the container can."""
    options = {"fflags": "+bitexact"}  # no muxer name and version, no random identifiers
    if container not in MATROSKA:
        # FFmpeg would choose its own time scale for the track, and milliseconds for the offset of the first frame.
        ticks = lcm(*(base.denominator for base in time_bases))
        scale = ticks if ticks <= _MAX_TIMESCALE else time_bases[0].denominator
        # The movie's length is that of its sound where that ends last: in frames, it would be rounded.
        movie = scale * -(-_MIN_MOVIE_TIMESCALE // scale)
        options |= {"movflags": "+faststart", "video_track_timescale": str(scale), "movie_timescale": str(movie)}
    return av.open(f"file:{path}", "w", format=container, container_options=options)

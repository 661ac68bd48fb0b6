"""Playing recordings: HLS playlists of stored segments, their media, and thumbnails."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fastapi import HTTPException

from passerby.server.hls import DISCONTINUITY, init_section, media_playlist, media_segment, program_date_time
from passerby.server.site.context import SiteContext
from passerby.store.recordings.fmp4_scan import Fragment, scan
from passerby.store.recordings.part import to_us
from passerby.store.recordings.segment import Segment

#: Seconds between two segments up to which they count as continuous.
MAX_GAP_S = 1.5
#: Seconds of a media segment in the playlist: a player loads it whole before it shows it.
TARGET_SEGMENT_S = 4.0

#: A fragment, and when it starts in microseconds of Unix time.
TimedFragment = tuple[Fragment, int]


def vod_playlist(context: SiteContext, segments: Sequence[Segment], start: float, end: float) -> str:
    """The HLS playlist of recordings from `start` to `end` (Unix seconds)."""
    lines: list[str] = []
    longest, previous_end, size = TARGET_SEGMENT_S, None, None
    for segment in segments:
        inside = _in_range(_timed_fragments(context, segment), to_us(start), to_us(end))
        if not inside:
            continue
        continuous = previous_end is not None and abs(inside[0][0].start - previous_end) < to_us(MAX_GAP_S)
        if lines and not (continuous and size == (segment.width, segment.height)):
            lines.append(DISCONTINUITY)
        lines.append(init_section(f"init-{segment.id}.mp4"))
        for fragments in _media_segments(inside):
            (first, starts_at), last = fragments[0], fragments[-1][0]
            duration = (last.start + last.duration - first.start) / 1e6
            longest = max(longest, duration)
            lines.append(program_date_time(starts_at / 1e6))
            size_bytes = last.offset + last.size - first.offset
            lines += media_segment(f"segment-{segment.id}-{first.offset}-{size_bytes}.m4s", duration)
        previous_end = inside[-1][0].start + inside[-1][0].duration
        size = (segment.width, segment.height)
    header = ["#EXT-X-PLAYLIST-TYPE:VOD", "#EXT-X-INDEPENDENT-SEGMENTS"]
    return media_playlist(7, longest, header, [*lines, "#EXT-X-ENDLIST"])


def recorded_thumbnail(context: SiteContext, camera: str, time: float, max_side: int) -> bytes:
    """A JPEG of the recording at a time (Unix seconds), or up to a second before. Raises HTTPException when there is
    none."""
    for segment in context.recordings.between(camera, time, time + 1e-3):
        with context.recordings.open_segment(segment) as file:
            scanned = scan(file, segment.size, check_samples=False)
            found = None
            for fragment, starts_at in _with_start_times(scanned.fragments, segment):
                if fragment.independent and (starts_at <= to_us(time) or found is None):
                    found = fragment
            if found is None:
                continue
            file.seek(0)
            init = file.read(scanned.init_size)
            file.seek(found.offset)
            return context.tools.thumbnail(init + file.read(found.size), max_side)
    raise HTTPException(404, f"{camera} has no recording of this time.")


def _timed_fragments(context: SiteContext, segment: Segment) -> list[TimedFragment]:
    with context.recordings.open_segment(segment) as file:
        scanned = scan(file, segment.size, check_samples=False)
    return list(_with_start_times(scanned.fragments, segment))


def _with_start_times(fragments: Sequence[Fragment], segment: Segment) -> Iterator[TimedFragment]:
    for fragment in fragments:
        yield fragment, segment.wall_start + fragment.start - fragments[0].start


def _in_range(timed: Sequence[TimedFragment], start: int, end: int) -> list[TimedFragment]:
    """Fragments that overlap a time range (microseconds), from the last keyframe at or before it."""
    overlapping = [n for n, (fragment, at) in enumerate(timed) if at + fragment.duration > start and at < end]
    if not overlapping:
        return []
    first = overlapping[0]
    while first > 0 and not timed[first][0].independent:
        first -= 1
    return list(timed[first : overlapping[-1] + 1])


def _media_segments(timed: Sequence[TimedFragment]) -> Iterator[list[TimedFragment]]:
    """Consecutive fragments, grouped into media segments of TARGET_SEGMENT_S that each begin with a keyframe."""
    group: list[TimedFragment] = []
    for timed_fragment in timed:
        if timed_fragment[0].independent and sum(fragment.duration for fragment, _ in group) >= to_us(TARGET_SEGMENT_S):
            yield group
            group = []
        group.append(timed_fragment)
    if group:
        yield group

"""Plans made by hand: for runs that need no models."""

from pathlib import Path

from passerby import Plan, Settings
from passerby.core.box import Box
from passerby.core.kinds import Kind
from passerby.documents.plan import AnalysedRange, Keyframe, Track, VideoPlan
from passerby.documents.plan_parts.made_from import Fingerprint
from passerby.source.fingerprint import fingerprint
from passerby.source.video.file import VideoFile


def still_track(number: int, box: Box, start: int, end: int, kind: Kind = Kind.PLATE) -> Track:
    """A track that stays in one place from one time to another."""
    times = sorted({start, end})
    keys = tuple(Keyframe(time=time, box=box, score=0, origin="person") for time in times)
    return Track(number=number, kind=kind, keyframes=keys)


def permanent_track(number: int, box: Box, kind: Kind = Kind.PLATE) -> Track:
    """A track that stays in one place from beginning to end."""
    return still_track(number, box, -(10**9), 10**9, kind)


def plan_for(
    source: Path, *tracks: Track, analysed_frames: int | None = None, settings: Settings | None = None
) -> Plan:
    """A plan for the first video track of `source`, whose first `analysed_frames` (all by default) were analysed."""
    with VideoFile.open(source) as video:
        info = video.info.videos[0]
        times = [frame.time for frame in video.frames()]
    width, height = info.geometry.display_size
    last = (len(times) if analysed_frames is None else analysed_frames) - 1
    sha256, size = fingerprint(source)
    return Plan(
        program="a person",
        source=Fingerprint(name=source.name, sha256=sha256, size=size, duration=None, frames=len(times)),
        settings=settings or Settings(),
        weights=(),
        videos=(
            VideoPlan(
                stream=info.stream,
                time_base=info.time_base,
                width=width,
                height=height,
                frames=len(times),
                analysed=(AnalysedRange(first_frame=0, last_frame=last, first_time=times[0], last_time=times[last]),),
                tracks=tracks,
            ),
        ),
    ).sealed()

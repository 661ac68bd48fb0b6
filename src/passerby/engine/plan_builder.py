"""The result of the first pass -> a plan; and whether a plan belongs to a file."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from fractions import Fraction
from itertools import chain
from pathlib import Path

from passerby.config.settings import Settings
from passerby.core.errors import PlanError
from passerby.core.media import SourceInfo, VideoInfo
from passerby.core.version import PROGRAM
from passerby.detect.speech.network import SILERO
from passerby.detect.weights import Registry
from passerby.documents.kept import kept_spans
from passerby.documents.plan import AnalysedRange, Plan, VideoPlan
from passerby.documents.plan_parts.made_from import Fingerprint, WeightsUsed
from passerby.documents.plan_parts.speech import SpeechSpan, detected_ranges
from passerby.source.fingerprint import fingerprint, printable_name
from passerby.track.regions import region_tracks
from passerby.track.segments import AnalysisResult
from passerby.track.stitching import stitch_tracks

#: Seconds before and after a detector run, two a second, in which what it saw in a keep region counts as seen.
KEPT_AROUND_S = Fraction(1, 2)


def make_plan(
    source: SourceInfo,
    file: tuple[str, int],
    settings: Settings,
    registry: Registry,
    results: Sequence[Sequence[AnalysisResult]],
    speech: tuple[SpeechSpan, ...] | None = None,
) -> Plan:
    """The plan of a video of which every segment of every video track was analysed: `results` by track, in order of
    time. `file` is its SHA-256 and its size; `speech` is None where it was not searched for."""
    videos = [_video_plan(info, settings, ranges) for info, ranges in zip(source.videos, results, strict=True)]
    weights = {id for ranges in results for result in ranges for id in result.weights}
    if speech is not None and source.audio_tracks:
        weights.add(SILERO)
    return Plan(
        program=PROGRAM,
        source=Fingerprint(
            name=printable_name(source.path),
            sha256=file[0],
            size=file[1],
            duration=source.duration,
            frames=videos[0].frames,
        ),
        settings=settings,
        weights=tuple(WeightsUsed(id=registry[id].id, sha256=registry[id].sha256) for id in sorted(weights)),
        videos=tuple(videos),
        speech=speech,
        audio=detected_ranges(speech or (), settings.voice_fill),
    ).sealed()


def _video_plan(info: VideoInfo, settings: Settings, results: Sequence[AnalysisResult]) -> VideoPlan:
    times = array("q", chain.from_iterable(result.times for result in results))
    intact = [bool(flag) for result in results for flag in result.intact]
    cuts = [time for result in results for time in result.cuts]
    tracks = stitch_tracks({index: found for result in results for index, found in result.candidates.items()})
    tracks += region_tracks(settings.hide_regions, times, info.time_base)
    in_order = sorted(tracks, key=lambda track: (track.start, track.kind, track.keyframes[0].box))
    width, height = info.geometry.display_size
    return VideoPlan(
        stream=info.stream,
        time_base=info.time_base,
        width=width,
        height=height,
        frames=len(times),
        analysed=AnalysedRange.from_flags(times, intact),
        cuts=tuple(cuts[1:]),
        tracks=tuple(track.model_copy(update={"number": n}) for n, track in enumerate(in_order, 1)),
        kept=kept_spans(chain.from_iterable(result.kept for result in results), round(KEPT_AROUND_S / info.time_base)),
    )


def check_belongs(plan: Plan, path: Path, videos: Sequence[VideoInfo]) -> None:
    """Raises PlanError where `plan` was made for another file than `path`, which has these video tracks, or says
    something else of them: its times and positions would not be those of the pictures."""
    sha256, _ = fingerprint(path)
    if plan.source.sha256 != sha256 or len(plan.videos) != len(videos):
        raise PlanError(
            f"The plan was made for another file ({plan.source.name}, SHA-256 {plan.source.sha256[:16]}…), not for "
            f"{path}. Make a new one with: passerby redact {path} --save-plan"
        )
    for number, (planned, info) in enumerate(zip(plan.videos, videos, strict=True)):
        said = planned.time_base, (planned.width, planned.height)
        if said != (info.time_base, info.geometry.display_size):
            width, height = info.geometry.display_size
            raise PlanError(
                f"The plan says of video {number} that it has {planned.width} by {planned.height} pixels and ticks of "
                f"{planned.time_base} s; {path} has {width} by {height} and {info.time_base}. Undo the edit, or make a "
                f"new plan with: passerby redact {path} --save-plan"
            )

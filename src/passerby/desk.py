"""The story of a reviewed file: its plan, loaded or made, kept safe after each change, and rendered in the end."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from passerby import dispatch, pipeline
from passerby.base.box import Box
from passerby.base.kinds import Kind
from passerby.base.plan import AudioSpan, Keyframe, Plan, Track
from passerby.base.progress import Progress
from passerby.base.report import Report
from passerby.base.settings import Audio
from passerby.sink.output import write_text_atomically
from passerby.source.fingerprint import fingerprint

#: What covers a stretch that is left out of the release, where rendering cannot leave it out.
COVERS = "person:left out"


@dataclass(frozen=True, slots=True)
class Given:
    """One file to review, and the names of what belongs to it."""

    source: Path
    output: Path
    report: Path
    plan: Path

    @property
    def notes(self) -> Path:
        """What was looked at and what was said of it: NAME.review.json."""
        return self.plan.with_name(self.plan.name.removesuffix(".plan.json") + ".review.json")


def make_plan(given: Given, progress: Progress) -> Plan:
    """Look at the whole file and save what was found. Raises PasserbyError, in one of its kinds."""
    plan = dispatch.analyse(given.source, progress=progress)
    write_text_atomically(given.plan, plan.to_json())
    return plan


def keep(path: Path, text: str) -> None:
    """Write a file whole, on the disk, before returning. Raises OutputError or DiskFull."""
    write_text_atomically(path, text, force=True)


def belongs(plan: Plan, source: Path) -> bool:
    """Is this the very file that the plan was made for? Reads all of it."""
    return plan.source.sha256 == fingerprint(source)[0]


def trims() -> bool:
    """Can rendering leave stretches out?"""
    return bool(getattr(pipeline, "TRIMS", False))


def release(given: Given, plan: Plan, progress: Progress, audio: Audio | None = None) -> Report:
    """What `passerby redact --plan` does, in place of an earlier release of ours. Raises PasserbyError."""
    settings = plan.settings if audio is None else plan.settings.model_copy(update={"audio": audio})
    ready = plan if trims() else left_out_covered(plan)
    report = dispatch.redact(given.source, given.output, settings, plan=ready, force=True, progress=progress)
    keep(given.report, report.to_json())
    return report


def left_out_covered(plan: Plan) -> Plan:
    """A plan in which what was to be left out is covered whole and silent: never shown, whatever rendering can do."""
    if not plan.trim:
        return plan
    videos = []
    for video in plan.videos:
        number = max((track.number for track in (*video.tracks, *_corrected(plan))), default=0)
        whole = Box(0.0, 0.0, float(video.width), float(video.height))
        covers = []
        for span in plan.trim:
            number += 1
            start, end = int(span.start / video.time_base), int(span.end / video.time_base) + 1
            keys = [Keyframe(time=t, box=whole, score=0, origin=COVERS) for t in sorted({start, end})]
            covers.append(Track(number=number, kind=Kind.REGION, keyframes=tuple(keys)))
        videos.append(video.model_copy(update={"tracks": (*video.tracks, *covers)}))
    silent = tuple(AudioSpan(start=span.start, end=span.end) for span in plan.trim)
    return plan.model_copy(update={"videos": tuple(videos), "audio": (*plan.audio, *silent), "trim": ()})


def _corrected(plan: Plan) -> list[Track]:
    return [correction.track for correction in plan.corrections if correction.track is not None]

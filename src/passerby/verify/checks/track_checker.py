"""One decoding pass over one video track of a released file, for every check that needs its frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import repeat

from passerby.config.regions import Region
from passerby.config.settings import Style
from passerby.core.kinds import Kind
from passerby.core.media import Geometry
from passerby.core.prefetch import prefetch
from passerby.core.progress import Progress
from passerby.core.raw_frame import RawFrame
from passerby.detect.preprocess import to_luma
from passerby.documents.plan import Plan
from passerby.documents.redaction_log import LogEntry
from passerby.documents.trim import Trims
from passerby.documents.verification_report import Check, VideoSummary
from passerby.track.mask_schedule import MaskSchedule, ScheduledMask
from passerby.verify.checks.blank_regions import BlankRegions, find_blank_regions
from passerby.verify.checks.detection_passes import DetectionPasses, TrackCheckSettings, WhatIsHidden
from passerby.verify.checks.findings import FindingCollector
from passerby.verify.checks.independent_detectors import Ensemble
from passerby.verify.checks.masks import MaskCheck
from passerby.verify.checks.residual_correlation import ResidualCheck
from passerby.verify.checks.shown_on_purpose import ShownHere, ShownInLog, ShownOnPurpose
from passerby.verify.released_file import ReleasedFile

#: A frame of which more than this share is black shows nothing.
MIN_BLANK_SHARE = 0.985
#: Matroska stores milliseconds: by how much (s) a time may differ from that of the plan.
TIMESTAMP_ROUNDING_S = {"matroska": 0.001, "webm": 0.001}


@dataclass(frozen=True, slots=True)
class Expectations:
    """What the file is checked against: what was to be hidden, and how; the plan and the original, if given; and
    the regions that were to be kept visible. `log` is that of a signed report, where there is no plan."""

    hide: tuple[Kind, ...]
    style: Style
    plan: Plan | None = None
    original: ReleasedFile | None = None
    keep: tuple[Region, ...] = ()
    log: tuple[LogEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class TrackResult:
    """What was checked in one track: masks measured and compared with the original, and close-ups where a mask
    disappeared, and how many sightings were of what is shown on purpose, and the `times` of all frames
    in seconds."""

    summary: VideoSummary
    masks_measured: int = 0
    masks_compared: int = 0
    close_ups: int = 0
    shown_on_purpose: int = 0
    times: tuple[float, ...] = ()


class TrackChecker:
    """Checks one video track; `run` does everything. `findings` collects what it finds."""

    def __init__(
        self,
        file: ReleasedFile,
        video: int,
        expected: Expectations,
        ensemble: Ensemble,
        findings: FindingCollector,
        settings: TrackCheckSettings | None = None,
    ) -> None:
        self._file, self._video, self._expected, self._findings = file, video, expected, findings
        self._settings = settings or TrackCheckSettings()
        self._info = file.videos[video]
        self._full_range = bool(self._info.colour.full_range)
        self._plan = expected.plan if expected.plan is not None and video < len(expected.plan.videos) else None
        base = self._info.time_base if self._plan is None else self._plan.videos[video].time_base
        self._trims = Trims(() if self._plan is None else self._plan.trim, base)
        self._shown = None if self._plan is None else ShownOnPurpose(self._plan, video, expected.keep)
        self._shown_in_log = ShownInLog(expected.log, video, expected.keep)
        self._masks = MaskCheck(video, expected.style, self._full_range, findings)
        self._residual = ResidualCheck(video, expected.style, findings)
        self._passes = DetectionPasses(file, video, expected.hide, expected.style, ensemble, findings, self._settings)

    def run(self, progress: Progress, name: str) -> TrackResult:
        """Decode the track to its end. Raises SourceError and DetectorError."""
        with self._passes:
            return self._run(progress, name)

    def _run(self, progress: Progress, name: str) -> TrackResult:
        frames = black = 0
        times: list[float] = []
        schedule = MaskSchedule(self._plan.tracks(self._video)) if self._plan is not None else None
        progress.start(name, "check", self._info.frames_estimate)
        for frame, original in self._paired_frames():
            geometry = self._file.geometry(self._video, frame)
            seconds = float(frame.time * self._info.time_base)
            blank = find_blank_regions(frame, geometry, self._full_range)
            masks = self._planned_masks(schedule, frame)
            weak = [key.box for _, key in masks] if self._expected.style is not Style.SOLID else []
            if self._plan is not None and not self._is_analysed(frame) and blank.share < MIN_BLANK_SHARE:
                description = "a frame was not analysed, and is not covered"
                self._findings.add_in_frame(Check.COVERAGE, description, self._video, frame.index, seconds, track=0)
            known = WhatIsHidden(blank, weak, self._shown_here(frame, seconds))
            self._passes.step(frame, geometry, seconds, known)
            self._compare(frame, original, geometry, seconds, masks, blank)
            frames += 1
            times.append(seconds)
            black += blank.share >= MIN_BLANK_SHARE
            progress.advance(1)
        self._passes.finish()
        progress.finish()
        self._residual.finish()
        self._compare_frame_count(frames)
        width, height = self._info.geometry.display_size
        return TrackResult(
            VideoSummary(width=width, height=height, frames=frames, analysed=self._passes.analysed, black=black),
            self._masks.measured,
            self._residual.measured,
            self._passes.close_ups,
            self._passes.shown_on_purpose,
            tuple(times),
        )

    def _compare_frame_count(self, frames: int) -> None:
        if self._plan is None or self._file.still is not None or self._trims:
            return
        planned = self._plan.videos[self._video].frames
        if frames != planned:
            description = f"the plan lists {planned} frames, the file has {frames}"
            self._findings.add(Check.COVERAGE, description, video=self._video)

    def _paired_frames(self) -> Iterator[tuple[RawFrame, RawFrame | None]]:
        """Each frame, with the corresponding one of the original."""
        released = prefetch(self._file.frames(self._video))
        original = self._expected.original
        if original is None or self._video >= len(original.videos):
            yield from zip(released, repeat(None), strict=False)
            return
        sources = (frame for frame in prefetch(original.frames(self._video)) if self._in_output(frame))
        for frame in released:
            source = next(sources, None)
            if source is None:
                self._findings.add(Check.RESIDUAL, "the file is longer than the original", video=self._video)
                yield frame, None
                for rest in released:
                    yield rest, None
                return
            yield frame, source
        if self._file.still is None and next(sources, None) is not None:
            self._findings.add(Check.RESIDUAL, "the file is shorter than the original", video=self._video)

    def _in_output(self, frame: RawFrame) -> bool:
        """Is this frame of the original in the output, or was it cut?"""
        assert self._expected.original is not None
        base = self._expected.original.videos[self._video].time_base
        return self._trims.to_output_time(round(frame.time * base / self._trims.time_base)) is not None

    def _planned_masks(self, schedule: MaskSchedule | None, frame: RawFrame) -> list[ScheduledMask]:
        """The masks of the plan in this frame. Where timestamps are rounded, only those that are certainly in it."""
        if schedule is None or self._plan is None:
            return []
        base = self._plan.videos[self._video].time_base
        slack = Fraction(TIMESTAMP_ROUNDING_S.get(self._file.info.container, 0)).limit_denominator(10**6)
        time = frame.time * self._info.time_base
        ticks, early, late = (self._trims.to_source_time(round((time + by) / base)) for by in (0, -slack, slack))
        return [(t, key) for t, key in schedule.at(ticks) if not slack or (t.start <= early and late <= t.end)]

    def _shown_here(self, frame: RawFrame, seconds: float) -> ShownHere:
        """What is shown on purpose in a frame. Without a plan, as far as regions and a signed report say."""
        if self._shown is None or self._plan is None:
            return self._shown_in_log.at(seconds)
        base = self._plan.videos[self._video].time_base
        return self._shown.at(self._trims.to_source_time(round(frame.time * self._info.time_base / base)))

    def _is_analysed(self, frame: RawFrame) -> bool:
        assert self._plan is not None
        video = self._plan.videos[self._video]
        if self._trims:  # ordinals are those of the output
            time = self._trims.to_source_time(round(frame.time * self._info.time_base / video.time_base))
            return any(run.first_time <= time <= run.last_time for run in video.analysed)
        # By ordinal only: times are compared by the self-check, and may be rounded by the container.
        return any(run.first_frame <= frame.index <= run.last_frame for run in video.analysed)

    def _compare(
        self,
        frame: RawFrame,
        original: RawFrame | None,
        geometry: Geometry,
        seconds: float,
        masks: Sequence[ScheduledMask],
        blank: BlankRegions,
    ) -> None:
        compare = frame.index % self._settings.compare_every == 0 and blank.share < MIN_BLANK_SHARE
        if not masks and (original is None or not compare):
            return
        luma = to_luma(frame, geometry, geometry.display_size)
        if masks:
            self._masks.step(luma, masks, frame.index, seconds)
        if original is not None and compare and self._expected.original is not None:
            source_geometry = self._expected.original.geometry(self._video, original)
            source = to_luma(original, source_geometry, geometry.display_size)
            if self._plan is not None:
                self._residual.compare_masks(luma, source, masks, frame.index, seconds)
            else:
                self._residual.compare_changes(luma, source, frame.index, seconds)

"""The options of a run, as one value: what video, stills and distributed videos have in common."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from passerby.config.settings import Settings
from passerby.core.kinds import Kind
from passerby.core.progress import NullProgress, Progress
from passerby.detect.factory import DetectorFactory, ModelDetectorFactory, StillDetectorCache
from passerby.detect.weights import Registry
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.journal import journal_path
from passerby.documents.report import Report
from passerby.sink.output_file import OutputFile, commit_together
from passerby.track.segments import SegmentLengths


@dataclass(frozen=True, slots=True)
class RunOptions:
    """How to redact one file, beside its source and output.

    `settings` are what to hide and how to write, None for those of `plan`, or the defaults. `plan` is rendered as it
    is, in place of an analysis. The plan is saved as `save_plan` and the report as `save_report`, together with the
    output or not at all; `force` replaces files that exist. `default_reasons` stand in the report for what is hidden
    without a reason of its own. `verify` runs the self-check on the result.
    `search_speech` looks for speech also where voices are not removed: a person may choose that later.
    `threads` are for each of decoding,
    inference and encoding, None for as many as there are processors; the plan does not depend on their number.
    `detectors` replace the models in video, `still_detectors` keep those for stills from file to file.
    `segment_lengths` are for long videos.
    """

    settings: Settings | None = None
    plan: Plan | None = None
    save_plan: Path | None = None
    save_report: Path | None = None
    force: bool = False
    verify: bool = True
    search_speech: bool = False
    threads: int | None = None
    progress: Progress = field(default_factory=NullProgress)
    detectors: DetectorFactory | None = None
    still_detectors: StillDetectorCache | None = None
    default_reasons: Mapping[Kind, str] = field(default_factory=dict)
    segment_lengths: SegmentLengths = field(default_factory=SegmentLengths.from_environment)

    @property
    def effective_settings(self) -> Settings:
        """The settings in effect: those given, else those of the plan, else the defaults."""
        if self.settings is None and self.plan is not None:
            return self.plan.run_settings
        return self.settings or Settings()

    def texts(self, plan: Plan, report: Report) -> list[tuple[Path, str]]:
        """What is saved beside the output, by path."""
        saved = [(self.save_plan, plan.to_json()), (self.save_report, report.to_json())]
        return [(path, text) for path, text in saved if path is not None]

    def commit(self, output: OutputFile, plan: Plan, report: Report) -> None:
        """Commit the output together with what is saved beside it. The journal of a plan that is replaced goes with it.
        Raises OutputError."""
        commit_together(output, *self.texts(plan, report), force=self.force)
        if self.save_plan is not None:
            with suppress(OSError):  # one that stays is refused together with a plan that it does not fit
                journal_path(self.save_plan).unlink()

    def detector_factory(self) -> DetectorFactory:
        """What makes the detectors of video: the models, unless others were passed in. Models load when first used."""
        return self.detectors or ModelDetectorFactory(Registry.load(), self.threads)

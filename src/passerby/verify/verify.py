"""Entry point of the verification: check a released file as if another program had made it, and report the findings.

Nothing here paints, and nothing that paints is imported (`.importlinter`). What is not given (plan, original, reviewed
sample) cannot be checked: that check is skipped, says so, and makes the verdict `incomplete`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from passerby.config.settings import Audio, Settings
from passerby.core.errors import VerificationError
from passerby.core.progress import NullProgress, Progress
from passerby.core.version import PROGRAM
from passerby.detect.model import Detectors
from passerby.detect.speech.network import SILERO
from passerby.detect.weights import Registry
from passerby.documents.file_names import find_report
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.made_from import WeightsUsed
from passerby.documents.plan_parts.spans import AudioSpan, effective_audio
from passerby.documents.plan_parts.speech import applied_ranges, voices_left
from passerby.documents.plan_text import current_content
from passerby.documents.redaction_log import LogAction
from passerby.documents.report import Report
from passerby.documents.trim import Trims
from passerby.documents.verification_report import (
    NOT_ANSWERABLE,
    Check,
    CheckedFile,
    CheckOutcome,
    FindingAnswer,
    PlanSummary,
    ReleaseSummary,
    UpperBound,
    Verdict,
    VerificationReport,
)
from passerby.source.fingerprint import fingerprint, printable_name
from passerby.verify.checks.audio import MutedRanges, measure_muted, unexpected_audio
from passerby.verify.checks.detection_passes import TrackCheckSettings
from passerby.verify.checks.findings import FindingCollector
from passerby.verify.checks.independent_detectors import Ensemble
from passerby.verify.checks.log_agreement import disagreements, is_comparable
from passerby.verify.checks.redaction_report import differences, is_about, read_report, summarise_release
from passerby.verify.checks.signed_log import signer_of
from passerby.verify.checks.speech import NOT_CLAIMED_OF_VOICES, describe, speech_left
from passerby.verify.checks.track_checker import TIMESTAMP_ROUNDING_S, Expectations, TrackChecker, TrackResult
from passerby.verify.containers.inspect import ContainerInspection, inspect_container
from passerby.verify.released_file import ReleasedFile
from passerby.verify.report.results import CheckResults, check_results, sample_result

NOT_CLAIMED = (
    "That nobody can be recognised: gait, build, clothes, tattoos, the place, the time and companions can identify "
    "somebody, and are not hidden.",
    "That the models detected everything: several models tend to miss the same objects, more often than independent "
    "ones would. Only a reviewed random sample bounds what was missed.",
    "That the source was genuine or complete: only the contents of the released file were checked.",
)
NOT_CLAIMED_OF_AUDIO = (
    "That voices cannot be recognised: audio that is kept or made unnatural identifies speakers, and speech remains."
)


@dataclass(slots=True)
class _Inputs:
    """What was given besides the file, and whether it belongs to it."""

    report: Report | None = None
    release: ReleaseSummary | None = None
    report_matches: bool = False
    #: The fingerprint of the key that vouches for the report, where it is used in place of a plan.
    report_signer: str | None = None
    plan: Plan | None = None
    plan_summary: PlanSummary | None = None
    original: ReleasedFile | None = None
    original_sha256: str | None = None
    settings: Settings = field(default_factory=Settings)

    @property
    def audio(self) -> Audio | None:
        """How the audio was to be processed; None where that is not known."""
        return self.settings.audio if self.report_matches or self.plan is not None else None


def verify(
    file: Path,
    *,
    report: Path | None = None,
    plan: Path | None = None,
    plan_content: bytes | None = None,
    original: Path | None = None,
    bound: UpperBound | None = None,
    trusted: Collection[str] = (),
    threads: int | None = None,
    progress: Progress | None = None,
    settings: TrackCheckSettings | None = None,
    detectors: Detectors | None = None,
) -> VerificationReport:
    """Check one released file, a video or a still.

    `report` is that of the redaction, by default the one beside the file; `plan` and `original` enable further checks;
    `plan_content` is what the plan held when the file was made, where it may have been changed since.
    `trusted` are public keys (files, or fingerprints): without a plan, a report that lies there and was signed with one
    of them is believed about what is shown on purpose.
    `bound` is from a reviewed sample of this very file. `detectors` avoids loading the models for each of many files.
    Raises PasserbyError in one of its kinds, VerificationError where the inputs do not belong together.
    """
    progress = progress or NullProgress()
    sha256, size = fingerprint(file)
    findings = FindingCollector()
    if bound is not None and bound.sample.sha256 != sha256:
        raise VerificationError(
            f"The reviewed frames were sampled from another file than {file.name}. Draw a new sample with --sample."
        )
    inputs = _read_inputs(file, sha256, report, plan, plan_content, original, findings)
    if plan is None and inputs.report_matches and inputs.release is not None:
        path = report or find_report(file) or file
        inputs.report_signer = signer_of(file, path, inputs.release.sha256, trusted)
    with ReleasedFile.open(file) as released:
        detectors = detectors or Detectors(Registry.load(), threads)
        ensemble = Ensemble(detectors, inputs.settings.hide, released.videos[0].geometry.display_size)
        expected = Expectations(
            inputs.settings.hide,
            inputs.settings.style,
            inputs.plan,
            inputs.original,
            inputs.settings.keep_regions,
            inputs.report.redaction_log if inputs.report is not None and inputs.report_signer is not None else (),
        )
        tracks = tuple(
            TrackChecker(released, number, expected, ensemble, findings, settings).run(progress, printable_name(file))
            for number in range(len(released.videos))
        )
        checked = CheckedFile(
            name=printable_name(file),
            sha256=sha256,
            size=size,
            container=released.still.info.kind.value if released.still is not None else released.info.container,
            duration=None if released.info.duration is None else round(released.info.duration, 3),
            videos=tuple(track.summary for track in tracks),
            audio_tracks=len(released.info.audio_tracks),
        )
        _compare_with_report(inputs, checked, released, findings)
        inspection = inspect_container(released, inputs.report_matches and inputs.settings.keep_times)
        _report_container(inspection, checked, released, findings)
        muted = _check_audio(inputs, released, detectors.registry, findings)
        log_compared = _compare_log(inputs, tracks, released, muted, findings)
    results = CheckResults(
        file=checked,
        still=released.still is not None,
        hide=inputs.settings.hide,
        style=inputs.settings.style,
        has_report=inputs.report is not None,
        has_plan=inputs.plan is not None,
        has_original=inputs.original is not None,
        tracks=tracks,
        inspection=inspection,
        bound=bound,
        counts=findings.counts(),
        audio=inputs.audio,
        muted=muted,
        log_compared=log_compared,
        report_signer=inputs.report_signer,
    )
    checks = tuple(check_results(results))
    used = {*ensemble.weights, *([SILERO] if checked.audio_tracks and inputs.audio is Audio.REMOVE_VOICES else [])}
    return VerificationReport(
        program=PROGRAM,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        file=checked,
        verdict=_verdict(checked, tracks, [check.outcome for check in checks]),
        checks=checks,
        findings=findings.listed(),
        weights=tuple(
            WeightsUsed(id=detectors.registry[id].id, sha256=detectors.registry[id].sha256) for id in sorted(used)
        ),
        release=inputs.release,
        plan=inputs.plan_summary,
        original=inputs.original_sha256,
        bound=bound,
        not_claimed=(*NOT_CLAIMED, *_not_claimed_of_audio(checked, inputs.audio)),
    )


def _not_claimed_of_audio(file: CheckedFile, audio: Audio | None) -> list[str]:
    if not file.audio_tracks:
        return []
    return [NOT_CLAIMED_OF_VOICES if audio is Audio.REMOVE_VOICES else NOT_CLAIMED_OF_AUDIO]


def add_upper_bound(report: VerificationReport, bound: UpperBound) -> VerificationReport:
    """The same report after a person has reviewed the sample: nothing needs to be checked again."""
    if bound.sample.sha256 != report.file.sha256:
        raise VerificationError("The reviewed frames were sampled from another file than the one the report is about.")
    checks = tuple(sample_result(bound) if result.check is Check.RANDOM_SAMPLE else result for result in report.checks)
    return _concluded(report.model_copy(update={"bound": bound, "checks": checks}))


def answer_findings(report: VerificationReport, answers: Mapping[int, FindingAnswer]) -> VerificationReport:
    """The same report with the answers of a person to its findings, by number; a finding without one has none. When
    all are answered, the verdict is `reviewed`. Raises VerificationError for a finding that cannot be answered."""
    refused = [f for f in report.findings if f.number in answers and f.check in NOT_ANSWERABLE]
    if refused:
        raise VerificationError(
            f"Finding {refused[0].number} cannot be answered: {refused[0].description}. Redact the source again."
        )
    findings = tuple(f.model_copy(update={"answer": answers.get(f.number)}) for f in report.findings)
    return _concluded(report.model_copy(update={"findings": findings}))


def _concluded(report: VerificationReport) -> VerificationReport:
    """With the verdict that follows from its checks and answers."""
    if report.verdict is Verdict.NO_CONTENT:
        return report
    verdict = _verdict_of([result.outcome for result in report.checks])
    total = sum(check.findings for check in report.checks)  # a frame judged to show something has no answer
    if verdict is Verdict.FINDINGS and total == sum(finding.answer is not None for finding in report.findings):
        verdict = Verdict.REVIEWED
    return report.model_copy(update={"verdict": verdict})


def _verdict(file: CheckedFile, tracks: Sequence[TrackResult], outcomes: Sequence[CheckOutcome]) -> Verdict:
    if not any(track.summary.analysed for track in tracks) or all(video.black == video.frames for video in file.videos):
        return Verdict.NO_CONTENT
    return _verdict_of(outcomes)


def _verdict_of(outcomes: Sequence[CheckOutcome]) -> Verdict:
    if CheckOutcome.FINDINGS in outcomes:
        return Verdict.FINDINGS
    incomplete = {CheckOutcome.SKIPPED, CheckOutcome.PARTIAL}
    return Verdict.INCOMPLETE if incomplete.intersection(outcomes) else Verdict.PASSED


def _read_inputs(
    file: Path,
    sha256: str,
    report: Path | None,
    plan: Path | None,
    plan_content: bytes | None,
    original: Path | None,
    findings: FindingCollector,
) -> _Inputs:
    inputs = _Inputs()
    path = report or find_report(file)
    if path is not None:
        inputs.report, report_sha256 = read_report(path)
        inputs.release = summarise_release(inputs.report, path, report_sha256)
        inputs.report_matches = inputs.report.output.sha256 == sha256
        if inputs.report_matches:
            inputs.settings = inputs.report.settings
    if plan is not None:
        inputs.plan = Plan.load(plan) if plan_content is None else Plan.parse(plan_content, plan)
        inputs.plan_summary = PlanSummary(
            name=printable_name(plan),
            sha256=hashlib.sha256(current_content(plan) if plan_content is None else plan_content).hexdigest(),
            corrections=len(inputs.plan.corrections),
            edited_by_hand=inputs.plan.edited_by_hand,
        )
        if not inputs.report_matches:
            inputs.settings = inputs.plan.run_settings
    if original is not None:
        inputs.original = ReleasedFile.open(original, inputs.settings.frame_rate)
        inputs.original_sha256 = fingerprint(original)[0]
    sources = {
        "the report": inputs.report.source.sha256 if inputs.report and inputs.report_matches else None,
        "the plan": inputs.plan.source.sha256 if inputs.plan else None,
        "the given original": inputs.original_sha256,
    }
    given = [(name, source) for name, source in sources.items() if source is not None]
    for (name, source), (other, other_source) in pairwise(given):
        if source != other_source:
            check = Check.RESIDUAL if other == "the given original" else Check.COVERAGE
            findings.add(check, f"{other} belongs to another source than {name}")
    return inputs


def _compare_with_report(
    inputs: _Inputs, checked: CheckedFile, released: ReleasedFile, findings: FindingCollector
) -> None:
    if inputs.report is None:
        return
    if not is_about(inputs.report, checked):
        findings.add(
            Check.REPORT,
            f"the report beside the file is about another file (SHA-256 {inputs.report.output.sha256[:16]}…), and was "
            "not used",
        )
        return
    for line in differences(inputs.report, checked, released.still is not None):
        findings.add(Check.REPORT, line)


def _compare_log(
    inputs: _Inputs,
    tracks: Sequence[TrackResult],
    released: ReleasedFile,
    muted: MutedRanges,
    findings: FindingCollector,
) -> bool | None:
    """Compare the report's list of redactions with the plan; None where there are not both, False where the plan has
    changed since."""
    if inputs.report is None or not inputs.report_matches or inputs.plan is None:
        return None
    if not is_comparable(inputs.report, inputs.plan):
        return False
    rounded = released.info.container in TIMESTAMP_ROUNDING_S or released.still is not None
    times = [track.times for track in tracks]
    sound_end = muted.sound_end if released.info.audio_tracks else None
    for line in disagreements(inputs.report, inputs.plan, times, sound_end, released.still is None, rounded):
        findings.add(Check.REPORT, line)
    return True


def _report_container(
    inspection: ContainerInspection, checked: CheckedFile, released: ReleasedFile, findings: FindingCollector
) -> None:
    for line, time in inspection.remnants.items():
        findings.add(Check.CONTAINER, f"the file contains more than video and audio: {line}", time)
    if released.video_file is None:
        return
    decoded = released.video_file.decode_stats
    for number, encoded in enumerate(inspection.encoded_frames[: len(checked.videos)]):
        shown = checked.videos[number].frames
        stats = decoded.get(number)
        if encoded > shown + (stats.undecodable if stats else 0):
            description = f"the file contains {encoded - shown} encoded frames that no player shows"
            findings.add(Check.CONTAINER, description, video=number)
    for number, stats in decoded.items():
        for line in stats.damage:
            findings.add(Check.CONTAINER, f"the file is damaged: {line}", video=number)


def _check_audio(
    inputs: _Inputs, released: ReleasedFile, registry: Registry, findings: FindingCollector
) -> MutedRanges:
    unexpected = unexpected_audio(len(released.info.audio_tracks), inputs.audio)
    if unexpected is not None:
        findings.add(Check.AUDIO, unexpected)
    muted = measure_muted(released, list(_muted_ranges(inputs)))
    for span, line in muted.audible:
        findings.add(Check.AUDIO, line, span.start)
    if inputs.audio is Audio.REMOVE_VOICES:
        for track, speech in speech_left(released, registry, list(_voices_kept(inputs))):
            findings.add(Check.AUDIO, describe(track, speech), speech.start)
    return muted


def _voices_kept(inputs: _Inputs) -> Iterator[tuple[float, float]]:
    """Speech that a person left in, in seconds of the release: as the plan says, or else a report that is believed."""
    if inputs.plan is not None:
        trims = Trims(inputs.plan.trim, inputs.plan.videos[0].time_base)
        applied = applied_ranges(inputs.plan.audio, inputs.settings)
        moved = (trims.to_output_range(*left) for left in voices_left(inputs.plan.speech or (), applied))
        yield from (bounds for bounds in moved if bounds is not None)
    elif inputs.report is not None and inputs.report_signer is not None:
        log = inputs.report.redaction_log
        yield from ((one.start, one.end) for one in log if one.action is LogAction.VOICES_KEPT)


def _muted_ranges(inputs: _Inputs) -> Iterator[AudioSpan]:
    """Where nothing is to be heard, in seconds of the release: as the plan says, or else the report."""
    if inputs.plan is not None:
        spans = [span for _, span in effective_audio(applied_ranges(inputs.plan.audio, inputs.settings))]
        yield from Trims(inputs.plan.trim, inputs.plan.videos[0].time_base).to_output_audio(spans)
    elif inputs.report is not None and inputs.report_matches:
        for entry in inputs.report.redaction_log:
            if entry.action is LogAction.MUTED:
                yield AudioSpan(start=entry.start, end=entry.end, action="mute")
            elif entry.action is LogAction.ROOM_TONE:
                yield AudioSpan(start=entry.start, end=entry.end, action="room-tone")
            elif entry.action is LogAction.BLEEPED:
                yield AudioSpan(start=entry.start, end=entry.end, action="bleep")

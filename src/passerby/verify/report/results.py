"""The result of each check, in words for readers of the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from passerby.config.settings import Audio, Style
from passerby.core.kinds import Kind
from passerby.documents.verification_report import Check, CheckedFile, CheckOutcome, CheckSummary, UpperBound
from passerby.verify.checks.audio import MutedRanges
from passerby.verify.checks.track_checker import TrackResult
from passerby.verify.containers.inspect import ContainerInspection
from passerby.verify.report.text import counted, format_time

TITLES = {
    Check.REPORT: "The file matches its report",
    Check.FACES: "Independent detection of faces, by another model",
    Check.PLATES: "Independent detection of plates, by the text detector",
    Check.OTHER_KINDS: "Detection of the other kinds",
    Check.REDACTION_MODELS: "The models of the redaction, with lower thresholds",
    Check.MASK_DROPOUTS: "No mask disappears for a moment",
    Check.CONTAINER: "Nothing in the file but video and audio",
    Check.AUDIO: "Audio present or absent, as the report says",
    Check.MASKS: "Each mask is one constant fill",
    Check.RESIDUAL: "Nothing of the original is left under the masks",
    Check.COVERAGE: "Every planned mask is present in every frame",
    Check.RANDOM_SAMPLE: "A person has reviewed a random sample of frames",
}
_DETECTION = (Check.FACES, Check.PLATES, Check.OTHER_KINDS, Check.REDACTION_MODELS)
_NO_PLAN = "no plan was given (--plan)"


@dataclass(frozen=True, slots=True)
class CheckResults:
    """Everything that the results are derived from. `counts`: findings by check. `audio`: as the report says."""

    file: CheckedFile
    still: bool
    hide: tuple[Kind, ...]
    style: Style
    has_report: bool
    has_plan: bool
    has_original: bool
    tracks: tuple[TrackResult, ...]
    inspection: ContainerInspection
    bound: UpperBound | None
    counts: Counter[Check]
    audio: Audio | None
    muted: MutedRanges
    log_compared: bool | None = None
    report_signer: str | None = None

    @property
    def analysed(self) -> int:
        return sum(video.analysed for video in self.file.videos)

    @property
    def frames(self) -> int:
        return sum(video.frames for video in self.file.videos)


def check_results(results: CheckResults) -> Iterator[CheckSummary]:
    """Every check that applies, in order."""
    yield _report(results)
    analysed = f"{results.analysed} of {results.frames} {'pages' if results.still else 'frames'} were analysed"
    on_purpose = sum(track.shown_on_purpose for track in results.tracks)
    if on_purpose:
        analysed += f"; {counted(on_purpose, 'sighting')} of what is shown on purpose do not count"
        if results.report_signer is not None:
            analysed += f", as the report says that was signed with the key {results.report_signer[:16]}…"
    if not results.analysed:
        analysed = "no frame was analysed"
    if Kind.FACE in results.hide:
        yield _result(results, Check.FACES, f"{analysed}; BlazeFace on tiles at several scales.")
    if Kind.PLATE in results.hide:
        method = f"{analysed}, every second one for plates; text counts on vehicles only."
        yield _result(results, Check.PLATES, method)
    if set(results.hide) & {Kind.PERSON, Kind.SCREEN, Kind.TEXT}:
        yield _result(
            results,
            Check.OTHER_KINDS,
            f"{analysed}, every second one for persons, screens and text.",
            partial="there is no second model for persons, screens and text: the model of the redaction was used again",
        )
    yield _result(results, Check.REDACTION_MODELS, f"{analysed}; weak detections count if they are repeated.")
    yield _mask_dropouts(results)
    yield _container(results)
    yield _audio(results)
    yield from _with_plan(results)
    yield sample_result(results.bound)


def _result(results: CheckResults, check: Check, method: str, partial: str | None = None) -> CheckSummary:
    findings = results.counts[check]
    skipped = not results.analysed and check in _DETECTION
    limitation = "nothing was analysed" if skipped else partial
    if findings:
        outcome = CheckOutcome.FINDINGS
    elif skipped:
        outcome = CheckOutcome.SKIPPED
    else:
        outcome = CheckOutcome.PARTIAL if partial else CheckOutcome.PASSED
    return CheckSummary(
        check=check, title=TITLES[check], outcome=outcome, method=method, limitation=limitation, findings=findings
    )


def _skipped(check: Check, reason: str, findings: int = 0) -> CheckSummary:
    outcome = CheckOutcome.FINDINGS if findings else CheckOutcome.SKIPPED
    return CheckSummary(
        check=check, title=TITLES[check], outcome=outcome, method="Not done.", limitation=reason, findings=findings
    )


def _report(results: CheckResults) -> CheckSummary:
    if not results.has_report:
        return _skipped(Check.REPORT, "there is no report of the redaction beside the file")
    method = "SHA-256, size and number of frames were compared with the report."
    if results.log_compared:
        method += " Its list of redactions was compared with the plan, line by line."
    changed = "the plan was changed after the file was made: its list of redactions was not compared with it"
    return _result(results, Check.REPORT, method, partial=changed if results.log_compared is False else None)


def _mask_dropouts(results: CheckResults) -> CheckSummary:
    if results.still:
        return _result(results, Check.MASK_DROPOUTS, "Does not apply to stills.")
    if results.style is not Style.SOLID:
        reason = f"masks in the style {results.style} are not black, so they cannot be followed"
        return _skipped(Check.MASK_DROPOUTS, reason)
    close_ups = counted(sum(track.close_ups for track in results.tracks), "close-up")
    method = f"Black areas were followed in every frame; {close_ups} where one disappeared."
    return _result(results, Check.MASK_DROPOUTS, method)


def _container(results: CheckResults) -> CheckSummary:
    method = (
        "Searched for further tracks, tags, thumbnails, attachments, messages within the video stream, unused and "
        "trailing bytes."
    )
    limits = list(results.inspection.not_inspected)
    if results.inspection.credentials:
        limits.append("the file contains a C2PA manifest, whose contents were not checked")
    return _result(results, Check.CONTAINER, method, partial="; ".join(limits) or None)


def _audio(results: CheckResults) -> CheckSummary:
    tracks = results.file.audio_tracks
    present = f"Audio tracks: {tracks}" if tracks else "There is no audio"
    if results.audio is None:
        return _result(results, Check.AUDIO, f"{present}; no report says what there should be.")
    method, muted = f"{present}; the report says: {results.audio}.", results.muted
    if muted.measured:
        method += f" Listened to {counted(muted.measured, 'range')} that were to be muted or bleeped."
    limits = []
    if results.audio is Audio.REMOVE_VOICES and tracks:
        method += " The sound was searched for speech by both detectors, by the network at a lower score."
    if results.audio is Audio.UNNATURAL_VOICE and tracks:
        limits.append("an unnatural voice can be shifted back: it hides nobody")
    if muted.not_measured:
        ranges = counted(muted.not_measured, "muted or bleeped range")
        limits.append(f"{ranges} could not be listened to: too short, or after the end of the sound")
    return _result(results, Check.AUDIO, method, partial="; ".join(limits) or None)


def _with_plan(results: CheckResults) -> Iterator[CheckSummary]:
    measured = counted(sum(track.masks_measured for track in results.tracks), "mask")
    if results.has_plan:
        weak = None if results.style is Style.SOLID else f"{results.style} keeps a few colours of what it hides"
        method = f"Measured, as a whole and in sixteen parts, frame by frame: {measured}."
        yield _result(results, Check.MASKS, method, partial=weak)
    else:
        yield _skipped(Check.MASKS, _NO_PLAN, results.counts[Check.MASKS])
    compared = sum(track.masks_compared for track in results.tracks)
    if not results.has_original:
        yield _skipped(Check.RESIDUAL, "not compared with the original (--original)", results.counts[Check.RESIDUAL])
    else:
        location = "at the masks of the plan" if results.has_plan else "where the two files differ"
        method = (
            f"Compared with the original, {location}, in every third frame: {counted(compared, 'mask')}; by frequency "
            "band, by part, and averaged along each track."
        )
        yield _result(results, Check.RESIDUAL, method, partial=None if compared else "no mask could be compared")
    if results.has_plan:
        yield _result(results, Check.COVERAGE, f"All {results.frames} frames were compared with the plan.")
    else:
        yield _skipped(Check.COVERAGE, _NO_PLAN, results.counts[Check.COVERAGE])


def sample_result(bound: UpperBound | None) -> CheckSummary:
    """The result of a reviewed sample, or that there is none."""
    check, title = Check.RANDOM_SAMPLE, TITLES[Check.RANDOM_SAMPLE]
    if bound is None:
        reason = "no sample was drawn and reviewed (--sample), so there is no upper bound on what was missed"
        return CheckSummary(
            check=check, title=title, outcome=CheckOutcome.SKIPPED, method="Not done.", limitation=reason
        )
    sampled, positives = len(bound.sample.frames), len(bound.positives)
    method = (
        f"{bound.reviewer} judged {sampled} of {bound.sample.population} frames, picked at random "
        f"({format_time(bound.reviewed_on)}): at most {bound.percent} % of frames show something they should not, "
        f"{bound.confidence:.0%} confidence."
    )
    outcome = CheckOutcome.FINDINGS if positives else CheckOutcome.PASSED
    return CheckSummary(check=check, title=title, outcome=outcome, method=method, findings=positives)

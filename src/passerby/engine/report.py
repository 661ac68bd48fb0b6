"""The report that goes with a released file."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from passerby.config.settings import Audio, Settings, Style
from passerby.core.kinds import Kind
from passerby.core.media import SourceInfo
from passerby.core.version import PROGRAM
from passerby.documents.plan import Plan
from passerby.documents.redaction_log import LogEntry
from passerby.documents.report import LargeMaskRange, OutputSummary, QuickCheck, Report
from passerby.documents.trim import Trims
from passerby.engine.hidden_area import large_mask_ranges
from passerby.redaction_log.log import hidden_summaries, redaction_log
from passerby.redaction_log.release_times import ReleaseTimes
from passerby.redaction_log.sound import SoundFacts
from passerby.source.fingerprint import fingerprint, printable_name
from passerby.source.video.decoding import DecodeStats

#: Measured with benchmarks/sound.py --undo. How well such changes hide a speaker is often measured too kindly: by up to
#: 74 % too high (arXiv 2507.22534).
UNNATURAL_VOICE_IS_WEAK = (
    "An unnatural voice hides nobody: pitch and formants can be shifted back to what they were, and how somebody "
    "speaks, the words and the noises around stay. Where a voice must not be recognised, use --audio remove-voices."
)

EDITED_BY_HAND = (
    "The plan was edited by hand without a correction, or not written by this program: what was detected and is not "
    "hidden cannot be listed. Have a person watch the result, or make a new plan and correct it with: passerby review"
)


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What the second pass has written: with which encoders, how many `frames` of all video tracks, the times of those
    that were `covered` whole in each track, the `times` of each track in ticks, as the source has them (what was cut
    out too), and the decoder's statistics of each. `notes` say what was not written as it was, one line each;
    `bit_rates` are the bits a second of each video track, `audio_tracks` is the number of audio tracks, and
    `audio_end_s` until when there is sound, in seconds of the release. `lost` are tracks of the source that could not
    be written, one line each."""

    encoders: Sequence[str]
    frames: int
    covered: Sequence[Sequence[int]]
    times: Sequence[Sequence[int]]
    decode_stats: Sequence[DecodeStats]
    notes: Sequence[str]
    bit_rates: Sequence[float] = ()
    audio_tracks: int = 0
    audio_end_s: float = 0.0
    lost: Sequence[str] = ()

    @property
    def covered_frames(self) -> int:
        return sum(len(times) for times in self.covered)


def make_report(
    source: SourceInfo,
    output: Path,
    part: Path,
    plan: Plan,
    settings: Settings,
    written: RenderResult,
    check: QuickCheck,
    edited: bool,
    timed: bool = True,
    default_reasons: Mapping[Kind, str] | None = None,
) -> Report:
    """The report on `output`, whose bytes are still under the name `part`. The pages of a still are not `timed`.
    `default_reasons` stand for what is hidden without a reason of its own."""
    sha256, size = fingerprint(part)
    by_hand = edited and plan.edited_by_hand
    large_masks = large_mask_ranges(plan, written.times) if timed else ()
    defaults = dict(default_reasons or {})
    log = _log(source, plan, settings, written, timed, defaults)
    return Report(
        program=PROGRAM,
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        source=plan.source,
        output=OutputSummary(
            name=printable_name(output),
            sha256=sha256,
            size=size,
            codec=written.encoders[0],
            frames=written.frames,
            covered=written.covered_frames,
            undecodable=sum(stats.undecodable for stats in written.decode_stats),
        ),
        settings=settings,
        weights=plan.weights,
        plan_edited=edited,
        edited_by_hand=by_hand,
        analysis_sha256=plan.analysis_sha256,
        corrections=len(plan.corrections),
        hidden=tuple(hidden_summaries(log, settings)),
        redaction_log=log,
        default_reasons=defaults,
        large_masks=large_masks,
        dropped=tuple(_dropped(source, settings)),
        damage=(*source.damage, *written.lost, *(line for stats in written.decode_stats for line in stats.damage)),
        warnings=(*([EDITED_BY_HAND] if by_hand else []), *_warnings(source, settings, written, check, large_masks)),
        check=check,
    )


def _log(
    source: SourceInfo,
    plan: Plan,
    settings: Settings,
    written: RenderResult,
    timed: bool,
    default_reasons: Mapping[Kind, str],
) -> tuple[LogEntry, ...]:
    covered = [*written.covered, *[()] * (len(written.times) - len(written.covered))]
    pairs = enumerate(zip(written.times, covered, strict=True))
    times = [ReleaseTimes.of(plan, number, ticks, whole, timed) for number, (ticks, whole) in pairs]
    trims = Trims(plan.trim, plan.videos[0].time_base)
    end_s = max([source.duration or 0.0, *(_end(plan, number, ticks) for number, ticks in enumerate(written.times))])
    end = max([trims.to_output_seconds(end_s), *(of_video.end for of_video in times)])
    facts = SoundFacts(settings, len(source.audio_tracks), written.audio_tracks, end, written.audio_end_s)
    return redaction_log(plan, times, facts, end_s, default_reasons)


def _end(plan: Plan, video: int, ticks: Sequence[int]) -> float:
    """Until when the source shows a frame of a video track, in seconds."""
    return ReleaseTimes.of(plan.model_copy(update={"trim": ()}), video, ticks).end


def _dropped(source: SourceInfo, settings: Settings) -> Iterable[str]:
    if source.audio_tracks and settings.audio is Audio.REMOVE:
        yield f"audio tracks: {len(source.audio_tracks)}"
    yield from source.dropped


def _warnings(
    source: SourceInfo,
    settings: Settings,
    written: RenderResult,
    check: QuickCheck,
    large_masks: Sequence[LargeMaskRange],
) -> Iterable[str]:
    lines = [line for video in source.videos for line in video.notes]
    lines += [line for stats in written.decode_stats for line in stats.notes]
    yield from (f"{line[0].upper()}{line[1:]}." for line in dict.fromkeys([*lines, *written.notes]))
    if settings.audio is Audio.UNNATURAL_VOICE and source.audio_tracks:
        yield UNNATURAL_VOICE_IS_WEAK
    if settings.keep_regions:
        yield (
            f"Nothing is hidden whose centre lies in {len(settings.keep_regions)} regions (keep_regions); "
            "redaction_log lists what was detected there."
        )
    if settings.style is not Style.SOLID:
        yield f"{settings.style} shows a few colours of what it masks, so it is weaker than solid."
    if written.covered_frames:
        yield (
            f"{written.covered_frames} frames were covered whole: they are damaged, were not analysed, or decoded "
            "differently the second time."
        )
    for large in large_masks:
        kinds = ", ".join(large.kinds)
        yield (
            f"{large.start:.2f} to {large.end:.2f} s: masks ({kinds}) hide up to {large.share:.0%} of the picture. "
            "Check that this is what you want; passerby review changes it."
        )
    if not check.ran:
        yield "The result was not checked (--no-verify)."
    if check.findings:
        yield f"The self-check found something at {len(check.findings)} times that a person should review."

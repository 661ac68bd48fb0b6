"""The report that goes with a released file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from passerby.config.settings import Audio, Settings, Style
from passerby.core.media import SourceInfo
from passerby.core.version import PROGRAM
from passerby.documents.plan import Plan
from passerby.documents.report import LargeMaskRange, OutputSummary, QuickCheck, Report
from passerby.engine.hidden_area import large_mask_ranges
from passerby.engine.mask_summary import hidden_summaries, shown_on_purpose
from passerby.source.fingerprint import fingerprint, printable_name
from passerby.source.video.decoding import DecodeStats

#: How well disguises hide a speaker is often measured too kindly: by up to 74 % too high (arXiv 2507.22534).
DISGUISE_IS_WEAK = (
    "The disguise of voices is weak: pitch and formants can be shifted back, and how somebody speaks, the words and "
    "the noises around stay. Where a voice must not be recognised, use --audio remove, or muted spans in the plan."
)

EDITED_BY_HAND = (
    "The plan was edited by hand without a correction, or not written by this program: what was detected and is not "
    "hidden cannot be listed. Have a person watch the result, or make a new plan and correct it with: passerby review"
)


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What the second pass has written: with which encoders, how many `frames` of all video tracks, how many of them
    covered whole, the `times` of each track in ticks, as the source has them (what was cut out too), and the decoder's
    statistics of each. `notes` say what was not written as it was, one line each; `bit_rates` are the bits a second of
    each video track. `lost` are tracks of the source that could not be written, one line each."""

    encoders: Sequence[str]
    frames: int
    covered: int
    times: Sequence[Sequence[int]]
    decode_stats: Sequence[DecodeStats]
    notes: Sequence[str]
    bit_rates: Sequence[float] = ()
    lost: Sequence[str] = ()


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
) -> Report:
    """The report on `output`, whose bytes are still under the name `part`. The pages of a still are not `timed`."""
    sha256, size = fingerprint(part)
    by_hand = edited and plan.edited_by_hand
    large_masks = large_mask_ranges(plan, written.times) if timed else ()
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
            covered=written.covered,
            undecodable=sum(stats.undecodable for stats in written.decode_stats),
        ),
        settings=settings,
        weights=plan.weights,
        plan_edited=edited,
        edited_by_hand=by_hand,
        hidden=tuple(hidden_summaries(plan, written.times, settings)),
        shown_on_purpose=tuple(shown_on_purpose(plan, written.times)),
        large_masks=large_masks,
        dropped=tuple(_dropped(source, settings)),
        damage=(*source.damage, *written.lost, *(line for stats in written.decode_stats for line in stats.damage)),
        warnings=(*([EDITED_BY_HAND] if by_hand else []), *_warnings(source, settings, written, check, large_masks)),
        check=check,
    )


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
    if settings.audio is Audio.DISGUISE and source.audio_tracks:
        yield DISGUISE_IS_WEAK
    if settings.keep_regions:
        yield (
            f"Nothing is hidden whose centre lies in {len(settings.keep_regions)} regions (keep_regions); "
            "shown_on_purpose lists what was detected there."
        )
    if settings.style is not Style.SOLID:
        yield f"{settings.style} shows a few colours of what it masks, so it is weaker than solid."
    if written.covered:
        yield (
            f"{written.covered} frames were covered whole: they are damaged, were not analysed, or decoded differently "
            "the second time."
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

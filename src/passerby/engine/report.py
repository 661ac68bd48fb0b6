"""The report that goes with a released file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from passerby.config.settings import Audio, Settings, Style
from passerby.core.kinds import Kind
from passerby.core.media import SourceInfo
from passerby.core.version import PROGRAM
from passerby.documents.plan import Plan
from passerby.documents.report import HiddenSummary, LargeMaskRange, OutputSummary, QuickCheck, Report, TimeRange
from passerby.engine.hidden_area import large_mask_ranges
from passerby.source.fingerprint import fingerprint, printable_name
from passerby.source.video.decoding import DecodeStats

#: How well disguises hide a speaker is often measured too kindly: by up to 74 % too high (arXiv 2507.22534).
DISGUISE_IS_WEAK = (
    "The disguise of voices is weak: pitch and formants can be shifted back, and how somebody speaks, the words and "
    "the noises around stay. Where a voice must not be recognised, use --audio remove, or muted spans in the plan."
)

#: Ranges of a kind that are this close together are reported as one.
MAX_RANGE_GAP_S = 1.0


@dataclass(frozen=True, slots=True)
class RenderResult:
    """What the second pass has written: with which encoders, how many `frames` of all video tracks, how many of them
    covered whole, the `times` of each track in ticks, as the source has them (what was cut out too), and the decoder's
    statistics of each. `notes` say what was not written as it was, one line each; `bit_rates` are the bits a second of
    each video track."""

    encoders: Sequence[str]
    frames: int
    covered: int
    times: Sequence[Sequence[int]]
    decode_stats: Sequence[DecodeStats]
    notes: Sequence[str]
    bit_rates: Sequence[float] = ()


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
        hidden=tuple(_hidden(kind, plan) for kind in _kinds(settings, plan)),
        large_masks=large_masks,
        dropped=tuple(_dropped(source, settings)),
        damage=(*source.damage, *(line for stats in written.decode_stats for line in stats.damage)),
        warnings=tuple(_warnings(source, settings, written, check, large_masks)),
        check=check,
    )


def _dropped(source: SourceInfo, settings: Settings) -> Iterable[str]:
    if source.audio_tracks and settings.audio is Audio.REMOVE:
        yield f"audio tracks: {len(source.audio_tracks)}"
    yield from source.dropped


def _kinds(settings: Settings, plan: Plan) -> Iterable[Kind]:
    """The kinds that were requested, detected or not, and those that a plan made by hand masks besides."""
    planned = {track.kind for number in range(len(plan.videos)) for track in plan.tracks(number)}
    regions = {Kind.REGION} if settings.hide_regions else set()
    return (kind for kind in Kind if kind in planned.union(settings.hide, regions))


def _hidden(kind: Kind, plan: Plan) -> HiddenSummary:
    count, spans = 0, []
    for number, video in enumerate(plan.videos):
        tracks = [track for track in plan.tracks(number) if track.kind is kind]
        count += len(tracks)
        spans += [(float(track.start * video.time_base), float(track.end * video.time_base)) for track in tracks]
    return HiddenSummary(kind=kind, tracks=count, ranges=tuple(_ranges(spans)))


def _ranges(spans: Iterable[tuple[float, float]]) -> Iterable[TimeRange]:
    """When at least one of the tracks is masked; ranges at most MAX_RANGE_GAP_S apart are one."""
    start = end = None
    for begins, ends in sorted(spans):
        if end is not None and begins <= end + MAX_RANGE_GAP_S:
            end = max(end, ends)
            continue
        if start is not None and end is not None:
            yield TimeRange(start=round(start, 3), end=round(end, 3))
        start, end = begins, ends
    if start is not None and end is not None:
        yield TimeRange(start=round(start, 3), end=round(end, 3))


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

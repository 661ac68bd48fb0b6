"""What goes with a released file: its report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from passerby.config.settings import Audio, Settings, Style
from passerby.core.kinds import Kind
from passerby.core.media import SourceInfo
from passerby.documents.plan import Plan
from passerby.documents.report import Hidden, Output, QuickCheck, Report, TimeRange
from passerby.source.fingerprint import fingerprint, printable
from passerby.source.video.decoding import Tally

PROGRAM = f"passerby {version('passerby')}"

#: How well disguises hide a speaker is often measured too kindly: by up to 74 % too high (arXiv 2507.22534).
DISGUISE_IS_WEAK = (
    "The disguise of voices is weak: pitch and formants can be shifted back, and how somebody speaks, the words and "
    "the noises around stay. Whoever must not be known by the voice needs --audio remove, or muted spans in the plan."
)

#: Seconds between two stretches that are told as one.
JOINED = 1.0


@dataclass(frozen=True, slots=True)
class Written:
    """What the second pass has written: with which encoders, how many `frames` of all video tracks, how many of them
    covered whole, the `times` of each track in ticks, as the source has them (what was left out too), and what the
    source counted in each. `notes` tell what was not written as it was, one line each; `bit_rates` are the bits a
    second of each video track."""

    encoders: Sequence[str]
    frames: int
    covered: int
    times: Sequence[Sequence[int]]
    tallies: Sequence[Tally]
    notes: Sequence[str]
    bit_rates: Sequence[float] = ()


def make_report(
    source: SourceInfo,
    output: Path,
    part: Path,
    plan: Plan,
    settings: Settings,
    written: Written,
    check: QuickCheck,
    edited: bool,
) -> Report:
    """The report on `output`, whose bytes are still under the name `part`."""
    sha256, size = fingerprint(part)
    return Report(
        program=PROGRAM,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        source=plan.source,
        output=Output(
            name=printable(output),
            sha256=sha256,
            size=size,
            codec=written.encoders[0],
            frames=written.frames,
            covered=written.covered,
            undecodable=sum(tally.undecodable for tally in written.tallies),
        ),
        settings=settings,
        weights=plan.weights,
        plan_edited=edited,
        hidden=tuple(_hidden(kind, plan) for kind in _kinds(settings, plan)),
        dropped=tuple(_dropped(source, settings)),
        damage=(*source.damage, *(line for tally in written.tallies for line in tally.damage)),
        warnings=tuple(_warnings(source, settings, written, check)),
        check=check,
    )


def _dropped(source: SourceInfo, settings: Settings) -> Iterable[str]:
    if source.sounds and settings.audio is Audio.REMOVE:
        yield f"sound tracks: {len(source.sounds)}"
    yield from source.dropped


def _kinds(settings: Settings, plan: Plan) -> Iterable[Kind]:
    """What was asked for, found or not, and what a plan made by hand hides besides."""
    planned = {track.kind for number in range(len(plan.videos)) for track in plan.tracks(number)}
    regions = {Kind.REGION} if settings.hide_regions else set()
    return (kind for kind in Kind if kind in planned.union(settings.hide, regions))


def _hidden(kind: Kind, plan: Plan) -> Hidden:
    count, spans = 0, []
    for number, video in enumerate(plan.videos):
        tracks = [track for track in plan.tracks(number) if track.kind is kind]
        count += len(tracks)
        spans += [(float(track.start * video.time_base), float(track.end * video.time_base)) for track in tracks]
    return Hidden(kind=kind, tracks=count, ranges=tuple(_ranges(spans)))


def _ranges(spans: Iterable[tuple[float, float]]) -> Iterable[TimeRange]:
    """When at least one of the tracks shows; stretches less than JOINED apart are one."""
    start = end = None
    for begins, ends in sorted(spans):
        if end is not None and begins <= end + JOINED:
            end = max(end, ends)
            continue
        if start is not None and end is not None:
            yield TimeRange(start=round(start, 3), end=round(end, 3))
        start, end = begins, ends
    if start is not None and end is not None:
        yield TimeRange(start=round(start, 3), end=round(end, 3))


def _warnings(source: SourceInfo, settings: Settings, written: Written, check: QuickCheck) -> Iterable[str]:
    lines = [line for video in source.videos for line in video.notes]
    lines += [line for tally in written.tallies for line in tally.notes]
    yield from (f"{line[0].upper()}{line[1:]}." for line in dict.fromkeys([*lines, *written.notes]))
    if settings.audio is Audio.DISGUISE and source.sounds:
        yield DISGUISE_IS_WEAK
    if settings.style is not Style.SOLID:
        yield f"{settings.style} shows a few colours of what it hides, so it is weaker than solid."
    if written.covered:
        yield (
            f"{written.covered} frames were covered whole: they are damaged, were not looked at, or decoded otherwise "
            "the second time."
        )
    if not check.ran:
        yield "The result was not checked (--no-verify)."
    if check.suspects:
        yield f"The check saw something at {len(check.suspects)} moments that a person should look at."

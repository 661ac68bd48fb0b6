"""What goes with a released file: its report."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from passerby.base.kinds import HIDEABLE, Kind
from passerby.base.media import SourceInfo
from passerby.base.plan import Plan, Track
from passerby.base.report import Hidden, Output, QuickCheck, Report, TimeRange
from passerby.base.settings import Settings, Style
from passerby.source.fingerprint import fingerprint

PROGRAM = f"passerby {version('passerby')}"

#: Seconds between two stretches that are told as one.
JOINED = 1.0


def make_report(
    source: SourceInfo,
    output: Path,
    written: Path,
    plan: Plan,
    settings: Settings,
    codec: str,
    covered: int,
    check: QuickCheck,
    edited: bool,
) -> Report:
    """The report on `output`, whose bytes are still under the name `written`."""
    sha256, size = fingerprint(written)
    return Report(
        program=PROGRAM,
        made=datetime.now(UTC).isoformat(timespec="seconds"),
        source=plan.source,
        output=Output(
            name=output.name, sha256=sha256, size=size, codec=codec, frames=plan.videos[0].frames, covered=covered
        ),
        settings=settings,
        weights=plan.weights,
        plan_edited=edited,
        hidden=tuple(_hidden(kind, plan) for kind in HIDEABLE if kind in settings.hide),
        dropped=source.dropped,
        warnings=tuple(_warnings(settings, covered, check)),
        check=check,
    )


def _hidden(kind: Kind, plan: Plan) -> Hidden:
    tracks = [track for track in plan.tracks(0) if track.kind is kind]
    base = float(plan.videos[0].time_base)
    return Hidden(kind=kind, tracks=len(tracks), ranges=tuple(_ranges(tracks, base)))


def _ranges(tracks: Iterable[Track], base: float) -> Iterable[TimeRange]:
    """When at least one of the tracks shows; stretches less than JOINED apart are one."""
    start = end = None
    for track in sorted(tracks, key=lambda track: track.start):
        if end is not None and track.start * base <= end + JOINED:
            end = max(end, track.end * base)
            continue
        if start is not None and end is not None:
            yield TimeRange(start=round(start, 3), end=round(end, 3))
        start, end = track.start * base, track.end * base
    if start is not None and end is not None:
        yield TimeRange(start=round(start, 3), end=round(end, 3))


def _warnings(settings: Settings, covered: int, check: QuickCheck) -> Iterable[str]:
    if settings.style is not Style.SOLID:
        yield f"{settings.style} shows a few colours of what it hides, so it is weaker than solid."
    if covered:
        yield f"{covered} frames were covered whole: they were not looked at, or decoded otherwise the second time."
    if not check.ran:
        yield "The result was not checked (--no-verify)."
    if check.suspects:
        yield f"The check saw something at {len(check.suspects)} moments that a person should look at."

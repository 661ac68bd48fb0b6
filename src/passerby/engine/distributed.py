"""The story of one long film that many machines work on, top to bottom.

It is cut into spans of stretches (track/segments.py). Each span is looked at by itself; what was found is put together
as the plan that one machine alone would have made; each span is painted and encoded by itself, and checked; the pieces
are joined, and the sound comes beside them. Only numbers and masked pieces go from one to the other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from passerby.config.settings import Settings
from passerby.core.errors import OutputError
from passerby.core.media import SourceInfo
from passerby.core.progress import Progress
from passerby.detect.model import Detectors
from passerby.detect.weights import Registry
from passerby.documents.plan import Plan
from passerby.documents.report import QuickCheck, Report
from passerby.engine.analyse import as_plan, look
from passerby.engine.render import join_pieces, render_piece
from passerby.engine.report import make_report
from passerby.sink.output_file import OutputFile, write_text_atomically
from passerby.sink.video.codec_choice import Encoding, choose_encoding, held
from passerby.sink.video.container import container_for
from passerby.source.fingerprint import fingerprint
from passerby.source.video.decoding import tells_times
from passerby.source.video.file import VideoFile
from passerby.track.segments import Lengths, Looked, Painted, Piece, Span, same
from passerby.verify.self_check import MOST, quick_check

#: Containers in which one can jump to a place, and know afterwards where one is.
_JUMPED = ("mp4", "mov", "matroska", "webm")


@dataclass(frozen=True, slots=True)
class Sight:
    """What one span gave. `source` and `file` (SHA-256 and size) come with the first one only."""

    looked: Looked
    sound: bool
    source: SourceInfo | None = None
    file: tuple[str, int] | None = None


def cut(source: Path, least: int = 1) -> list[Span]:
    """The spans of a film, of `least` stretches each at least; a single one for what is not to be cut: short films,
    several video tracks, damage, and files in which one cannot jump. Raises SourceError or one of its kinds."""
    with VideoFile.open(source) as video:
        info = video.info
        whole = len(info.videos) == 1 and not info.damage and info.container in _JUMPED
        if not whole or not info.duration or not tells_times(info.container, info.videos[0]):
            return [Span()]
        stretches = int(info.duration / Lengths.here().each + 0.5)  # what is left at the end goes with the one before
    count = max(1, stretches // least)
    firsts = [n * stretches // count for n in range(count)]
    return [Span(first, after - 1) for first, after in pairwise(firsts)] + [Span(firsts[-1])]


def look_at(source: Path, span: Span, settings: Settings, threads: int | None, progress: Progress) -> Sight:
    """Look at one span of a film. `sound` tells whether all of it could be decoded."""
    with VideoFile.open(source, threads or 0) as video:
        looked = look(video, 0, span, settings, Detectors(Registry.load(), threads), progress)
        tally = video.tallies[0]
        sound = all(looked.whole) and not (tally.damaged or tally.undecodable or tally.notes)
        if span.first:
            return Sight(looked, sound)
        return Sight(looked, sound, video.info, fingerprint(source))


def as_one(sights: Sequence[Sight], settings: Settings) -> Plan | None:
    """The plan of a film of which all spans were looked at, in order; None where spans do not fit each other: it is
    damaged, or does not decode alike from every place in it. Such a film is done in one piece."""
    first = sights[0]
    assert first.source is not None
    assert first.file is not None
    if not all(sight.sound for sight in sights) or not same([sight.looked for sight in sights]):
        return None
    return as_plan(first.source, first.file, settings, Registry.load(), [[sight.looked for sight in sights]])


def pieces(plan: Plan, sights: Sequence[Sight]) -> list[tuple[Plan, Piece]]:
    """What is to be painted by itself: each piece with as much of the plan as concerns it."""
    parts, first = [], 0
    for looked in (sight.looked for sight in sights):
        if not looked.times:
            continue
        start, end = looked.times[0], looked.times[-1]
        video = plan.videos[0]
        tracks = tuple(track for track in video.tracks if track.start <= end and track.end >= start)
        part = plan.model_copy(update={"videos": (video.model_copy(update={"tracks": tracks}),)})
        parts.append((part, Piece(first, looked.times, looked.hashes)))
        first += len(looked.times)
    return parts


def paint(
    source: Path,
    output: Path,
    film: Path,
    plan: Plan,
    piece: Piece,
    within: bool,
    verify: bool,
    threads: int | None,
    progress: Progress,
) -> Painted:
    """Write one piece of `film` as `output`, and check it. `within` holds the encoder to the source's bit rate."""
    settings = plan.settings
    with VideoFile.open(source, threads or 0) as video, OutputFile(output, force=True, source=source) as out:
        encoding = _encoding(video.info, settings, film, within, threads)
        covered, rate = render_piece(video, plan, settings, piece, out.part, encoding, progress)
        check = QuickCheck(ran=False)
        if verify:
            detectors, begins = Detectors(Registry.load(), threads), piece.times[0]
            check = quick_check(
                out.part, film, plan, [piece.times], settings, detectors, progress, threads or 0, begins=begins
            )
        sha256, size = fingerprint(out.part)
        out.commit()
    base = plan.videos[0].time_base
    seconds = float((piece.times[-1] - piece.times[0]) * base) + 1 / float(video.info.videos[0].frame_rate or 25)
    return Painted(covered, rate * seconds, seconds, check, sha256, size)


def too_large(source: SourceInfo, settings: Settings, film: Path, painted: Sequence[Painted]) -> bool:
    """Did the pieces together take so many bits that they are to be written again, held to the source's rate?"""
    rate = sum(one.bits for one in painted) / sum(one.seconds for one in painted)
    return held([_encoding(source, settings, film, False, None)], [rate]) is not None


def join(
    source: Path,
    output: Path,
    plan: Plan,
    parts: Sequence[tuple[Path, Piece, Painted]],
    within: bool,
    save_plan: Path | None,
    force: bool,
    threads: int | None,
    beat: Callable[[], None],
) -> Report:
    """Join the pieces of a film as `output`, with its sound. Raises OutputError when a piece is not the one that was
    written."""
    settings = plan.settings
    with VideoFile.open(source, threads or 0) as video, OutputFile(output, force, source=source) as out:
        for path, _, painted in parts:
            beat()
            if fingerprint(path) != (painted.sha256, painted.size):
                raise OutputError(f"{path} is not what was written there. Run it again, once at a time.")
        encoding = _encoding(video.info, settings, output, within, threads)
        files = [(path, piece) for path, piece, _ in parts]
        container = container_for(output)
        written = join_pieces(video, plan, settings, files, out.part, encoding, container, beat)
        written = dataclasses.replace(written, covered=sum(painted.covered for _, _, painted in parts))
        check = _together([painted.check for _, _, painted in parts])
        report = make_report(video.info, output, out.part, plan, settings, written, check, edited=False)
        if save_plan is not None:
            write_text_atomically(save_plan, plan.to_json(), force)
        out.commit()
    return report


def _encoding(source: SourceInfo, settings: Settings, film: Path, within: bool, threads: int | None) -> Encoding:
    encoding = choose_encoding(source.videos[0], settings, container_for(film), threads)
    if not within:
        return encoding
    return (held([encoding], [float("inf")]) or [encoding])[0]


def _together(checks: Sequence[QuickCheck]) -> QuickCheck:
    return QuickCheck(
        ran=all(check.ran for check in checks),
        frames_compared=sum(check.frames_compared for check in checks),
        frames_searched=sum(check.frames_searched for check in checks),
        suspects=tuple(suspect for check in checks for suspect in check.suspects)[:MOST],
    )

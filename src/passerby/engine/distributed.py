"""The pipeline for one long video that many machines work on, top to bottom.

It is split into ranges of segments (track/segments.py). Each range is analysed by itself; the results are merged into
the plan that one machine alone would have made; each range is rendered by itself as a chunk, and checked; the chunks
are joined, and the audio is added. Only numbers and masked chunks go from one machine to the other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise
from pathlib import Path

from passerby.config.settings import Audio, Settings
from passerby.core.errors import OutputError
from passerby.core.media import SourceInfo
from passerby.detect.weights import Registry
from passerby.documents.plan import Plan
from passerby.documents.plan_parts.speech import SpeechSpan
from passerby.documents.report import QuickCheck, Report
from passerby.engine.analyse import analyse_track
from passerby.engine.bit_rate import with_shown_bit_rate
from passerby.engine.options import RunOptions
from passerby.engine.plan_builder import make_plan
from passerby.engine.render import concatenate_chunks, write_chunk
from passerby.engine.report import make_report
from passerby.engine.speech import find_speech
from passerby.sink.output_file import OutputFile
from passerby.sink.video.codec_choice import Encoding, choose_encoding, with_rate_cap
from passerby.sink.video.container import container_for
from passerby.source.fingerprint import fingerprint
from passerby.source.video.decoding import has_reliable_pts
from passerby.source.video.file import VideoFile
from passerby.track.segments import (
    AnalysisResult,
    RenderChunk,
    RenderedChunk,
    SegmentLengths,
    SegmentRange,
    decode_alike,
)
from passerby.verify.self_check import MAX_FINDINGS, check_video

#: Containers that are split: after a seek in them, the time of the frame is known.
_SEEKABLE_CONTAINERS = ("mp4", "mov", "matroska", "webm")


@dataclass(frozen=True, slots=True)
class SegmentAnalysis:
    """The analysis of one range of segments. `decodes_cleanly` says whether all of it could be decoded. `source`,
    `fingerprint` (SHA-256 and size) and the `speech` of the whole file come with the first one only."""

    result: AnalysisResult
    decodes_cleanly: bool
    source: SourceInfo | None = None
    fingerprint: tuple[str, int] | None = None
    speech: tuple[SpeechSpan, ...] | None = None


def split(source: Path, lengths: SegmentLengths, min_segments: int = 1) -> list[SegmentRange]:
    """The ranges of a video, of at least `min_segments` segments each; a single one for what cannot be split: short
    videos, several video tracks, damage, and containers without reliable seeking. Raises SourceError or one of its
    kinds."""
    with VideoFile.open(source) as video:
        info = video.info
        can_split = len(info.videos) == 1 and not info.damage and info.container in _SEEKABLE_CONTAINERS
        if not can_split or not info.duration or not has_reliable_pts(info.container, info.videos[0]):
            return [SegmentRange()]
        segments = int(info.duration / lengths.length_s + 0.5)  # the rest at the end goes with the one before
    count = max(1, segments // min_segments)
    firsts = [n * segments // count for n in range(count)]
    return [SegmentRange(first, after - 1) for first, after in pairwise(firsts)] + [SegmentRange(firsts[-1])]


def analyse_segments(source: Path, segments: SegmentRange, options: RunOptions) -> SegmentAnalysis:
    """Analyse one range of segments of a video."""
    with VideoFile.open(source, options.threads or 0, options.effective_settings.frame_rate) as video:
        result = analyse_track(video, 0, segments, options, options.detector_factory())
        stats = video.decode_stats[0]
        decodes_cleanly = all(result.intact) and not (
            stats.damaged or stats.undecodable or stats.missing or stats.notes
        )
        if segments.first:
            return SegmentAnalysis(result, decodes_cleanly)
        speech = None
        if options.effective_settings.audio is Audio.REMOVE_VOICES:
            speech = find_speech(source, video.info, Registry.load(), options.progress)
        return SegmentAnalysis(result, decodes_cleanly, video.info, fingerprint(source), speech)


def merge_plan(analyses: Sequence[SegmentAnalysis], settings: Settings) -> Plan | None:
    """The plan of a video of which all ranges were analysed, in order; None where ranges do not fit each other: it is
    damaged, or does not decode alike from every seek point. Such a video must be processed on one machine."""
    first = analyses[0]
    assert first.source is not None
    assert first.fingerprint is not None
    results = [analysis.result for analysis in analyses]
    if not all(analysis.decodes_cleanly for analysis in analyses) or not decode_alike(results):
        return None
    return make_plan(first.source, first.fingerprint, settings, Registry.load(), [results], first.speech)


def plan_chunks(plan: Plan, analyses: Sequence[SegmentAnalysis]) -> list[tuple[Plan, RenderChunk]]:
    """What is to be rendered by itself: each chunk with as much of the plan as concerns it."""
    chunks, first_frame = [], 0
    for result in (analysis.result for analysis in analyses):
        if not result.times:
            continue
        start, end = result.times[0], result.times[-1]
        video = plan.videos[0]
        tracks = tuple(track for track in video.tracks if track.start <= end and track.end >= start)
        part = plan.model_copy(update={"videos": (video.model_copy(update={"tracks": tracks}),)})
        chunks.append((part, RenderChunk(first_frame, result.times, result.hashes)))
        first_frame += len(result.times)
    return chunks


def render_chunk(
    source: Path, output: Path, release: Path, plan: Plan, chunk: RenderChunk, rate_capped: bool, options: RunOptions
) -> RenderedChunk:
    """Write one chunk of `release` as `output`, and check it. `rate_capped` limits the encoder to the source's bit
    rate. The settings are those of the plan."""
    settings, threads, progress = plan.settings, options.threads, options.progress
    with (
        VideoFile.open(source, threads or 0, settings.frame_rate) as video,
        OutputFile(output, force=True, source=source) as out,
    ):
        encoding = _encoding(video.info, plan, release, rate_capped, threads)
        covered, bit_rate = write_chunk(video, plan, settings, chunk, out.temp_path, encoding, progress)
        check = QuickCheck(ran=False)
        if options.verify:
            check = check_video(
                out.temp_path,
                release,
                plan,
                [chunk.times],
                settings,
                options.detector_factory(),
                progress,
                threads or 0,
                start_tick=chunk.times[0],
            )
        sha256, size = fingerprint(out.temp_path)
        out.commit()
    base = plan.videos[0].time_base
    duration_s = float((chunk.times[-1] - chunk.times[0]) * base) + 1 / float(video.info.videos[0].frame_rate or 25)
    return RenderedChunk(covered, bit_rate * duration_s, duration_s, check, sha256, size)


def exceeds_bit_rate(source: SourceInfo, plan: Plan, release: Path, rendered: Sequence[RenderedChunk]) -> bool:
    """Did the chunks together take so many bits that they are to be encoded again, limited to the source's bit rate?"""
    bit_rate = sum(chunk.bits for chunk in rendered) / sum(chunk.duration_s for chunk in rendered)
    return with_rate_cap([_encoding(source, plan, release, False, None)], [bit_rate]) is not None


def join_chunks(
    source: Path,
    output: Path,
    plan: Plan,
    chunks: Sequence[tuple[Path, RenderChunk, RenderedChunk]],
    rate_capped: bool,
    options: RunOptions,
    heartbeat: Callable[[], None],
) -> Report:
    """Join the chunks of a video as `output`, with its audio. The settings are those of the plan. Raises OutputError
    when a chunk is not the one that was written."""
    settings, threads = plan.settings, options.threads
    with (
        VideoFile.open(source, threads or 0, settings.frame_rate) as video,
        OutputFile(output, options.force, source=source) as out,
    ):
        for path, _, rendered in chunks:
            heartbeat()
            if fingerprint(path) != (rendered.sha256, rendered.size):
                raise OutputError(f"{path} is not the chunk that was written there. Run it again, one run at a time.")
        encoding = _encoding(video.info, plan, output, rate_capped, threads)
        files = [(path, chunk) for path, chunk, _ in chunks]
        written = concatenate_chunks(
            video, plan, settings, files, out.temp_path, encoding, container_for(output), heartbeat
        )
        covered = tuple(chain.from_iterable(rendered.covered_times for _, _, rendered in chunks))
        written = dataclasses.replace(written, covered=[covered])
        check = _merge_checks([rendered.check for _, _, rendered in chunks])
        report = make_report(video.info, output, out.temp_path, plan, settings, written, check, edited=False)
        options.commit(out, plan, report)
    return report


def _encoding(source: SourceInfo, plan: Plan, release: Path, rate_capped: bool, threads: int | None) -> Encoding:
    shown = with_shown_bit_rate(source, plan)[0]
    encoding = choose_encoding(shown, plan.settings, container_for(release), threads)
    if not rate_capped:
        return encoding
    return (with_rate_cap([encoding], [float("inf")]) or [encoding])[0]


def _merge_checks(checks: Sequence[QuickCheck]) -> QuickCheck:
    return QuickCheck(
        ran=all(check.ran for check in checks),
        frames_compared=sum(check.frames_compared for check in checks),
        frames_searched=sum(check.frames_searched for check in checks),
        findings=tuple(finding for check in checks for finding in check.findings)[:MAX_FINDINGS],
    )

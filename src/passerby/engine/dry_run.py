"""A run without a result: the whole analysis, three masked pictures, and an estimate of the time of the rest.

Everything is analysed, as a run does, since anything less could not say what would be hidden. What masking and encoding
take is measured on a few frames, which are encoded into anonymous memory.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from itertools import islice, pairwise
from pathlib import Path

from passerby.config.settings import Audio
from passerby.core.kinds import Kind
from passerby.documents.dry_run import DryRun
from passerby.documents.plan import Plan, Track
from passerby.documents.report import HiddenSummary, TimeRange
from passerby.engine import still as still_pipeline
from passerby.engine.analyse import analyse_file
from passerby.engine.hidden_area import hidden_share
from passerby.engine.options import RunOptions
from passerby.engine.plan_builder import check_belongs
from passerby.engine.render import masked_from
from passerby.mask.painter import Painter
from passerby.mask.shapes import to_shape
from passerby.redaction_log.log import merged_ranges
from passerby.sink.output_file import write_bytes_atomically
from passerby.sink.still.preview import preview_jpeg
from passerby.sink.video.codec_choice import choose_encoding
from passerby.sink.video.container import container_for
from passerby.sink.video.writer import VideoWriter
from passerby.source.still.file import StillFile
from passerby.source.still.sniff import is_still
from passerby.source.video.file import VideoFile
from passerby.track.mask_schedule import MaskSchedule

#: Frames that are encoded to measure how fast that is: two seconds of most films, so that the encoder's start counts
#: for little.
MEASURED_FRAMES = 50
#: What the self-check takes, as a share of the analysis (sample of 720p, two processors: 0.9 s and 3.1 s, as in
#: jobs/events/event_stream.py).
CHECK_SHARE = 0.9 / 3.1
#: Moments of each third of a film that are compared for the picture of it.
MOMENTS = 40


def dry_run(source: Path, output: Path, pictures: Sequence[Path], options: RunOptions) -> DryRun:
    """Analyse `source`, or take the plan of the options, and write a masked picture to each of `pictures`, as far as it
    has so many pages. Nothing is written to `output`, whose suffix only says what would be. Raises PasserbyError."""
    return (_still if is_still(source) else _video)(source, output, pictures, options)


def _video(source: Path, output: Path, pictures: Sequence[Path], options: RunOptions) -> DryRun:
    settings, plan = options.effective_settings, options.plan
    with VideoFile.open(source, options.threads or 0, settings.frame_rate) as video:
        info, started = video.info.videos[0], time.perf_counter()
        if plan is None:
            plan, _ = analyse_file(video, options, options.detector_factory())
        else:
            check_belongs(plan, video.path, video.info.videos)
        analysis_s = time.perf_counter() - started
        encoding = choose_encoding(info, settings, container_for(output), options.threads)
        ticks = _moments(plan, len(pictures))
        for tick, path in zip(ticks, pictures, strict=True):
            with closing(masked_from(video, plan, settings, tick, encoding.pixel_format)) as masked:
                write_bytes_atomically(path, preview_jpeg(next(masked), info.geometry), options.force)
        options.progress.finish()
        per_frame_s = _encoding_s(video, plan, options, output, ticks[len(ticks) // 2])
    frames_in_all = sum(one.frames for one in plan.videos)
    return DryRun(
        frames=frames_in_all,
        duration=video.info.duration,
        hidden=tuple(_hidden(plan, options)),
        covered=_covered(plan),
        speech=_speech(plan) if settings.audio is Audio.REMOVE_VOICES else None,
        seconds=round(_whole(analysis_s, per_frame_s * frames_in_all, options), 1),
        pictures=tuple(path.name for path in pictures),
    )


def _still(source: Path, output: Path, pictures: Sequence[Path], options: RunOptions) -> DryRun:
    started, settings = time.perf_counter(), options.effective_settings
    with StillFile.open(source) as still:
        if options.plan is None:
            plan = still_pipeline.analyse(source, options)
        else:
            plan = options.plan
            check_belongs(plan, source, still.info.source.videos)
        analysis_s, info = time.perf_counter() - started, still.info.source.videos[0]
        wanted = dict(zip(_pages(plan, len(pictures)), pictures, strict=False))
        painting = time.perf_counter()
        painters: dict[str, Painter] = {}
        tracks = plan.tracks(0)
        for frame in still.frames():
            if frame.time in wanted:
                form = frame.av_frame.format.name
                painter = painters.setdefault(form, Painter(info, form))
                masks = [to_shape(mask, info.geometry, settings.style) for mask in MaskSchedule(tracks).at(frame.time)]
                analysed = plan.videos[0].is_analysed(frame.index, frame.time)
                jpeg = preview_jpeg(painter.paint(frame, masks) if analysed else painter.cover(frame), info.geometry)
                write_bytes_atomically(wanted[frame.time], jpeg, options.force)
        per_page_s = (time.perf_counter() - painting) / max(1, len(wanted))
    return DryRun(
        frames=plan.videos[0].frames,
        duration=still.info.source.duration,
        hidden=tuple(_hidden(plan, options)),
        covered=_covered(plan),
        seconds=round(_whole(analysis_s, per_page_s * plan.videos[0].frames, options), 1),
        pictures=tuple(path.name for path in wanted.values()),
    )


def _whole(analysis_s: float, rendering_s: float, options: RunOptions) -> float:
    """Seconds of the whole run."""
    check_s = CHECK_SHARE * analysis_s if options.verify and options.plan is None else 0.0
    return (0.0 if options.plan is not None else analysis_s) + rendering_s + check_s


def _hidden(plan: Plan, options: RunOptions) -> Iterator[HiddenSummary]:
    """Per kind that was asked for or is in the plan: how many tracks, and when."""
    spans: dict[Kind, list[tuple[float, float]]] = {kind: [] for kind in options.effective_settings.hide}
    for number, video in enumerate(plan.videos):
        last = float(max((r.last_time for r in video.analysed), default=0) * video.time_base)
        for track in plan.tracks(number):
            start, end = (float(tick * video.time_base) for tick in (track.start, track.end))
            spans.setdefault(track.kind, []).append((round(max(0.0, start), 2), round(min(last, end), 2)))
    for kind in Kind:
        if kind in spans:
            found = spans[kind]
            yield HiddenSummary(kind=kind, tracks=len(found), ranges=tuple(merged_ranges(found)))


def _covered(plan: Plan) -> int:
    """Frames that were not analysed, which a run covers whole."""
    return sum(one.frames - sum(r.last_frame - r.first_frame + 1 for r in one.analysed) for one in plan.videos)


def _speech(plan: Plan) -> tuple[TimeRange, ...]:
    return tuple(TimeRange(start=round(one.start, 2), end=round(one.end, 2)) for one in plan.speech or ())


def _moments(plan: Plan, count: int) -> list[int]:
    """As many times, in ticks, one in each equal part of the file: where the largest share of the frame is hidden."""
    video, tracks = plan.videos[0], plan.tracks(0)
    first = min((r.first_time for r in video.analysed), default=0)
    last = max((r.last_time for r in video.analysed), default=0)
    keyed = sorted({key.time for track in tracks for key in track.keyframes if first <= key.time <= last})
    moments = []
    for number in range(count):
        begin = first + (last - first) * number // count
        end = first + (last - first) * (number + 1) // count
        middle = begin if last - first < count else (begin + end) // 2
        inside = [tick for tick in keyed if begin <= tick < end or tick == end == last]
        step = max(1, len(inside) // MOMENTS)
        shares = [(_share(tracks, tick, video.width, video.height), tick) for tick in inside[::step]]
        moments.append(max(shares, key=lambda found: (found[0], -found[1]))[1] if shares else middle)
    return moments


def _pages(plan: Plan, count: int) -> list[int]:
    """Numbers of different pages, in order: as many as asked for or as there are, one in each equal part: that of which
    the largest share is hidden, or the middle one where nothing is."""
    video, tracks = plan.videos[0], plan.tracks(0)
    count = min(count, video.frames)
    bounds = [video.frames * number // count for number in range(count + 1)]
    keyed = sorted({key.time for track in tracks for key in track.keyframes})
    pages = []
    for begin, end in pairwise(bounds):
        inside = [page for page in keyed if begin <= page < end] or [(begin + end) // 2]
        step = max(1, len(inside) // MOMENTS)
        pages.append(max(inside[::step], key=lambda page: (_share(tracks, page, video.width, video.height), -page)))
    return pages


def _share(tracks: Sequence[Track], tick: int, width: int, height: int) -> float:
    masks = MaskSchedule(tracks).at(tick)
    share = hidden_share(masks, width, height)
    return share or sum(key.box.area for _, key in masks) / (width * height)


def _encoding_s(video: VideoFile, plan: Plan, options: RunOptions, output: Path, tick: int) -> float:
    """Seconds that decoding, masking and encoding one frame take, from that time on; frames go into memory."""
    info, container = video.info.videos[0], container_for(output)
    encoding = choose_encoding(info, options.effective_settings, container, options.threads)
    descriptor = os.memfd_create("passerby-dry-run", os.MFD_CLOEXEC)
    try:
        started, count, first = time.perf_counter(), 0, None
        with (
            closing(masked_from(video, plan, options.effective_settings, tick, encoding.pixel_format)) as masked,
            VideoWriter(Path(f"/proc/self/fd/{descriptor}"), [(info, encoding)], container) as writer,
        ):
            for safe in islice(masked, MEASURED_FRAMES):
                first = safe.time if first is None else first
                writer.write(safe, 0, safe.time - first)
                count += 1
            writer.set_last_duration(max(1, round(1 / (info.time_base * (info.frame_rate or 25)))), 0)
        return (time.perf_counter() - started) / max(1, count)
    finally:
        os.close(descriptor)

"""The pipeline for a video file, top to bottom. Read this first.

A file is decoded twice. The first pass detects and tracks, and ends in a plan: every track, from before its first
detection to after its last. The second pass masks what the plan says and encodes it, with the audio where that is
wanted. Nothing is masked before all is known, and no frame is written that the first pass has not analysed. A file may
have several video tracks: the first pass takes one after the other, the second all side by side.
"""

from __future__ import annotations

from pathlib import Path

from passerby.documents.plan import Plan
from passerby.documents.report import QuickCheck, Report
from passerby.engine.analyse import Hashes, analyse_file
from passerby.engine.bit_rate import with_shown_bit_rate
from passerby.engine.options import RunOptions
from passerby.engine.plan_builder import check_belongs
from passerby.engine.render import render
from passerby.engine.report import make_report
from passerby.sink.output_file import OutputFile, unreadable_output
from passerby.sink.video.codec_choice import choose_encoding, with_rate_cap
from passerby.sink.video.container import container_for
from passerby.source.video.file import VideoFile
from passerby.verify.self_check import check_video


def redact(source: Path, output: Path, options: RunOptions) -> Report:
    """Write the video `source` to `output`, as `passerby.engine.api.redact` says. Raises PasserbyError, in one of its
    kinds."""
    settings, progress, threads, plan = options.effective_settings, options.progress, options.threads, options.plan
    with (
        VideoFile.open(source, threads or 0, settings.frame_rate) as video,
        OutputFile(output, options.force, source=source) as out,
    ):
        container = container_for(output)
        for info in video.info.videos:  # what the container cannot hold is said before the film is analysed
            choose_encoding(info, settings, container, threads)
        hashes: list[Hashes[int]] | None = None
        detectors = options.detector_factory()
        if plan is None:
            plan, hashes = analyse_file(video, options, detectors)
        else:
            check_belongs(plan, video.path, video.info.videos)
        shown = with_shown_bit_rate(video.info, plan)
        encodings = [choose_encoding(info, settings, container, threads) for info in shown]
        written = render(video, plan, settings, hashes, out.temp_path, encodings, container, progress)
        if (smaller := with_rate_cap(encodings, written.bit_rates)) is not None:
            written = render(video, plan, settings, hashes, out.temp_path, smaller, container, progress)
        check = QuickCheck(ran=False)
        if options.verify:
            with unreadable_output(output):
                check = check_video(
                    out.temp_path, output, plan, written.times, settings, detectors, progress, threads or 0
                )
        edited = options.plan is not None
        report = make_report(
            video.info,
            output,
            out.temp_path,
            plan,
            settings,
            written,
            check,
            edited,
            default_reasons=options.default_reasons,
        )
        options.commit(out, plan, report)
    return report


def analyse(source: Path, options: RunOptions) -> Plan:
    """The first pass alone: analyse the whole file and return the plan of what would be masked in it."""
    with VideoFile.open(source, options.threads or 0, options.effective_settings.frame_rate) as video:
        return analyse_file(video, options, options.detector_factory())[0]

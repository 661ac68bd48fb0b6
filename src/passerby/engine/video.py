"""The story of a file, top to bottom. Read this first.

A file is decoded twice. The first pass looks and follows, and ends in a plan: every track, known from before its first
sighting to after its last. The second pass paints what the plan says and writes it, with the sound where that is
wanted. Nothing is painted before all is known, and nothing is passed on that the first pass has not seen. A file may
have several video tracks: the first pass takes one after the other, the second all side by side.
"""

from __future__ import annotations

from pathlib import Path

from passerby.config.settings import Settings
from passerby.core.errors import PlanError
from passerby.core.progress import Progress, Silent
from passerby.detect.model import Detectors
from passerby.detect.weights import Registry
from passerby.documents.plan import Plan
from passerby.documents.report import QuickCheck, Report
from passerby.engine.analyse import Hashes, look_through
from passerby.engine.render import render
from passerby.engine.report import make_report
from passerby.sink.output_file import OutputFile, write_text_atomically
from passerby.sink.video.codec_choice import choose_encoding, held
from passerby.sink.video.container import container_for
from passerby.source.fingerprint import fingerprint
from passerby.source.video.file import VideoFile
from passerby.verify.self_check import quick_check


def redact(
    source: Path,
    output: Path,
    settings: Settings | None = None,
    *,
    plan: Plan | None = None,
    save_plan: Path | None = None,
    force: bool = False,
    verify: bool = True,
    threads: int | None = None,
    progress: Progress | None = None,
) -> Report:
    """Write `source` to `output` with everything hidden that `settings` name, or that `plan` says.

    The source is never touched; `output` appears when it is whole, or not at all, and replaces a file of that name only
    with `force`; the plan is saved as `save_plan` before. `verify` decodes the result once and looks at it. `threads`
    are for each of decoding, inference and encoding, by default as many as there are processors; the plan does not
    depend on their number. Raises PasserbyError, in one of its kinds.
    """
    progress = progress or Silent()
    settings = plan.settings if plan is not None and settings is None else settings or Settings()
    with VideoFile.open(source, threads or 0) as video, OutputFile(output, force, source=source) as out:
        encodings = [choose_encoding(info, settings, container_for(output), threads) for info in video.info.videos]
        hashes: list[Hashes[int]] | None = None
        edited, detectors = plan is not None, Detectors(Registry.load(), threads)
        if plan is None:
            plan, hashes = look_through(video, settings, detectors, progress)
        else:
            _belongs(plan, video)
        written = render(video, plan, settings, hashes, out.part, encodings, container_for(output), progress)
        if (smaller := held(encodings, written.bit_rates)) is not None:
            written = render(video, plan, settings, hashes, out.part, smaller, container_for(output), progress)
        check = QuickCheck(ran=False)
        if verify:
            check = quick_check(out.part, output, plan, written.times, settings, detectors, progress, threads or 0)
        report = make_report(video.info, output, out.part, plan, settings, written, check, edited)
        if save_plan is not None:
            write_text_atomically(save_plan, plan.to_json(), force)
        out.commit()
    return report


def analyse(
    source: Path, settings: Settings | None = None, *, threads: int | None = None, progress: Progress | None = None
) -> Plan:
    """The first pass alone: look at the whole file and say what would be hidden in it."""
    with VideoFile.open(source) as video:
        return look_through(video, settings or Settings(), Detectors(Registry.load(), threads), progress or Silent())[0]


def _belongs(plan: Plan, video: VideoFile) -> None:
    sha256, _ = fingerprint(video.path)
    if plan.source.sha256 != sha256 or len(plan.videos) != len(video.info.videos):
        raise PlanError(
            f"The plan was made for another file ({plan.source.name}, SHA-256 {plan.source.sha256[:16]}…), not for "
            f"{video.path}. Make a new one with: passerby redact {video.path} --save-plan"
        )

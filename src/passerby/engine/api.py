"""The entry point: runs the pipeline for stills or the one for videos, by the content of the file."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

from passerby.config.settings import Settings
from passerby.core.errors import UsageError
from passerby.core.progress import NullProgress, Progress
from passerby.detect.factory import DetectorFactory, StillDetectorCache
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.engine import still, video
from passerby.engine.options import RunOptions
from passerby.source.still.sniff import is_still


def redact(
    source: str | PathLike[str],
    output: str | PathLike[str],
    settings: Settings | None = None,
    *,
    plan: Plan | None = None,
    save_plan: str | PathLike[str] | None = None,
    force: bool = False,
    verify: bool = True,
    threads: int | None = None,
    progress: Progress | None = None,
    detectors: DetectorFactory | None = None,
    still_detectors: StillDetectorCache | None = None,
) -> Report:
    """Write `source`, a video or a still, to `output` with everything masked that `settings` name, or that `plan` says.

    The source is never modified; `output` appears when it is complete, or not at all, and replaces a file of that name
    only with `force`; the plan is saved as `save_plan` before. `verify` decodes the result once and checks it.
    `threads` are for each of decoding, inference and encoding, by default all processors; the plan does not depend on
    their number. `detectors` replace the models in video; `still_detectors` keep the models loaded for the next
    still. Raises PasserbyError, in one of its kinds.
    """
    return redact_file(
        _path(source),
        _path(output),
        RunOptions(
            settings=settings,
            plan=plan,
            save_plan=None if save_plan is None else _path(save_plan),
            force=force,
            verify=verify,
            threads=threads,
            progress=progress or NullProgress(),
            detectors=detectors,
            still_detectors=still_detectors,
        ),
    )


def redact_file(source: Path, output: Path, options: RunOptions) -> Report:
    """As `redact`, with the options as one value."""
    if is_still(source):
        return still.redact(source, output, options)
    if options.still_detectors is not None:
        options.still_detectors.clear()  # a video has models of its own, and needs the memory
    return video.redact(source, output, options)


def analyse(
    source: str | PathLike[str],
    settings: Settings | None = None,
    *,
    threads: int | None = None,
    progress: Progress | None = None,
    detectors: DetectorFactory | None = None,
    search_speech: bool = False,
) -> Plan:
    """The first half alone: analyse the whole file and return the plan of what would be masked in it. `search_speech`
    looks for speech also where the settings do not remove voices."""
    options = RunOptions(
        settings=settings,
        threads=threads,
        progress=progress or NullProgress(),
        detectors=detectors,
        search_speech=search_speech,
    )
    path = _path(source)
    return still.analyse(path, options) if is_still(path) else video.analyse(path, options)


def _path(value: str | PathLike[str]) -> Path:
    """A path as callers give it. Raises UsageError for what is none."""
    try:
        return Path(value)
    except TypeError:
        raise UsageError(f"{value!r} is no path. Give a str or a PathLike, such as pathlib.Path.") from None

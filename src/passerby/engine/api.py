"""One front door: a file is a still or a film by its content, and goes to the story that fits."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from passerby.config.settings import Settings
from passerby.core.progress import Progress
from passerby.documents.plan import Plan
from passerby.documents.report import Report
from passerby.engine import still as stills
from passerby.engine import video as pipeline
from passerby.engine.still import Lookers
from passerby.source.still.sniff import is_still

__all__ = ["Lookers", "analyse", "redact"]


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
    lookers: Lookers | None = None,
) -> Report:
    """Write `source`, a video or a still, to `output` with everything hidden that `settings` name, or that `plan` says.

    The source is never touched; `output` appears when it is whole, or not at all, and replaces a file of that name only
    with `force`; the plan is saved as `save_plan` before. `verify` decodes the result once and looks at it. `threads`
    are for inference, by default all processors; the plan does not depend on their number. `lookers` spare many stills
    the loading of the models for each. Raises PasserbyError, in one of its kinds.
    """
    lookers = lookers or Lookers()
    if not is_still(source):
        lookers.forget()  # a film has models of its own, and needs the memory
    story = partial(stills.redact, lookers=lookers) if is_still(source) else pipeline.redact
    return story(
        source,
        output,
        settings,
        plan=plan,
        save_plan=save_plan,
        force=force,
        verify=verify,
        threads=threads,
        progress=progress,
    )


def analyse(
    source: Path, settings: Settings | None = None, *, threads: int | None = None, progress: Progress | None = None
) -> Plan:
    """The first half alone: look at the whole file and say what would be hidden in it."""
    story = stills.analyse if is_still(source) else pipeline.analyse
    return story(source, settings, threads=threads, progress=progress)

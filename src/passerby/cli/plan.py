"""`passerby plan`: what a plan holds, for other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.common.terminal import echo
from passerby.core.errors import OutputError, UsageError
from passerby.documents.plan import Plan
from passerby.jobs.plan_export import ExportFormat, annotated_frames
from passerby.jobs.plan_export import export as export_files

app = typer.Typer(help="What a plan holds, for other programs.", no_args_is_help=True)


@app.callback()
def _plan() -> None:
    """What a plan holds, for other programs."""


@app.command()
def export(
    plan: Annotated[Path, typer.Argument(help="The plan (NAME.plan.json).")],
    folder: Annotated[Path, typer.Option("--out-dir", help="Folder to write to; it is created.")],
    form: Annotated[ExportFormat, typer.Option("--format", help="Format of the annotations.")] = ExportFormat.COCO,
    source: Annotated[
        Path | None,
        typer.Option(
            help="The file that the plan was made for: every frame is exported, with its number. Without it, the times "
            "at which a track has a keyframe."
        ),
    ] = None,
    video: Annotated[int, typer.Option(help="Number of the video track, from 0.", min=0)] = 0,
    every: Annotated[int, typer.Option(help="Export every Nth frame.", min=1)] = 1,
    force: Annotated[bool, typer.Option("--force", help="Overwrite existing files.")] = False,
) -> None:
    """Export where masks are, as COCO, YOLO or CSV. Nothing in it says who anybody is; protect it like the plan."""
    loaded = Plan.load(plan)
    if video >= len(loaded.videos):
        raise UsageError(f"The plan has {len(loaded.videos)} video tracks, counted from 0. Choose one with --video.")
    times = None if source is None else _times(loaded, source, video)
    frames = list(annotated_frames(loaded, video, times, every))
    files = export_files(loaded, frames, form)
    # Imported here: `passerby --help` need not wait for it.
    from passerby.sink.output_file import output_error, write_text_atomically

    for name, text in files.items():
        path = folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise output_error(path.parent, error) from error
        write_text_atomically(path, text, force)
    masks = sum(len(frame.masks) for frame in frames)
    echo(f"{folder}: {len(frames)} frames, {masks} boxes, as {form.value}")


def _times(plan: Plan, source: Path, video: int) -> list[int]:
    """The times of all frames. Raises PlanError where the plan is of another file."""
    from passerby.engine.plan_builder import check_belongs
    from passerby.source.still.sniff import is_still
    from passerby.source.video.file import VideoFile

    if is_still(source):
        return list(range(plan.videos[video].frames))
    with VideoFile.open(source) as opened:
        check_belongs(plan, source, opened.info.videos)
        times = [frame.time for frame in opened.frames(video)]
    if len(times) != plan.videos[video].frames:
        raise OutputError(f"{source} has {len(times)} frames now, and had {plan.videos[video].frames}. Plan it anew.")
    return times

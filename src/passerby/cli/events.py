"""`passerby events`: what was worth telling, and what has become of it."""

from __future__ import annotations

import json as jsonlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from passerby.cli.time_arguments import moment
from passerby.core.errors import UsageError
from passerby.documents.count_records import EventState

app = typer.Typer(help="What was worth telling: list, mark as seen, close, its clip.", no_args_is_help=True)

Data = Annotated[
    Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, as `data` in site.yaml names it.")
]
Id = Annotated[str, typer.Argument(help="Its id, as `passerby events list` shows it.")]


@app.command("list")
def list_events(
    start: Annotated[
        str | None, typer.Argument(metavar="[FROM]", help="Where to begin: 2026-05-04T17:30, 17:30, or 20m (ago).")
    ] = None,
    end: Annotated[str | None, typer.Argument(metavar="[TO]", help="Where to end, likewise; also now.")] = None,
    state: Annotated[EventState | None, typer.Option(help="Only those in this state.")] = None,
    data: Data = Path("data"),
    json: Annotated[bool, typer.Option("--json", help="Write a JSON line for each to standard output.")] = False,
) -> None:
    """What was worth telling, the newest first."""
    from passerby.store.counts.events_and_counts import Counts
    from passerby.store.database import Database

    now = datetime.now(UTC)
    begins = 0.0 if start is None else moment(start, now)
    ends = float("inf") if end is None else moment(end, now)
    with Database.open(data) as database:
        found = Counts(database, "").events(begins, ends, state)
    if json:
        for kept in found:
            told = {**kept.event.model_dump(mode="json"), "state": kept.state.value, "changed": kept.changed}
            typer.echo(jsonlib.dumps(told))
        return
    table = Table("when", "camera", "what", "where", "how many", "state", Column("id", overflow="fold"))
    for kept in found:
        event = kept.event
        when = datetime.fromtimestamp(event.at, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(
            when if event.trusted else f"{when}?",
            event.camera or "",
            event.kind.value,
            event.place or "",
            "" if event.count is None else str(event.count),
            kept.state.value,
            event.id,
        )
    Console().print(table)


@app.command()
def seen(id: Id, data: Data = Path("data")) -> None:
    """Somebody has looked at it."""
    _mark(id, EventState.SEEN, data)


@app.command()
def close(id: Id, data: Data = Path("data")) -> None:
    """It is dealt with."""
    _mark(id, EventState.CLOSED, data)


@app.command()
def clip(
    id: Id,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="MP4 to write; by default CAMERA-FROM.mp4 here.")
    ] = None,
    data: Data = Path("data"),
    *,
    purpose: Annotated[
        str,
        typer.Option("--purpose", help="What it is for, as the log of `passerby audit` will say. No names: a case."),
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace the output and its report.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """What was recorded of it, masked, from before to after, as `passerby recordings export` writes it."""
    from passerby.cli.recordings import export_stretch
    from passerby.store.counts.events_and_counts import Counts
    from passerby.store.database import Database

    with Database.open(data) as database:
        kept = Counts(database, "").event(id)
    if kept is None:
        raise UsageError(f"There is no event {id}. `passerby events list` shows those that there are.")
    event = kept.event
    if event.camera is None or event.start is None or event.end is None:
        raise UsageError(f"{id} is of no camera: it has no clip.")
    export_stretch(event.camera, event.start, event.end, output, data, purpose, force, json)


def _mark(id: str, state: EventState, data: Path) -> None:
    from passerby.core.clock import SystemClock
    from passerby.store.counts.events_and_counts import Counts
    from passerby.store.database import Database

    with Database.open(data) as database:
        Counts(database, "").mark(id, state, SystemClock().now())
    typer.echo(f"{id} is {state.value}")

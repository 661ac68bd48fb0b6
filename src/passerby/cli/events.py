"""`passerby events`: list events, acknowledge and resolve them, export their clips."""

from __future__ import annotations

import json as jsonlib
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table

from passerby.cli.common.clip_export import export_range
from passerby.cli.common.terminal import Terminal, echo
from passerby.cli.common.time_arguments import parse_time
from passerby.core.errors import UsageError
from passerby.documents.count_records import EventState

app = typer.Typer(help="Events: list, acknowledge, resolve, export the clip.", no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, `data` in site.yaml.")]
Id = Annotated[str, typer.Argument(help="Its id, as `passerby events list` shows it.")]


@app.command("list")
def list_events(
    start: Annotated[
        str | None, typer.Argument(metavar="[FROM]", help="Start: 2026-05-04T17:30, 17:30, or 20m (ago).")
    ] = None,
    end: Annotated[str | None, typer.Argument(metavar="[TO]", help="End, likewise; also now.")] = None,
    state: Annotated[EventState | None, typer.Option(help="Only events in this state.")] = None,
    data: Data = Path("data"),
    json: Annotated[bool, typer.Option("--json", help="Write a JSON line for each to standard output.")] = False,
) -> None:
    """List events, the newest first."""
    from passerby.store.counts.events_and_counts import CountStore
    from passerby.store.database import Database

    now = datetime.now(UTC)
    start_s = 0.0 if start is None else parse_time(start, now)
    end_s = float("inf") if end is None else parse_time(end, now)
    with Database.open(data) as database:
        found = CountStore(database, "").events(start_s, end_s, state)
    if json:
        for stored in found:
            row = {**stored.event.model_dump(mode="json"), "state": stored.state.value, "changed": stored.changed}
            echo(jsonlib.dumps(row))
        return
    table = Table("time", "camera", "kind", "location", "count", "state", Column("id", overflow="fold"))
    for stored in found:
        event = stored.event
        time = datetime.fromtimestamp(event.time, UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        table.add_row(
            time if event.trusted else f"{time}?",
            event.camera or "",
            event.kind.value,
            event.location or "",
            "" if event.count is None else str(event.count),
            stored.state.value,
            event.id,
        )
    Terminal().print(table)


@app.command()
def acknowledge(id: Id, data: Data = Path("data")) -> None:
    """Acknowledge an event."""
    _set_state(id, EventState.ACKNOWLEDGED, data)


@app.command()
def resolve(id: Id, data: Data = Path("data")) -> None:
    """Resolve an event."""
    _set_state(id, EventState.RESOLVED, data)


@app.command()
def clip(
    id: Id,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="MP4 file to write; by default CAMERA-FROM.mp4 in this folder."),
    ] = None,
    data: Data = Path("data"),
    *,
    purpose: Annotated[
        str, typer.Option("--purpose", help="The reason, for the audit log (`passerby audit`). No names: a case.")
    ],
    force: Annotated[bool, typer.Option("--force", help="Replace the output and its report.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")] = False,
) -> None:
    """Export the masked recording of an event, with pre-roll and post-roll, as `passerby recordings export` does."""
    from passerby.store.counts.events_and_counts import CountStore
    from passerby.store.database import Database

    with Database.open(data) as database:
        stored = CountStore(database, "").event(id)
    if stored is None:
        raise UsageError(f"There is no event {id}. `passerby events list` lists all events.")
    event = stored.event
    if event.camera is None or event.start is None or event.end is None:
        raise UsageError(f"{id} is an event of the site, not of a camera: it has no clip.")
    export_range(event.camera, event.start, event.end, output, data, purpose, force, json)


def _set_state(id: str, state: EventState, data: Path) -> None:
    from passerby.core.clock import SystemClock
    from passerby.store.counts.events_and_counts import CountStore
    from passerby.store.database import Database

    with Database.open(data) as database:
        CountStore(database, "").set_event_state(id, state, SystemClock().now())
    echo(f"{id} is {state.value}")

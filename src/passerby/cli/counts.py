"""`passerby counts`: what was counted, as a table for other programs."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.time_arguments import moment
from passerby.core.errors import StoreError, UsageError
from passerby.store.counts.count_table import Every, Row

app = typer.Typer(help="What cameras have counted, as a table.", no_args_is_help=True)

Data = Annotated[
    Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, as `data` in site.yaml names it.")
]
FROM = "Where to begin: 2026-05-04T17:30, 17:30 (today), or 20m (ago; s, m, h, d). By default where counting began."
TO = "Where to end, likewise; also now. By default where counting ended."


@app.callback()
def _counts() -> None:
    """What cameras have counted, as a table."""


@app.command()
def export(
    output: Annotated[Path, typer.Argument(help="The file to write: .csv or .parquet.")],
    start: Annotated[str | None, typer.Argument(metavar="[FROM]", help=FROM)] = None,
    end: Annotated[str | None, typer.Argument(metavar="[TO]", help=TO)] = None,
    camera: Annotated[str | None, typer.Option(help="Of this camera alone.")] = None,
    every: Annotated[Every, typer.Option(help="How long the stretches are, a row each.")] = Every.MINUTE,
    publish: Annotated[
        bool, typer.Option("--publish", help="For everybody to see: with noise, and without small numbers.")
    ] = False,
    epsilon: Annotated[
        float, typer.Option(help="With --publish: the privacy budget, which the file states. Smaller is more noise.")
    ] = 1.0,
    smallest: Annotated[int, typer.Option(help="With --publish: numbers below it are left out.", min=0)] = 5,
    data: Data = Path("data"),
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Write counts as CSV or Parquet: a row for each stretch of time, camera, zone or line, and sort. What was not
    watched is empty, and never zero."""
    from passerby.sink.output_file import OutputFile
    from passerby.store.counts import count_table as sheet
    from passerby.store.counts import dp_release as publishing
    from passerby.store.counts.events_and_counts import Counts
    from passerby.store.database import Database

    write = {".csv": _write_csv, ".parquet": _write_parquet}.get(output.suffix.lower())
    if write is None:
        raise UsageError(f"{output.name} says no format that is known. Give a name that ends in .csv or .parquet.")
    noise = publishing.discrete_laplace(epsilon) if publish else None
    now = datetime.now(UTC)
    begins = None if start is None else moment(start, now)
    ends = None if end is None else moment(end, now)
    with Database.open(data) as database:
        counts = Counts(database, "")
        extent = counts.extent()
        if extent is None:
            raise StoreError(f"Nothing was counted yet in {data}. `passerby watch` counts while it runs.")
        first, last = sheet.whole_minutes(extent, begins, ends)
        bins = counts.between(first, last, camera)
    if not bins:
        raise StoreError("Nothing was counted then" + (f" by camera {camera}." if camera else ".") + _advice(extent))
    rows, columns = list(sheet.rows(bins, first, last, every)), sheet.COLUMNS
    if noise is not None:
        rows, columns = publishing.published(rows, epsilon, smallest, noise), publishing.COLUMNS
    with OutputFile(output, force) as out:
        write(out.part, rows, columns)
        out.commit()
    typer.echo(f"{output}: {len(rows)} rows")
    if publish:
        typer.echo(
            f"It spends a budget of epsilon {epsilon:g} on each passage. To publish the same time again would spend it "
            "again: publish this file, once.",
            err=True,
        )


def _advice(extent: tuple[int, int]) -> str:
    first, last = (datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%dT%H:%M") for at in extent)
    return f" There are counts from {first} to {last}."


def _write_csv(path: Path, rows: Sequence[Row], columns: Mapping[str, str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(columns), lineterminator="\n")
        table.writeheader()
        table.writerows({name: _cell(row[name]) for name in columns} for row in rows)


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _write_parquet(path: Path, rows: Sequence[Row], columns: Mapping[str, str]) -> None:
    from arro3.core import Array, DataType, Table
    from arro3.io import write_parquet

    types = {
        "text": DataType.utf8(),
        "number": DataType.float64(),
        "count": DataType.int64(),
        "truth": DataType.bool(),
    }
    arrays = {name: Array([row[name] for row in rows], type=types[kind]) for name, kind in columns.items()}
    said = {name: str(rows[0][name]) for name in ("epsilon", "smallest", "protects") if name in columns}
    write_parquet(Table.from_pydict(dict(arrays)), path, key_value_metadata=said)

"""`passerby counts`: export counts as a table for other programs, and state how far they are off."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from passerby.cli.common.terminal import echo
from passerby.cli.common.time_arguments import parse_time
from passerby.core.errors import StoreError, UsageError
from passerby.core.kinds import ObjectClass
from passerby.store.counts.count_table import CountRow, Interval

app = typer.Typer(help="Counts of cameras: export them, and validate them.", no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, `data` in site.yaml.")]
FROM = "Start: 2026-05-04T17:30, 17:30 (today), or 20m (ago; s, m, h, d). By default the first count."
TO = "End, likewise; also now. By default the last count."


@app.callback()
def counts() -> None:
    """Counts of cameras: export them, and validate them."""


@app.command()
def export(
    output: Annotated[Path, typer.Argument(help="The file to write: .csv or .parquet.")],
    start: Annotated[str | None, typer.Argument(metavar="[FROM]", help=FROM)] = None,
    end: Annotated[str | None, typer.Argument(metavar="[TO]", help=TO)] = None,
    camera: Annotated[str | None, typer.Option(help="Only this camera.")] = None,
    interval: Annotated[Interval, typer.Option(help="Length of the intervals, one row each.")] = Interval.MINUTE,
    publish: Annotated[
        bool, typer.Option("--publish", help="For publication: add noise, and suppress small numbers.")
    ] = False,
    epsilon: Annotated[
        float, typer.Option(help="With --publish: the privacy budget, stated in the file. Smaller means more noise.")
    ] = 1.0,
    min_count: Annotated[int, typer.Option(help="With --publish: suppress counts below this number.", min=0)] = 5,
    data: Data = Path("data"),
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """Export counts as CSV or Parquet: a row for each interval, camera, zone or line, and object class. What was not
    observed is empty, never zero."""
    from passerby.sink.output_file import OutputFile
    from passerby.store.counts import count_table, dp_release
    from passerby.store.counts.events_and_counts import CountStore
    from passerby.store.counts.publication import record_export
    from passerby.store.database import Database

    write = {".csv": _write_csv, ".parquet": _write_parquet}.get(output.suffix.lower())
    if write is None:
        raise UsageError(f"The format of {output.name} is not supported. Give a name that ends in .csv or .parquet.")
    noise = dp_release.discrete_laplace(epsilon) if publish else None
    now = datetime.now(UTC)
    start_s = None if start is None else parse_time(start, now)
    end_s = None if end is None else parse_time(end, now)
    with Database.open(data) as database:
        store = CountStore(database, "")
        extent = store.extent()
        if extent is None:
            raise StoreError(f"There are no counts yet in {data}. `passerby watch` counts while it runs.")
        first, last = count_table.whole_minutes(extent, start_s, end_s)
        bins = store.between(first, last, camera)
    if not bins:
        of_camera = f" of camera {camera}" if camera else ""
        raise StoreError(f"There are no counts{of_camera} in this time range. {_available(extent)}")
    rows, columns = list(count_table.count_rows(bins, first, last, interval)), count_table.COLUMNS
    if noise is not None:
        rows, columns = dp_release.release(rows, epsilon, min_count, noise), dp_release.COLUMNS
    with OutputFile(output, force) as out:
        write(out.temp_path, rows, columns)
        before = 0.0
        if publish:  # kept before the file has its name: what is published is accounted for
            with Database.open(data) as database:
                before = record_export(database, first, last, epsilon)
        out.commit()
    echo(f"{output}: {len(rows)} rows")
    if publish:
        spent = f" Up to {before:g} was spent on this time before." if before else ""
        echo(
            f"This spends a privacy budget of epsilon {epsilon:g} on each passage.{spent} Publishing the same time "
            "range again would spend it again: publish this file, once.",
            err=True,
        )


@app.command()
def validate(
    line: Annotated[str | None, typer.Option(metavar="CAMERA/LINE", help="The line to validate.")] = None,
    zone: Annotated[str | None, typer.Option(metavar="CAMERA/ZONE", help="The zone to validate.")] = None,
    object_class: Annotated[ObjectClass, typer.Option("--class", help="The object class.")] = ObjectClass.PERSON,
    stretches: Annotated[
        int | None, typer.Option(help="Begin a validation: draw so many minutes (20 to 500; 30 are usual).")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="Write the signed result to this file (.json).")] = None,
    check: Annotated[Path | None, typer.Option(help="Check the signature of such a file instead; needs --key.")] = None,
    key: Annotated[str | None, typer.Option(help="Public key of the signer: a file, or its fingerprint.")] = None,
    data: Data = Path("data"),
    force: Annotated[bool, typer.Option("--force", help="Replace the output.")] = False,
) -> None:
    """How far the counts of a line or zone are off. Random minutes of the masked recordings are drawn, a person counts
    them on the page Counts, and the difference is stated with a 95 % interval.

    Exit code 3 while there is no result yet."""
    from passerby.cli.common.count_validation import begin, check_signature, result_text
    from passerby.sink.output_file import OutputFile
    from passerby.store.counts.validation_draw import CountSubject
    from passerby.store.counts.validations import Validations
    from passerby.store.recordings.index import Recordings

    if check is not None:
        echo(check_signature(check, key))
        return
    camera, slash, location = (line or zone or "").partition("/")
    if (line is None) == (zone is None) or not slash:
        raise UsageError("Give what to validate: --line CAMERA/LINE or --zone CAMERA/ZONE.")
    subject = CountSubject(camera, location, "zone" if line is None else "line", object_class)
    with Recordings.open(data) as recordings:
        if stretches is not None:
            begin(recordings, subject, stretches)
        state = Validations(recordings.database).newest(subject)
    if state is None:
        raise StoreError(
            f"The counts of {camera}/{location} were not validated yet. Add --stretches 30 to draw minutes for it."
        )
    echo(result_text(state))
    if state.signed is None:
        raise typer.Exit(3)
    if output is not None:
        with OutputFile(output, force) as out:
            out.temp_path.write_text(state.signed.model_dump_json(indent=1) + "\n", encoding="utf-8")
            out.commit()


def _available(extent: tuple[int, int]) -> str:
    first, last = (datetime.fromtimestamp(at, UTC).astimezone().strftime("%Y-%m-%dT%H:%M") for at in extent)
    return f"There are counts from {first} to {last}."


def _write_csv(path: Path, rows: Sequence[CountRow], columns: Mapping[str, str]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(columns), lineterminator="\n")
        table.writeheader()
        table.writerows({name: _cell(row[name]) for name in columns} for row in rows)


def _cell(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _write_parquet(path: Path, rows: Sequence[CountRow], columns: Mapping[str, str]) -> None:
    from arro3.core import Array, DataType, Table
    from arro3.io import write_parquet

    types = {
        "text": DataType.utf8(),
        "number": DataType.float64(),
        "count": DataType.int64(),
        "boolean": DataType.bool(),
    }
    arrays = {name: Array([row[name] for row in rows], type=types[kind]) for name, kind in columns.items()}
    metadata = {name: str(rows[0][name]) for name in ("epsilon", "min_count", "privacy_unit") if name in columns}
    write_parquet(Table.from_pydict(dict(arrays)), path, key_value_metadata=metadata)

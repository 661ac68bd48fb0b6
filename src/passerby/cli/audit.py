"""`passerby audit`: what was done with recordings, by whom and what for, and whether that log is whole."""

from __future__ import annotations

import json as jsonlib
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from passerby.cli.time_arguments import moment, shown

if TYPE_CHECKING:  # the other commands do not need a database, nor its start
    from passerby.store.audit.log import Entry, Flaw

app = typer.Typer(
    help="What was done with recordings, by whom and what for: list, check, head, follow.", no_args_is_help=True
)

Data = Annotated[
    Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, as `data` in site.yaml names it.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
_HERE = Path("data")
#: Rows that are read in one go, and seconds between two looks for new ones.
_AT_ONCE, _PAUSE = 500, 1.0
_MEANING = {
    "missing": "{rows} missing",
    "changed": "{rows} not what was written",
    "unchained": "{rows} not after the row that was there before: something was taken out, put in or moved",
    "unguarded": "the database no longer refuses changes of the log: its triggers are gone",
    "head": "{rows} not the one whose head was given: the log was cut off, or written anew",
}


@app.command("list")
def list_entries(
    start: Annotated[
        str | None, typer.Argument(metavar="[FROM]", help="Where to begin: 2026-05-04T17:30, 17:30, or 20m (ago).")
    ] = None,
    end: Annotated[str | None, typer.Argument(metavar="[TO]", help="Where to end, likewise; also now.")] = None,
    data: Data = _HERE,
    json: Annotated[bool, typer.Option("--json", help="Write a JSON line for each to standard output.")] = False,
) -> None:
    """What was done, the oldest first. It is not checked; `passerby audit check` does that."""
    from passerby.store.audit.log import read
    from passerby.store.database import Database

    now = datetime.now(UTC)
    begins = 0 if start is None else round(moment(start, now) * 1e6)
    ends = None if end is None else round(moment(end, now) * 1e6)
    with Database.open(data) as database, database.reading() as connection:
        found = read(connection, begins, ends)
        if json:
            for number, entry in found:
                typer.echo(jsonlib.dumps({"number": number, **entry.model_dump(mode="json")}))
        else:
            Console(markup=False).print(_table(found))


@app.command()
def check(
    head: Annotated[
        str | None,
        typer.Option("--head", help="What `passerby audit head` said once: the log must still hold it. NUMBER:HASH."),
    ] = None,
    data: Data = _HERE,
    json: Json = False,
) -> None:
    """Read the whole log, and see whether a row was changed, taken out, put in or moved; with --head also whether its
    end was cut off, or all of it was written anew. Exit code 3 when something is wrong."""
    from passerby.store.audit.log import Head, check
    from passerby.store.database import Database

    known = None if head is None else Head.parse(head)
    with Database.open(data) as database, database.reading() as connection:
        found = check(connection, known)
    if json:
        flaws = [{"what": flaw.what, "first": flaw.first, "last": flaw.last} for flaw in found.flaws]
        typer.echo(jsonlib.dumps({"rows": found.rows, "head": str(found.head), "flaws": flaws}, indent=1))
    else:
        for flaw in found.flaws:
            typer.echo(_said(flaw))
        if not found.flaws:
            typer.echo(f"{found.rows} rows, each as it was written and in its place.")
            typer.echo(f"Head: {found.head}")
            if known is None:
                typer.echo("Whether the end was cut off, only a head from before can show: --head NUMBER:HASH.")
    if found.flaws:
        raise typer.Exit(3)


@app.command()
def head(data: Data = _HERE) -> None:
    """Print number and hash of the last row. Kept where nobody who may write the data folder can change it, it shows
    later that nothing up to there was changed or cut off."""
    from passerby.store.audit.log import head
    from passerby.store.database import Database

    with Database.open(data) as database, database.reading() as connection:
        typer.echo(str(head(connection)))


@app.command()
def follow(
    after: Annotated[int, typer.Option("--after", min=0, help="Begin behind this row; 0 for all.")] = 0,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Go on when there are new ones, until Ctrl+C.")] = True,
    data: Data = _HERE,
) -> None:
    """Print each row as it is written, a JSON line each with its hashes: for a copy on another machine, which can be
    checked there."""
    from passerby.store.audit.log import after as rows_after
    from passerby.store.database import Database

    with Database.open(data) as database:
        while True:
            with database.reading() as connection:
                found = rows_after(connection, after, _AT_ONCE)
            for row in found:
                told = {"previous": row.previous, "body": row.body, "hash": row.hash}
                texts = {name: value.decode("utf-8", "replace") for name, value in told.items()}
                typer.echo(jsonlib.dumps({"number": row.number, **texts}))
            after = found[-1].number if found else after
            if not found and not wait:
                return
            if not found:
                time.sleep(_PAUSE)


def _said(flaw: Flaw) -> str:
    rows = f"rows {flaw.first} to {flaw.last} are" if flaw.last > flaw.first else f"row {flaw.first} is"
    return _MEANING[flaw.what].format(rows=rows)


def _table(found: Iterable[tuple[int, Entry]]) -> Table:
    table = Table("", "when", "who", "what", Column("on what", overflow="fold"), Column("purpose", overflow="fold"))
    for number, entry in found:
        when = shown(entry.wall)
        what = ", ".join(f"{name} {_value(name, value)}" for name, value in entry.on.items())
        table.add_row(
            str(number), when if entry.trusted else f"{when}?", entry.who, entry.what, what, entry.purpose or ""
        )
    return table


def _value(name: str, value: object) -> str:
    if name in ("begins", "ends") and isinstance(value, int):
        return shown(value)
    return value if isinstance(value, str) else jsonlib.dumps(value)

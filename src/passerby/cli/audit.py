"""`passerby audit`: list, verify and follow the audit log."""

from __future__ import annotations

import json as jsonlib
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Column, Table

from passerby.cli.common.terminal import Terminal, echo
from passerby.cli.common.time_arguments import format_time, parse_time

if TYPE_CHECKING:  # the other commands need no database, whose import is slow
    from passerby.store.audit.log import AuditEntry, ChainFlaw

app = typer.Typer(help="The audit log: list, check, head, follow.", no_args_is_help=True)

Data = Annotated[Path, typer.Option("--data", envvar="PASSERBY_DATA", help="The data folder, `data` in site.yaml.")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
_DATA = Path("data")
#: Rows read at once, and seconds between two polls for new ones.
_BATCH_ROWS, _POLL_INTERVAL_S = 500, 1.0
_MEANING = {
    "missing": "{rows} missing",
    "changed": "{rows} not what was written",
    "unchained": "{rows} not in sequence: a row was removed, inserted or moved",
    "unguarded": "the triggers that refuse changes of the log were removed from the database",
    "head": "{rows} not the one with the given head: the log was truncated or rewritten",
}


@app.command("list")
def list_entries(
    start: Annotated[
        str | None, typer.Argument(metavar="[FROM]", help="Start: 2026-05-04T17:30, 17:30, or 20m (ago).")
    ] = None,
    end: Annotated[str | None, typer.Argument(metavar="[TO]", help="End, likewise; also now.")] = None,
    data: Data = _DATA,
    json: Annotated[bool, typer.Option("--json", help="Write a JSON line for each to standard output.")] = False,
) -> None:
    """List entries, the oldest first. This does not verify them; `passerby audit check` does."""
    from passerby.store.audit.log import read
    from passerby.store.database import Database

    now = datetime.now(UTC)
    start_us = 0 if start is None else round(parse_time(start, now) * 1e6)
    end_us = None if end is None else round(parse_time(end, now) * 1e6)
    with Database.open(data) as database, database.read_transaction() as connection:
        found = read(connection, start_us, end_us)
        if json:
            for number, entry in found:
                echo(jsonlib.dumps({"number": number, **entry.model_dump(mode="json")}))
        else:
            Terminal(markup=False).print(_table(found))


@app.command()
def check(
    head: Annotated[
        str | None,
        typer.Option(
            "--head", help="An earlier output of `passerby audit head`, which the log must still contain: NUMBER:HASH."
        ),
    ] = None,
    data: Data = _DATA,
    json: Json = False,
) -> None:
    """Verify the whole log: whether a row was changed, removed, inserted or moved; with --head also whether its end was
    truncated, or all of it was rewritten. Exit code 3 when something is wrong."""
    from passerby.store.audit.log import ChainHead, check
    from passerby.store.database import Database

    known = None if head is None else ChainHead.parse(head)
    with Database.open(data) as database, database.read_transaction() as connection:
        found = check(connection, known)
    if json:
        flaws = [{"kind": flaw.kind, "first": flaw.first, "last": flaw.last} for flaw in found.flaws]
        echo(jsonlib.dumps({"rows": found.rows, "head": str(found.head), "flaws": flaws}, indent=1))
    else:
        for flaw in found.flaws:
            echo(_describe(flaw))
        if not found.flaws:
            echo(f"{found.rows} rows, all unchanged and in sequence.")
            echo(f"Head: {found.head}")
            if known is None:
                echo("Only an earlier head shows whether the end was truncated: --head NUMBER:HASH.")
    if found.flaws:
        raise typer.Exit(3)


@app.command()
def head(data: Data = _DATA) -> None:
    """Print number and hash of the last row. Kept where nobody with write access to the data folder can change it, it
    proves later that nothing up to there was changed or truncated."""
    from passerby.store.audit.log import head
    from passerby.store.database import Database

    with Database.open(data) as database, database.read_transaction() as connection:
        echo(str(head(connection)))


@app.command()
def follow(
    after: Annotated[int, typer.Option("--after", min=0, help="Start after this row; 0 for all.")] = 0,
    wait: Annotated[bool, typer.Option("--wait/--no-wait", help="Wait for new rows, until Ctrl+C.")] = True,
    data: Data = _DATA,
) -> None:
    """Print each row as it is stored, a JSON line each with its hashes: for a copy on another machine, which can be
    verified there."""
    from passerby.store.audit.log import rows_after
    from passerby.store.database import Database

    with Database.open(data) as database:
        while True:
            with database.read_transaction() as connection:
                found = rows_after(connection, after, _BATCH_ROWS)
            for row in found:
                values = {"previous": row.previous, "body": row.body, "hash": row.hash}
                texts = {name: value.decode("utf-8", "replace") for name, value in values.items()}
                echo(jsonlib.dumps({"number": row.number, **texts}))
            after = found[-1].number if found else after
            if not found and not wait:
                return
            if not found:
                time.sleep(_POLL_INTERVAL_S)


def _describe(flaw: ChainFlaw) -> str:
    rows = f"rows {flaw.first} to {flaw.last} are" if flaw.last > flaw.first else f"row {flaw.first} is"
    return _MEANING[flaw.kind].format(rows=rows)


def _table(found: Iterable[tuple[int, AuditEntry]]) -> Table:
    table = Table("", "time", "actor", "action", Column("details", overflow="fold"), Column("purpose", overflow="fold"))
    for number, entry in found:
        time_text = format_time(entry.wall)
        details = ", ".join(f"{name} {_value(name, value)}" for name, value in entry.details.items())
        table.add_row(
            str(number),
            time_text if entry.trusted else f"{time_text}?",
            entry.actor,
            entry.action,
            details,
            entry.purpose or "",
        )
    return table


def _value(name: str, value: object) -> str:
    if name in ("start", "end") and isinstance(value, int):
        return format_time(value)
    return value if isinstance(value, str) else jsonlib.dumps(value)

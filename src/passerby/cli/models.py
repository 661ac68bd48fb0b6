"""`passerby models`: which models there are, fetch them, check them."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Column, Table

from passerby.core.errors import PasserbyError, UsageError, WeightsError
from passerby.detect import known_answer_test as alive
from passerby.detect.fetch import fetch as fetch_weights
from passerby.detect.model import Detector
from passerby.detect.weights import Registry

app = typer.Typer(help="List, fetch and check the models that look.", no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(help="Which models; all, when none is named.", metavar="[ID]...")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]


@app.command("list")
def list_models(json: Json = False) -> None:
    """Which models there are, what they find, under which licence, and whether they are here."""
    registry = Registry.load()
    rows = [_row(registry, id) for id in registry]
    if json:
        typer.echo(jsonlib.dumps({"cache": str(registry.cache), "weights": rows}, indent=1))
        return
    table = Table(Column("model", no_wrap=True), "finds", "licence of the weights", "from", "here")
    for row in rows:
        table.add_row(row["id"], ", ".join(row["finds"]), row["licence"], row["from"], row["here"])
    console = Console()
    console.print(table)
    console.print(f"They lie in {registry.cache}", soft_wrap=True)


@app.command()
def fetch(ids: Ids = None, json: Json = False) -> None:
    """Fetch models into the cache. What is there and right is not fetched again."""
    registry = Registry.load()
    for done in fetch_weights(registry, _known(registry, ids)):
        if json:
            typer.echo(jsonlib.dumps({"id": done.id, "path": str(done.path), "fetched": done.fresh}))
        else:
            typer.echo(f"{done.id}: {'fetched' if done.fresh else 'already here'}")


@app.command()
def check(ids: Ids = None, json: Json = False) -> None:
    """Check the files, and show each model known pictures, to which it must give the known answer."""
    registry = Registry.load()
    failed = False
    for id in _known(registry, ids):
        fault = _fault(registry, id)
        failed = failed or fault is not None
        if json:
            typer.echo(jsonlib.dumps({"id": id, "ok": fault is None, "error": fault}))
        else:
            typer.echo(f"{id}: {fault or 'in order'}")
    if failed:
        raise typer.Exit(1)


def _known(registry: Registry, ids: list[str] | None) -> list[str]:
    for id in ids or ():
        if id not in registry:
            raise UsageError(f"There is no model called {id}. Known are: {', '.join(registry)}.")
    return ids or list(registry)


def _fault(registry: Registry, id: str) -> str | None:
    try:
        alive.check(Detector(registry, id))
    except PasserbyError as error:
        return str(error)
    return None


def _row(registry: Registry, id: str) -> dict[str, Any]:
    entry = registry[id]
    wheel = entry.wheel
    try:
        registry.load_bytes(id)
        here = "yes"
    except WeightsError:
        here = "altered" if (registry.cache / entry.cache_name).exists() else "no"
    return {
        "id": id,
        "finds": [kind.value for kind in entry.finds],
        "family": entry.family,
        "licence": entry.licence,
        "from": entry.url if wheel is None else f"{wheel.package} {wheel.version}",
        "sha256": entry.sha256,
        "here": here,
    }

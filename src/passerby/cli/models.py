"""`passerby models`: list, fetch and check the models."""

from __future__ import annotations

import json as jsonlib
from typing import Annotated, Any

import typer
from rich.table import Column, Table

from passerby.cli.common.terminal import Terminal, echo
from passerby.core.errors import PasserbyError, UsageError, WeightsError
from passerby.detect import known_answer_test
from passerby.detect.backend.model_cache import CompiledModelCache
from passerby.detect.fetch import fetch as fetch_weights
from passerby.detect.model import Detector
from passerby.detect.speech.known_answer_sound import check_speech
from passerby.detect.speech.network import SpeechNetwork
from passerby.detect.weights import Registry

app = typer.Typer(help="List, fetch and check the detection models.", no_args_is_help=True)

Ids = Annotated[list[str] | None, typer.Argument(help="Model ids; by default all.", metavar="[ID]...")]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]


@app.command("list")
def list_models(json: Json = False) -> None:
    """List the models: what they detect, their licence, and whether they are in the cache."""
    registry = Registry.load()
    rows = [_row(registry, id) for id in registry]
    compiled = CompiledModelCache.beside(registry.cache)
    if json:
        told = {"folder": str(compiled.folder), "bytes": compiled.size(), "max_bytes": compiled.max_bytes}
        echo(jsonlib.dumps({"cache": str(registry.cache), "weights": rows, "compiled": told}, indent=1))
        return
    table = Table(Column("model", no_wrap=True), "detects", "licence of the weights", "source", "cached")
    for row in rows:
        table.add_row(row["id"], ", ".join(row["detects"]), row["licence"], row["source"], row["cached"])
    console = Terminal()
    console.print(table)
    console.print(f"Cache: {registry.cache}", soft_wrap=True)
    console.print(
        f"Compiled for this machine: {compiled.folder}, {compiled.size() / 1e6:.0f} MB of at most "
        f"{compiled.max_bytes / 1e6:.0f} MB. It may be deleted at any time.",
        soft_wrap=True,
    )


@app.command()
def fetch(ids: Ids = None, json: Json = False) -> None:
    """Download models into the cache. Valid cached files are not downloaded again."""
    registry = Registry.load()
    for done in fetch_weights(registry, _selected(registry, ids)):
        if json:
            echo(jsonlib.dumps({"id": done.id, "path": str(done.path), "fetched": done.fresh}))
        else:
            echo(f"{done.id}: {'downloaded' if done.fresh else 'already cached'}")


@app.command()
def check(ids: Ids = None, json: Json = False) -> None:
    """Check the files, and run each model's known-answer test."""
    registry = Registry.load()
    failed = False
    for id in _selected(registry, ids):
        error = _check_error(registry, id)
        failed = failed or error is not None
        if json:
            echo(jsonlib.dumps({"id": id, "ok": error is None, "error": error}))
        else:
            echo(f"{id}: {error or 'ok'}")
    if failed:
        raise typer.Exit(1)


def _selected(registry: Registry, ids: list[str] | None) -> list[str]:
    for id in ids or ():
        if id not in registry:
            raise UsageError(f"There is no model {id}. Available models: {', '.join(registry)}.")
    return ids or [entry.id for entry in registry.values()]


def _check_error(registry: Registry, id: str) -> str | None:
    entry = registry[id]
    try:
        if entry.hears:
            check_speech(SpeechNetwork(registry, id), entry.known_answer_score)
        else:
            known_answer_test.check(Detector(registry, id))
    except PasserbyError as error:
        return str(error)
    return None


def _row(registry: Registry, id: str) -> dict[str, Any]:
    entry = registry[id]
    wheel = entry.wheel
    try:
        registry.load_bytes(id)
        cached = "yes"
    except WeightsError:
        cached = "modified" if (registry.cache / entry.cache_name).exists() else "no"
    return {
        "id": entry.id,
        "replaces": entry.replaces,
        "detects": [*(kind.value for kind in entry.finds), *entry.hears],
        "family": entry.family,
        "licence": entry.licence,
        "source": entry.url if wheel is None else f"{wheel.package} {wheel.version}",
        "sha256": entry.sha256,
        "cached": cached,
    }

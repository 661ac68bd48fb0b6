"""`passerby serve`: jobs for other programs, over HTTP."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from passerby.cli.common.terminal import Terminal, echo

if TYPE_CHECKING:
    from passerby.service.keys import KeyScope

app = typer.Typer(
    help="Redact files for other programs, over HTTP: a queue that survives kills, keys, events, signed callbacks.",
    invoke_without_command=True,
)
keys_app = typer.Typer(help="Keys of the programs that use the service.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")

#: Bytes of a gigabyte.
GB = 1_000_000_000


def _data_folder() -> Path:
    data = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(data) / "passerby" / "service"


@app.callback()
def serve(
    context: typer.Context,
    data: Annotated[
        Path | None,
        typer.Option(
            "--data",
            envvar="PASSERBY_SERVICE",
            help="Folder of the service: queue, keys, uploads, results. By default below ~/.local/share.",
        ),
    ] = None,
    host: Annotated[str, typer.Option(help="Address to listen on. Other than loopback: over TLS.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 for any free one.", min=0, max=65535)] = 8790,
    jobs: Annotated[int, typer.Option(help="Jobs at a time; with --on ray://, tasks at a time.", min=1, max=256)] = 1,
    on: Annotated[
        str | None,
        typer.Option(
            "--on",
            metavar="CLUSTER",
            help="Run jobs on a Ray cluster: ray starts one on this machine, ray://HOST:PORT connects to an existing "
            "one.",
        ),
    ] = None,
    keep_hours: Annotated[
        float, typer.Option(help="Results are deleted so many hours after their job has ended.", min=0.01)
    ] = 168.0,
    max_upload_gb: Annotated[
        float, typer.Option(help="Largest file that can be sent, in gigabytes.", min=0.001)
    ] = 50.0,
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="TLS certificate (PEM); by default a self-signed one.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="Private key of --certificate (PEM).")] = None,
) -> None:
    """Redact files for other programs, over HTTP: a queue that survives kills, keys, events, signed callbacks."""
    folder = data or _data_folder()
    if context.invoked_subcommand is not None:
        context.obj = folder
        return
    # Imported here: other commands need no web server, and should not wait for it.
    from passerby.cli.common.job_service import ServiceOptions, run_service

    run_service(
        ServiceOptions(folder, host, port, jobs, on, keep_hours * 3600, round(max_upload_gb * GB), certificate, key)
    )


@keys_app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the key: small letters, digits, - and _.")],
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="What it may do: submit, read, cancel; and all, to see the jobs of other keys. Can be given several "
            "times.",
            show_default="submit, read, cancel",
        ),
    ] = None,
    storage: Annotated[
        list[str] | None,
        typer.Option(
            help="Prefix in object storage that it may read and write, as s3://bucket/folder. Can be given several "
            "times."
        ),
    ] = None,
    callback_host: Annotated[
        list[str] | None, typer.Option(help="Host that its callbacks may go to. Can be given several times.")
    ] = None,
    max_unfinished: Annotated[int, typer.Option(help="Jobs that wait or run at a time.", min=1)] = 10_000,
    max_gb: Annotated[float, typer.Option(help="Gigabytes of its uploads and results in all.", min=0.001)] = 100.0,
    jobs_a_day: Annotated[int, typer.Option(help="Jobs within 24 hours.", min=1)] = 100_000,
    requests_a_minute: Annotated[int, typer.Option(help="Requests a minute.", min=1)] = 1200,
) -> None:
    """Make a key, and print it and the secret that signs its callbacks: once, for it is not kept."""
    from passerby.config.object_path import SCHEMES
    from passerby.core.errors import UsageError
    from passerby.service.database import ServiceDatabase
    from passerby.service.keys import Keys, KeySettings

    wrong = [prefix for prefix in storage or () if not prefix.startswith(tuple(f"{scheme}://" for scheme in SCHEMES))]
    if wrong:
        raise UsageError(f"--storage {wrong[0]}: give a prefix such as s3://bucket/folder.")
    settings = KeySettings(
        scopes=_scopes(scope),
        storage=tuple(storage or ()),
        callback_hosts=tuple(callback_host or ()),
        max_unfinished=max_unfinished,
        max_bytes=round(max_gb * GB),
        jobs_a_day=jobs_a_day,
        requests_a_minute=requests_a_minute,
    )
    with ServiceDatabase(_folder(context)) as database:
        made = Keys(database).add(name, settings)
    echo(made.token)
    echo(f"The key of {name} is above. Keep it: it cannot be shown again.", err=True)
    if settings.callback_hosts:
        echo(f"Its callbacks are signed with: {made.key.callback_secret}", err=True)


@keys_app.command("list")
def list_keys(context: typer.Context) -> None:
    """List all keys with what they may do; the keys themselves are not kept."""
    from passerby.service.database import ServiceDatabase
    from passerby.service.keys import Keys

    with ServiceDatabase(_folder(context)) as database:
        keys = Keys(database).all()
    table = Table("name", "made", "may", "storage", "callbacks to", "state")
    for key in keys:
        table.add_row(
            key.name,
            _day(key.created),
            ", ".join(key.settings.scopes),
            ", ".join(key.settings.storage) or "none",
            ", ".join(key.settings.callback_hosts) or "none",
            "valid" if key.revoked is None else f"revoked {_day(key.revoked)}",
        )
    Terminal(markup=False).print(table if keys else "No keys yet. Make one: passerby serve keys add NAME")


@keys_app.command()
def revoke(context: typer.Context, name: Annotated[str, typer.Argument(help="Name of the key.")]) -> None:
    """Refuse a key from now on. Its jobs go on."""
    from passerby.service.database import ServiceDatabase
    from passerby.service.keys import Keys

    with ServiceDatabase(_folder(context)) as database:
        Keys(database).revoke(name)
    echo(f"{name}: refused from now on.")


def _folder(context: typer.Context) -> Path:
    folder = context.obj
    assert isinstance(folder, Path)  # set by the callback above
    return folder


def _scopes(given: list[str] | None) -> tuple[KeyScope, ...]:
    from passerby.core.errors import UsageError
    from passerby.service.keys import KeyScope, KeySettings

    if not given:
        return KeySettings().scopes
    try:
        return tuple(dict.fromkeys(KeyScope(word.strip()) for words in given for word in words.split(",")))
    except ValueError:
        raise UsageError(f"--scope {','.join(given)}: choose from {', '.join(KeyScope)}.") from None


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()

"""The program `passerby`: its commands, and what becomes of an error.

Exit codes: 0 done and clean, 1 error, 2 usage, 3 done but something needs a person, 130 stopped with Ctrl+C.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from passerby.cli.entry import no_core_dumps
from passerby.core.errors import PasserbyError

#: The commands, in the order of the help, each in the module of its name.
COMMANDS = (
    "redact",
    "verify",
    "review",
    "watch",
    "status",
    "cameras",
    "recordings",
    "models",
    "counts",
    "events",
    "audit",
    "accounts",
    "notice",
    "demo",
    "bench",
)


class Commands(TyperGroup):
    """The commands, each loaded when it is asked for: who has a film does not wait for what cameras bring along."""

    def list_commands(self, ctx: object) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperGroup | TyperCommand | None:
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"passerby.cli.{cmd_name}")
        if hasattr(module, "app"):
            group = get_group(module.app)
            group.name = cmd_name
            return group
        alone = typer.Typer(add_completion=False)
        alone.command(cmd_name)(getattr(module, cmd_name))
        return cast(TyperCommand, get_command(alone))


app = typer.Typer(
    name="passerby",
    cls=Commands,
    help="Takes identity out of video: finds faces and number plates and paints over them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"passerby {version('passerby')}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and stop.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show where in the program an error arose. Also taken after the command.")
    ] = False,
) -> None:
    """Takes identity out of video: finds faces and number plates and paints over them."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line (by default the process's own) and ends the process with its exit code."""
    no_core_dumps()
    given, debug = _take_debug(sys.argv[1:] if arguments is None else arguments)
    try:
        app(given, prog_name="passerby")
    except PasserbyError as error:
        _end(str(error), error.exit_code, debug)
    except KeyboardInterrupt:
        _end("Stopped.", 130, debug)
    except Exception as error:  # the last wall: whatever nobody foresaw must not end in a page of traceback
        advice = "" if debug else " To see where, run it again with --debug."
        _end(f"{type(error).__name__}: {error}\nThis is a fault of passerby, not yours.{advice}", 1, debug)


def _take_debug(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """The arguments without `--debug`, and whether it was there. After `--` come names of files only."""
    options = list(arguments)
    end = options.index("--") if "--" in options else len(options)
    kept = [argument for argument in options[:end] if argument != "--debug"]
    return kept + options[end:], len(kept) < end


def _end(message: str, code: int, debug: bool) -> None:
    if debug:
        traceback.print_exc()
    print(f"passerby: {message}", file=sys.stderr)
    sys.exit(code)

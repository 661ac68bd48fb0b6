"""The program `passerby`: its commands, and how errors end it.

Exit codes: 0 done and clean, 1 error, 2 usage, 3 done but something needs review, 130 stopped with Ctrl+C.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, NoReturn, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group

from passerby.core.errors import PasserbyError
from passerby.core.extras import missing_extra
from passerby.core.names import printable
from passerby.core.process_limits import disable_core_dumps, limit_memory
from passerby.core.version import PROGRAM
from passerby.jobs.process import WorkerProcess

#: The commands, in the order of the help, each in the module of its name.
COMMANDS = (
    "redact",
    "verify",
    "review",
    "site",
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
    "fleet",
    "demo",
    "bench",
)


class Commands(TyperGroup):
    """The commands, each imported when it is used: redacting a file does not wait for what cameras import."""

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
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(getattr(module, cmd_name))
        return cast(TyperCommand, get_command(single))


app = typer.Typer(
    name="passerby",
    cls=Commands,
    help="Anonymises video: detects faces and number plates and masks them.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(requested: bool) -> None:
    if requested:
        typer.echo(PROGRAM)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show a traceback for errors. Also accepted after the command.")
    ] = False,
) -> None:
    """Anonymises video: detects faces and number plates and masks them."""


def main(arguments: Sequence[str] | None = None, preloaded: WorkerProcess | None = None) -> None:
    """Run the command line (by default the process's own) and end the process with its exit code.

    `preloaded` is a worker process that was started already, for `redact`; the caller ends it.
    """
    disable_core_dumps()
    limit_memory()
    options, debug = _split_debug(sys.argv[1:] if arguments is None else arguments)
    try:
        app(options, prog_name="passerby", obj=preloaded)
    except PasserbyError as error:
        _exit_with(str(error), error.exit_code, debug)
    except KeyboardInterrupt:
        _exit_with("Stopped.", 130, debug)
    except Exception as error:  # the last resort: an unforeseen error must not end in a page of traceback
        missing = missing_extra(error) if isinstance(error, ModuleNotFoundError) else None
        if missing is not None:
            _exit_with(str(missing), missing.exit_code, debug)
        advice = "" if debug else " For a traceback, run it again with --debug."
        _exit_with(f"{type(error).__name__}: {error}\nThis is a bug in passerby.{advice}", 1, debug)


def _split_debug(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """The arguments without `--debug`, and whether it was there. After `--` come file names only."""
    options = list(arguments)
    end = options.index("--") if "--" in options else len(options)
    before_end = [argument for argument in options[:end] if argument != "--debug"]
    return before_end + options[end:], len(before_end) < end


def _exit_with(message: str, code: int, debug: bool) -> NoReturn:
    if debug:
        traceback.print_exc()
    text = printable(f"passerby: {message}", keep="\n\t")
    print(text, file=sys.stderr)
    sys.exit(code)

"""The program `passerby`: its commands, and how errors end it.

Exit codes: 0 done and clean, 1 error, 2 usage, 3 done but something needs review, 128 + N stopped by signal N.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from importlib import import_module
from typing import Annotated, NoReturn, cast

import typer
from typer.core import TyperCommand, TyperGroup
from typer.exceptions import TyperException
from typer.main import get_command, get_group

from passerby.cli.common.stop_signals import Stop, stop_signals
from passerby.core.errors import PasserbyError, UsageError
from passerby.core.extras import missing_extra
from passerby.core.names import printable
from passerby.core.process_limits import disable_core_dumps, limit_memory
from passerby.core.version import PROGRAM
from passerby.jobs.process import WorkerProcess

#: The commands, in the order of the help, each in the module of its name; those of a subfolder in FOLDERS.
COMMANDS = (
    "redact",
    "verify",
    "review",
    "serve",
    "site",
    "watch",
    "status",
    "cameras",
    "recordings",
    "plan",
    "doctor",
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


FOLDERS = {"serve": "servers"}

#: Commands that run until they are stopped.
SERVERS = frozenset({"review", "serve", "watch", "status", "fleet"})

#: What typer ends the program with after a KeyboardInterrupt.
INTERRUPTED = 130
OUT_OF_MEMORY = (
    "Memory ran out. Redact fewer files at a time (--jobs 1), use a machine with more memory, or split the file."
)


class Commands(TyperGroup):
    """The commands, each imported when it is used: redacting a file does not wait for what cameras import."""

    def list_commands(self, ctx: object) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: object, cmd_name: str) -> TyperGroup | TyperCommand | None:
        if cmd_name not in COMMANDS:
            return None
        folder = FOLDERS.get(cmd_name)
        module = import_module(f"passerby.cli.{folder}.{cmd_name}" if folder else f"passerby.cli.{cmd_name}")
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
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(requested: bool) -> None:
    if requested:
        typer.echo(PROGRAM)
        # Imported here: other commands do not wait for it.
        from passerby.cli.common.diagnosis import codec_lines

        for line in codec_lines():
            typer.echo(line)
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_version, is_eager=True, help="Show the version, codecs and processors, and exit."
        ),
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
    json = "--json" in options[: options.index("--")] if "--" in options else "--json" in options
    stop = Stop()
    try:
        # Servers answer to signals in their own way.
        with nullcontext(stop) if options[:1] and options[0] in SERVERS else stop_signals() as stop:
            _run(options, preloaded, json)
    except PasserbyError as error:
        _exit_with(str(error), error.exit_code, debug, json)
    except KeyboardInterrupt:
        _exit_with("Stopped.", stop.exit_code, debug, json, stop.name)
    except SystemExit as end:
        if end.code == INTERRUPTED and stop.signal is not None:
            _exit_with("Stopped.", stop.exit_code, debug, json, stop.name)
        raise
    except MemoryError:
        _exit_with(OUT_OF_MEMORY, 1, debug, json)
    except Exception as error:  # the last resort: an unforeseen error must not end in a page of traceback
        missing = missing_extra(error) if isinstance(error, ModuleNotFoundError) else None
        if missing is not None:
            _exit_with(str(missing), missing.exit_code, debug, json)
        advice = "" if debug else " For a traceback, run it again with --debug."
        _exit_with(f"{type(error).__name__}: {error}\nThis is a bug in passerby.{advice}", 1, debug, json)


def _run(options: list[str], preloaded: WorkerProcess | None, json: bool) -> None:
    """Run the command, and end the process with its exit code. A program that asked for JSON gets a malformed command
    line as JSON too."""
    if not json:
        app(options, prog_name="passerby", obj=preloaded)
        return
    try:
        code = app(options, prog_name="passerby", obj=preloaded, standalone_mode=False)
    except TyperException as error:
        raise UsageError(error.format_message()) from error
    sys.exit(code if isinstance(code, int) else 0)


def _split_debug(arguments: Sequence[str]) -> tuple[list[str], bool]:
    """The arguments without `--debug`, and whether it was there. After `--` come file names only."""
    options = list(arguments)
    end = options.index("--") if "--" in options else len(options)
    before_end = [argument for argument in options[:end] if argument != "--debug"]
    return before_end + options[end:], len(before_end) < end


def _exit_with(message: str, code: int, debug: bool, json: bool, signal_name: str | None = None) -> NoReturn:
    if debug:
        traceback.print_exc()
    text = printable(f"passerby: {message}", keep="\n\t")
    print(text, file=sys.stderr)
    if json:
        # Imported here: other runs do not need it.
        from passerby.jobs.events.event_stream import printable_text
        from passerby.jobs.events.run_event import ErrorEvent, InterruptedEvent, print_event

        event = (
            ErrorEvent(message=printable_text(message), exit_code=code)
            if signal_name is None
            else InterruptedEvent(signal=signal_name, exit_code=code)
        )
        with suppress(PasserbyError):  # what read it is gone: standard error says so
            print_event(event)
    sys.exit(code)

"""What the commands print: text of others with nothing in it that a terminal would obey."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.text import Text

from passerby.core.names import printable


def echo(text: str, err: bool = False, nl: bool = True) -> None:
    """Print a text; line ends and tabs stay."""
    typer.echo(printable(text, keep="\n\t"), err=err, nl=nl)


class Terminal(Console):
    """Rich's console, for which each text and each cell of a table is made printable first."""

    def render_str(self, text: str, **options: object) -> Text:
        return super().render_str(printable(text, keep="\n\t"), **options)  # type: ignore[arg-type]

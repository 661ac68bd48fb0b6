"""What the commands print: text of others with nothing in it that a terminal would obey."""

from __future__ import annotations

from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from passerby.core.names import printable


def echo(text: str, err: bool = False, nl: bool = True) -> None:
    """Print a text; line ends and tabs stay."""
    typer.echo(printable(text, keep="\n\t"), err=err, nl=nl)


class Terminal(Console):
    """Rich's console, for which each text and each cell of a table is made printable first, and brackets or colons in
    it are no markup: that of a name would end the command, or make a link of it."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401  # those of Console
        super().__init__(**{"markup": False, "emoji": False, **options})

    def render_str(self, text: str, **options: object) -> Text:
        return super().render_str(printable(text, keep="\n\t"), **options)  # type: ignore[arg-type]  # as above

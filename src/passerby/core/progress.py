"""How far a run has come, told to whoever wants to know."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told by whoever works. One stage of one file at a time: start, advance as often as wished, finish."""

    def start(self, file: str, stage: str, total: int | None) -> None:
        """`stage` is analyse, render or check; `total` its number of frames, None where nobody knows."""

    def advance(self, frames: int) -> None:
        """That many more frames are done."""

    def finish(self) -> None:
        """The stage is over. Also right after an error, and without a stage."""


class Silent:
    """Tells nobody."""

    def start(self, file: str, stage: str, total: int | None) -> None: ...

    def advance(self, frames: int) -> None: ...

    def finish(self) -> None: ...

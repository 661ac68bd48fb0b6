"""Progress of a run, reported to an observer."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Observer of a run. One stage of one file at a time: start, advance any number of times, finish."""

    def start(self, file: str, stage: str, total: int | None) -> None:
        """`stage` is analyse, listen, render or check; `total` its number of frames (listen: of seconds), or None."""

    def advance(self, frames: int) -> None:
        """So many more frames are done."""

    def finish(self) -> None:
        """The stage has ended. Also called after an error, and without a stage."""


class NullProgress:
    """Reports nothing."""

    def start(self, file: str, stage: str, total: int | None) -> None: ...

    def advance(self, frames: int) -> None: ...

    def finish(self) -> None: ...

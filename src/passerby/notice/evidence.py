"""Which tests show which measure, and the last figure where one was measured: `evidence.toml`.

The tests and the results are in the source, which a machine at a site does not have; so what they are called and what
they gave is written down here, and `tests/notice/test_evidence.py` fails when that is no longer so.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from passerby.core.model import FrozenModel


class Figure(FrozenModel):
    """A result: what stands in `file` at the keys `at`, and the command that measures it anew."""

    value: float
    unit: Literal["share", "people"]
    file: str
    at: str = Field(description="keys from the top of the JSON file, separated by /")
    command: str

    @property
    def shown(self) -> str:
        return f"{100 * self.value:.1f} %" if self.unit == "share" else f"{self.value:g}"


class Proof(FrozenModel):
    """One measure, by its name in the catalogue. Tests are pytest's names of them, files or single ones."""

    measure: str
    tests: tuple[str, ...] = ()
    figure: Figure | None = None


class Proofs(FrozenModel):
    """All of them, in the order in which they are told."""

    proof: tuple[Proof, ...]

    def shown(self, measure: str) -> str:
        """The figure of a measure that has one."""
        (figure,) = (one.figure for one in self.proof if one.measure == measure and one.figure is not None)
        return figure.shown


@cache
def proofs() -> Proofs:
    """As this version of the program was measured."""
    text = files("passerby.notice").joinpath("evidence.toml").read_text(encoding="utf-8")
    return Proofs.model_validate(tomllib.loads(text))

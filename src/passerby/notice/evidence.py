"""Which tests verify which measure, and the latest measured figure: `evidence.toml`.

Tests and results are in the source tree, which an installation at a site does not have. Their names and figures are
therefore listed in `evidence.toml`, and `tests/notice/test_evidence.py` fails when the list is out of date.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field

from passerby.config.site import Site
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel


class MeasuredFigure(FrozenModel):
    """A measured result: the value in `file` at `keys`, and the command that measures it again."""

    value: float
    unit: Literal["share", "people"]
    file: str
    keys: str = Field(description="keys from the top of the JSON file, separated by /")
    command: str

    @property
    def text(self) -> str:
        return f"{100 * self.value:.1f} %" if self.unit == "share" else f"{self.value:g}"


class MeasureEvidence(FrozenModel):
    """One measure, by its name in the catalogue. `tests` are pytest node ids, of files or single tests."""

    measure: str
    frame_rates: tuple[float, float] | None = Field(
        default=None,
        description="where the figure holds for some cameras only: frames per second, more than the first and up to "
        "the second, of a camera that hides faces",
    )
    tests: tuple[str, ...] = ()
    figure: MeasuredFigure | None = None


class EvidenceCatalogue(FrozenModel):
    """All measures, in the order in which they are listed."""

    measures: tuple[MeasureEvidence, ...]

    def of_site(self, site: Site) -> tuple[MeasureEvidence, ...]:
        """The measures that concern the cameras of a site: figures of other frame rates say nothing of it."""
        rates = [camera.max_fps for camera in site.cameras.values() if Kind.FACE in camera.hide]
        return tuple(
            one
            for one in self.measures
            if one.frame_rates is None or any(one.frame_rates[0] < rate <= one.frame_rates[1] for rate in rates)
        )

    def figure_text(self, measure: str) -> str:
        """The figure of a measure that has one."""
        (figure,) = (entry.figure for entry in self.measures if entry.measure == measure and entry.figure is not None)
        return figure.text


@cache
def load_evidence() -> EvidenceCatalogue:
    """The evidence for this version of the program."""
    text = files("passerby.notice").joinpath("evidence.toml").read_text(encoding="utf-8")
    return EvidenceCatalogue.model_validate(tomllib.loads(text))

"""What a reviewer has looked at: NAME.review.json beside the plan. It holds no picture and no place of anybody."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from passerby.core.errors import PlanError
from passerby.core.model import FrozenModel


class Judgement(FrozenModel):
    """What a person said of one frame of verify's random draw: does it show somebody it should not?"""

    shows: bool
    who: str
    when: str


class Drawn(FrozenModel):
    """One frame of the draw, by its number: of the released file, `time` in seconds."""

    number: int
    video: int
    frame: int
    time: float


class Draw(FrozenModel):
    """A random draw from a released file, by its SHA-256, and what was said of it so far."""

    sha256: str
    frames: tuple[Drawn, ...]
    sample: str
    judged: dict[int, Judgement] = Field(default_factory=dict)


class Notes(FrozenModel):
    """`done`: entries of the queue that were looked at. `finished`: the whole file was."""

    schema_version: Literal[1] = 1
    done: tuple[str, ...] = ()
    finished: bool = False
    draw: Draw | None = None

    @classmethod
    def load(cls, path: Path) -> Notes:
        """Empty when there are none. Raises PlanError when they cannot be read."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except (OSError, ValidationError) as error:
            raise PlanError(f"{path} cannot be read. Move it away to begin the queue anew.") from error

    def to_json(self) -> str:
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"

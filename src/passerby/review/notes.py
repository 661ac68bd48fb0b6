"""What a reviewer has done so far: NAME.review.json beside the plan. It holds no images and no positions."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from passerby.core.errors import PlanError
from passerby.core.model import FrozenModel
from passerby.documents.verification_report import FindingAnswer


class Judgement(FrozenModel):
    """A person's answer on one frame of the random sample: does it show somebody or something that it should not?
    `time` in ISO 8601."""

    leak: bool
    reviewer: str
    time: str


class ReviewSampleFrame(FrozenModel):
    """One frame of the sample: `number` within the sample, `frame` of the released file, `time` in seconds."""

    number: int
    video: int
    frame: int
    time: float


class ReviewSample(FrozenModel):
    """A random sample of frames of the released file with this SHA-256, and the judgements so far. `verify_sample` is
    the same sample as JSON of `passerby verify`."""

    sha256: str
    frames: tuple[ReviewSampleFrame, ...]
    verify_sample: str
    judgements: dict[int, Judgement] = Field(default_factory=dict)


class ReviewNotes(FrozenModel):
    """`reviewed`: ids of queue entries that were reviewed. `finished`: the whole file was. `answers` to findings in the
    release with the SHA-256 `answers_sha256`, by what they are about. `source_sha256` is of the file that was
    reviewed."""

    schema_version: Literal[1] = 1
    source_sha256: str | None = None
    reviewed: tuple[str, ...] = ()
    finished: bool = False
    sample: ReviewSample | None = None
    answers: dict[str, FindingAnswer] = Field(default_factory=dict)
    answers_sha256: str | None = None

    @classmethod
    def load(cls, path: Path) -> ReviewNotes:
        """Empty if there is no such file. Raises PlanError when it cannot be read."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except (OSError, ValidationError) as error:
            raise PlanError(f"Cannot read {path}. Move it away to start the review queue again.") from error

    def of_source(self, sha256: str) -> ReviewNotes:
        """These notes where they are about the file with that SHA-256; else none: nobody has seen what is there now."""
        return self if self.source_sha256 in (None, sha256) else ReviewNotes()

    def to_json(self) -> str:
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"

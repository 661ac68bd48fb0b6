"""A case: the files of one request, and who asked for them. It is saved as `passerby-case.json` in the case's folder.

Everything else of a case stays where it is: plans and review notes beside the files they are about, or in the case's
folder when the files themselves lie elsewhere.
"""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath
from typing import Literal, Self

from pydantic import Field, field_validator, model_validator

from passerby.core.model import FrozenModel

CASE_FILE = "passerby-case.json"
#: Folder of what is released, inside the case's folder.
RELEASE_FOLDER = "release"
MAX_FILES = 10_000
MAX_NUMBER_CHARS = 100


class CaseDetails(FrozenModel):
    """What a person writes about a case. `requested` is the date of the request, as YYYY-MM-DD, or empty."""

    number: str = Field(default="", max_length=MAX_NUMBER_CHARS)
    requestor: str = Field(default="", max_length=200)
    requested: str = Field(default="", max_length=10)
    agency: str = Field(default="", max_length=200)
    officer: str = Field(default="", max_length=200)

    @field_validator("requested")
    @classmethod
    def _is_date(cls, text: str) -> str:
        if text:
            date.fromisoformat(text)
        return text


class CaseEntry(FrozenModel):
    """One file of a case. `source` is relative to the case's folder when the file lies in it, else absolute; `plan` is
    relative to the case's folder, `output` to the folder of what is released. `plan_sha256` and `output_sha256` are
    those of the last release, so that a change of either is noticed."""

    source: str = Field(min_length=1)
    plan: str = Field(min_length=1)
    output: str = Field(min_length=1)
    plan_sha256: str | None = None
    output_sha256: str | None = None

    @field_validator("plan", "output")
    @classmethod
    def _stays_inside(cls, text: str) -> str:
        path = PurePosixPath(text)
        if path.is_absolute() or ".." in path.parts or "\0" in text:
            raise ValueError("plan and output lie in the folder of the case")
        return text


class CaseFile(FrozenModel):
    """A case. `removed` are files in its folder that a person took out of it. `released`: when it was packed last, and
    `archive`: the name of what was packed, in its folder."""

    schema_version: Literal[1] = 1
    details: CaseDetails = CaseDetails()
    created: str = Field(description="ISO 8601 with offset")
    files: tuple[CaseEntry, ...] = Field(default=(), max_length=MAX_FILES)
    removed: tuple[str, ...] = ()
    released: str | None = None
    archive: str | None = Field(default=None, pattern=r"^[^/\x00]+$")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        for name in ("source", "plan", "output"):
            values = [getattr(entry, name) for entry in self.files]
            if len(values) != len(set(values)):
                raise ValueError(f"two files of the case have the same {name}")
        return self

    def to_json(self) -> str:
        """As it is saved: the text of `passerby-case.json`."""
        return self.model_dump_json(indent=1, exclude_none=True) + "\n"

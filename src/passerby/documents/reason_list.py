"""The reasons that an office gives for hiding something: saved as `reasons.json`, chosen from by name."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from passerby.core.errors import CaseError
from passerby.core.kinds import Kind
from passerby.core.model import FrozenModel

#: The name of the file, in the folder that the cases lie in.
REASONS_FILE = "reasons.json"
#: Codes that were used last, the latest first.
MAX_RECENT = 5


class ReleaseReason(FrozenModel):
    """One reason. `code` is what is written beside an item, `statute` the law and `text` the explanation that go into
    the exemption log. `default_for`: kinds that have this reason where no other was given."""

    code: str = Field(min_length=1, max_length=60)
    statute: str = Field(default="", max_length=200)
    text: str = Field(default="", max_length=500)
    default_for: tuple[Kind, ...] = ()


class ReasonList(FrozenModel):
    """All reasons of an office, and those used last."""

    schema_version: Literal[1] = 1
    reasons: tuple[ReleaseReason, ...] = Field(default=(), max_length=200)
    recent: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        codes = [reason.code for reason in self.reasons]
        if len(codes) != len(set(codes)):
            raise ValueError("two reasons have the same code")
        kinds = [kind for reason in self.reasons for kind in reason.default_for]
        if len(kinds) != len(set(kinds)):
            raise ValueError("two reasons are the default for the same type")
        return self

    @classmethod
    def load(cls, path: Path) -> ReasonList:
        """Empty if there is no such file. Raises CaseError when it cannot be read."""
        try:
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except (OSError, ValidationError) as error:
            raise CaseError(f"The list of reasons {path} cannot be read. Correct it, or move it away.") from error

    @property
    def defaults(self) -> dict[Kind, str]:
        """The code that stands for each kind where no reason was given."""
        return {kind: reason.code for reason in self.reasons for kind in reason.default_for}

    def find(self, code: str) -> ReleaseReason | None:
        return next((reason for reason in self.reasons if reason.code == code), None)

    def after_use(self, code: str) -> ReasonList:
        """The same list, with `code` as the one used last."""
        recent = (code, *(other for other in self.recent if other != code))[:MAX_RECENT]
        return self.model_copy(update={"recent": recent})

    def to_json(self) -> str:
        return self.model_dump_json(indent=1) + "\n"

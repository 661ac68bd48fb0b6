"""Weights, and families of models, that other packages bring: by entry points, which a package states in its metadata.

[project.entry-points."passerby.weights"]
my-faces = "my_package.models:WEIGHTS"        # a WeightsEntry, or several

[project.entry-points."passerby.families"]
my-family = "my_package.models:FAMILY"        # a Family, under the name that weights use

They go through the same checks as an entry of one's own (weights.py): no recognition, a task of detection, kinds that
are there, and a place that they take. Whoever installs such a package runs its code; it is loaded when models are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from passerby.core.errors import WeightsError
from passerby.detect.registry.weights_entry import WeightsEntry, check_name

if TYPE_CHECKING:
    from passerby.detect.families.family import Family

WEIGHTS_GROUP, FAMILIES_GROUP = "passerby.weights", "passerby.families"


def external_weights() -> list[tuple[str, WeightsEntry]]:
    """The entries that installed packages bring, each with where it comes from. Raises WeightsError for one that cannot
    be loaded, or is none."""
    found: list[tuple[str, WeightsEntry]] = []
    for point in _points(WEIGHTS_GROUP):
        loaded = _load(point)
        entries = loaded if isinstance(loaded, (list, tuple)) else [loaded]
        for entry in entries:
            if not isinstance(entry, WeightsEntry):
                raise WeightsError(
                    f"{_origin(point)}: {type(entry).__name__} is no passerby.WeightsEntry. Correct that package, or "
                    "uninstall it."
                )
            found.append((_origin(point), entry))
    return found


def external_families(built_in: Mapping[str, Family]) -> dict[str, Family]:
    """The families that installed packages bring, by name. Raises WeightsError for one that is none, that has the name
    of a built-in one, or one that is refused."""
    # Imported here: it loads the inference runtime, and a list of models does not need that.
    from passerby.detect.families.family import Family

    found: dict[str, Family] = {}
    for point in _points(FAMILIES_GROUP):
        check_name(point.name, _origin(point))
        check_name(point.value, _origin(point))
        family = _load(point)
        if not isinstance(family, Family):
            raise WeightsError(
                f"{_origin(point)}: {type(family).__name__} is no passerby.Family. Correct it, or uninstall it."
            )
        if point.name in built_in:
            raise WeightsError(f"{_origin(point)}: {point.name} is a family of passerby. Give it another name.")
        found[point.name] = family
    return found


def _points(group: str) -> Iterable[EntryPoint]:
    return sorted(entry_points(group=group), key=lambda point: (point.name, point.value))


def _load(point: EntryPoint) -> object:
    try:
        return point.load()
    except Exception as error:  # whatever the code of others raises
        raise WeightsError(
            f"{_origin(point)} cannot be loaded: {type(error).__name__}: {error}. Correct it, or uninstall it."
        ) from error


def _origin(point: EntryPoint) -> str:
    package = point.dist.name if point.dist is not None else "a package"
    return f"{package} ({point.group}: {point.name})"

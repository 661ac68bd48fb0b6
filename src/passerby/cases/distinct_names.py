"""Names by which the files of a case are told apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from pathlib import PurePosixPath


def distinct_names(sources: Iterable[str]) -> dict[str, str]:
    """The name of each file by its path: with as much of its folders as tells it from the others of its name, and no
    more, since paths are nothing to the requestor."""
    names: dict[str, str] = {}
    left = list(dict.fromkeys(sources))
    depth = 1
    while left:
        same: dict[str, list[str]] = defaultdict(list)
        for source in left:
            same[PurePosixPath(*PurePosixPath(source).parts[-depth:]).as_posix()].append(source)
        names |= {group[0]: name for name, group in same.items() if len(group) == 1}
        whole = {source: source for source in left if len(PurePosixPath(source).parts) <= depth}
        names |= {source: name for source, name in whole.items() if source not in names}
        left = [source for source in left if source not in names]
        depth += 1
    return names

"""Keys of `site.yaml` that have another name now. The old name is refused with an error that gives the new one.

A pattern is the dotted path of a key as it stands in the file; `*` is any camera, item or broker.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

#: Old key, as a pattern, and its new name: a key in the same place.
RENAMED_KEYS: Final[Mapping[str, str]] = {
    "keep": "retention",
    "pages": "web",
    **{f"{block}.{old}": new for block in ("keep", "retention") for old, new in {"free": "min_free"}.items()},
    **{
        f"{block}.{old}": new
        for block in ("pages", "web")
        for old, new in {
            "two_persons": "dual_approval",
            "stolen": "breached_passwords",
            "idle": "idle_timeout",
            "longest": "max_session",
            "oidc.called": "display_name",
            "oidc.client": "client_id",
            "oidc.secret": "client_secret",
        }.items()
    },
    **{
        f"{block}.{old}": new
        for block in ("defaults", "cameras.*")
        for old, new in {"frames_a_second": "max_fps", "longest_side": "max_dimension"}.items()
    },
    "uplink.mqtt.bytes_a_day": "max_bytes_per_day",
    "uplink.webhooks.*.bytes_a_day": "max_bytes_per_day",
    "timetables.*.also": "extra_holidays",
    "cameras.*.counting.picture": "full_frame",
    "cameras.*.counting.zones.*.at": "anchor",
    "cameras.*.counting.lines.*.at": "anchor",
    "cameras.*.counting.rules.*.hold": "min_duration",
    "cameras.*.counting.rules.*.most": "max_count",
    "cameras.*.counting.rules.*.way": "direction",
    "cameras.*.counting.rules.*.before": "pre_roll",
    "cameras.*.counting.rules.*.after": "post_roll",
}

Location = tuple[str | int, ...]


def find_renamed(document: object, renamed: Mapping[str, str]) -> tuple[Location, str] | None:
    """(path, new name) of the first key of a document (dicts and lists) that has another name now, or None."""
    return next(_renamed(document, (), renamed), None)


def _renamed(node: object, at: Location, renamed: Mapping[str, str]) -> Iterator[tuple[Location, str]]:
    children: Iterator[tuple[str | int, object]]
    if isinstance(node, Mapping):
        for key in node:
            for pattern, new in renamed.items():
                if matches(pattern.split("."), (*at, key)):
                    yield (*at, key), new
        children = iter(node.items())
    elif isinstance(node, list | tuple):
        children = enumerate(node)
    else:
        return
    for key, child in children:
        yield from _renamed(child, (*at, key), renamed)


def matches(pattern: Sequence[str], at: Location) -> bool:
    """Is a path of keys one of those that a pattern, split at its dots, stands for?"""
    return len(pattern) == len(at) and all(part in ("*", str(key)) for part, key in zip(pattern, at, strict=True))

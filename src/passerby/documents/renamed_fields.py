"""Fields and values of saved documents that have another name now.

Documents in the old names are not read; the error names the field. Patterns are those of `config/renamed_keys.py`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from passerby.config.renamed_keys import find_renamed

#: Fields of `NAME.plan.json`.
PLAN_FIELDS: Final[Mapping[str, str]] = {
    "corrections.*.who": "author",
    "corrections.*.when": "created",
    "corrections.*.act": "group",
    "corrections.*.takes_back": "reverts",
    "corrections.*.sound_before": "audio_before",
    "corrections.*.sound_after": "audio_after",
}
#: Values of `NAME.plan.json`, by the field (in its new name) that holds them.
PLAN_VALUES: Final[Mapping[str, Mapping[str, str]]] = {"corrections.*.action": {"sound": "audio"}}
#: Fields of `NAME.report.json`.
REPORT_FIELDS: Final[Mapping[str, str]] = {
    "made": "created",
    "check.suspects": "findings",
    "shown_on_purpose": "redaction_log",
    "check.suspects.*.what": "description",
}
#: Fields of `NAME.recording.json`.
RECORDING_FIELDS: Final[Mapping[str, str]] = {
    "made": "created",
    "asked": "requested",
    "asked.begins": "start",
    "asked.ends": "end",
    "stretches": "recorded",
    "stretches.*.start": "file_start",
    "stretches.*.end": "file_end",
    "stretches.*.begins": "start",
    "stretches.*.ends": "end",
    "missing.*.begins": "start",
    "missing.*.ends": "end",
}


def explain_renamed(
    document: object, fields: Mapping[str, str], values: Mapping[str, Mapping[str, str]] | None = None
) -> str | None:
    """Where a document uses an old name, and what the new one is; None where it uses none."""
    renamed = find_renamed(document, fields)
    if renamed is not None:
        at, new = renamed
        return f"{'.'.join(str(part) for part in at)}: this field is called {new} now"
    for pattern, names in (values or {}).items():
        for path, value in _values_at(document, pattern.split("."), ""):
            if value in names:
                return f"{path}: {value} is called {names[value]} now"
    return None


def _values_at(node: object, pattern: list[str], path: str) -> Iterator[tuple[str, str]]:
    """(path, text) of every text that a pattern matches."""
    if not pattern:
        if isinstance(node, str):
            yield path, node
        return
    children = node.items() if isinstance(node, Mapping) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        if pattern[0] in ("*", str(key)):
            yield from _values_at(child, pattern[1:], f"{path}.{key}" if path else str(key))

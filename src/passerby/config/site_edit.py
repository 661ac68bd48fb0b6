"""Editing `site.yaml` as a person would: what is not changed stays as it is written, with its comments."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.util import load_yaml_guess_indent

from passerby.core.errors import UsageError

#: In place of a value: remove the key from the file.
REMOVED = object()


class SiteText:
    """The text of a site file, for editing. Raises UsageError when it is not YAML."""

    def __init__(self, text: str, path: Path) -> None:
        try:
            _, indent, offset = load_yaml_guess_indent(text)
            self._yaml = YAML(typ="rt")
            self._yaml.preserve_quotes = True
            self._yaml.width = 4096  # long lines are not wrapped
            dash = offset or 0
            self._yaml.indent(mapping=2, sequence=max(indent or 2, dash + 2), offset=dash)
            self._written = self._yaml.load(text)
        except YAMLError as error:
            raise UsageError(f"{path} is not YAML: {str(error).splitlines()[0]}. Correct it there.") from None
        if not isinstance(self._written, CommentedMap):
            raise UsageError(f"{path} lists no cameras. Print a file to start with: passerby watch --example")

    def written(self, *at: str) -> Any:  # noqa: ANN401  # any YAML value
        """The value at a path, as it is written; None when there is none."""
        node: Any = self._written
        for part in at:
            if not isinstance(node, Mapping) or part not in node:
                return None
            node = node[part]
        return _plain(node)

    def put(self, at: Sequence[str], value: object, full: object = None) -> None:
        """Write `value` at a path, or remove what is there (REMOVED). `full` is the same value with its defaults: where
        the file states one of these, it stays."""
        node = self._written
        for part in at[:-1]:
            if not isinstance(node.get(part), CommentedMap):
                if value is REMOVED:
                    return
                node[part] = CommentedMap()
            node = node[part]
        if value is REMOVED:
            node.pop(at[-1], None)
        else:
            _put(node, at[-1], value, value if full is None else full)

    def __str__(self) -> str:
        out = io.StringIO()
        self._yaml.dump(self._written, out)
        return out.getvalue()


def _put(node: Any, key: Any, value: object, full: object) -> None:  # noqa: ANN401  # ruamel's, without types
    """`node[key] = value`, as deep as possible, so that comments inside stay."""
    current = node[key] if isinstance(node, CommentedSeq) or key in node else None
    if isinstance(value, Mapping) and isinstance(current, CommentedMap) and isinstance(full, Mapping):
        for name in [name for name in current if name not in value]:
            if _differs(current[name], full.get(name, REMOVED)):
                del current[name]
        for name, part in value.items():
            _put(current, name, part, full.get(name, part))
    elif isinstance(value, list) and isinstance(current, CommentedSeq) and isinstance(full, list):
        _merge_lists(current, value, full)
    elif current is None or _differs(current, value):
        node[key] = _new_node(value)


def _merge_lists(current: CommentedSeq, value: list[object], full: list[object]) -> None:
    """Merge a list into a list: items with a name are matched by it, others by their index."""
    current_names, names = [_name(item) for item in current], [_name(item) for item in value]
    if all(names) and all(current_names):
        for index in reversed([n for n, name in enumerate(current_names) if name not in names]):
            del current[index]
    else:
        while len(current) > len(value):
            del current[len(current) - 1]
    for index, part in enumerate(value):
        found = next((n for n, item in enumerate(current) if names[index] and _name(item) == names[index]), None)
        if names[index] and found is None:
            current.insert(index, _new_node(part))
        elif found is not None and found != index:
            current.insert(index, current.pop(found))
            _put(current, index, part, full[index])
        elif index < len(current):
            _put(current, index, part, full[index])
        else:
            current.append(_new_node(part))


def _name(node: object) -> object:
    return node.get("name") if isinstance(node, Mapping) else None


def _differs(current: object, value: object) -> bool:
    """Does the file hold another value? 1 and 1.0 are equal."""
    return bool(_plain(current) != value)


def _new_node(value: object) -> object:
    """A new value as it is written: lists of scalars on one line."""
    if isinstance(value, Mapping):
        node = CommentedMap()
        for name, part in value.items():
            node[name] = _new_node(part)
        return node
    if isinstance(value, list | tuple):
        items = CommentedSeq(_new_node(part) for part in value)
        if not any(isinstance(part, Mapping) for part in value):
            items.fa.set_flow_style()
        return items
    return value


def _plain(node: object) -> Any:  # noqa: ANN401  # any YAML value
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(value) for value in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node

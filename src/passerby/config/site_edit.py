"""Changing `site.yaml` as a person would: what is not changed stays as it was written, with its comments."""

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

#: Stands for a value that is to be taken out of the file.
GONE = object()


class SiteText:
    """The text of a site's file, to be changed. Raises UsageError when it is no YAML."""

    def __init__(self, text: str, path: Path) -> None:
        try:
            _, indent, offset = load_yaml_guess_indent(text)
            self._yaml = YAML(typ="rt")
            self._yaml.preserve_quotes = True
            self._yaml.width = 4096  # lines stay as long as they are
            dash = offset or 0
            self._yaml.indent(mapping=2, sequence=max(indent or 2, dash + 2), offset=dash)
            self._written = self._yaml.load(text)
        except YAMLError as error:
            raise UsageError(f"{path} is not YAML: {str(error).splitlines()[0]}. Correct it there.") from None
        if not isinstance(self._written, CommentedMap):
            raise UsageError(f"{path} names no cameras. Print a file to begin with: passerby watch --example")

    def written(self, *at: str) -> Any:  # noqa: ANN401  # whatever stands there
        """What stands at a place, as it is written; None when nothing does."""
        node: Any = self._written
        for part in at:
            if not isinstance(node, Mapping) or part not in node:
                return None
            node = node[part]
        return _plain(node)

    def put(self, at: Sequence[str], value: object, full: object = None) -> None:
        """Write `value` at a place, or take out what is there (GONE). `full` is the same with what need not be written,
        for being what holds anyway: where that stands in the file it stays."""
        node = self._written
        for part in at[:-1]:
            if not isinstance(node.get(part), CommentedMap):
                if value is GONE:
                    return
                node[part] = CommentedMap()
            node = node[part]
        if value is GONE:
            node.pop(at[-1], None)
        else:
            _put(node, at[-1], value, value if full is None else full)

    def __str__(self) -> str:
        out = io.StringIO()
        self._yaml.dump(self._written, out)
        return out.getvalue()


def _put(node: Any, key: Any, value: object, full: object) -> None:  # noqa: ANN401  # ruamel's, without types
    """`node[key] = value`, going as deep as it can, so that comments inside stay."""
    there = node[key] if isinstance(node, CommentedSeq) or key in node else None
    if isinstance(value, Mapping) and isinstance(there, CommentedMap) and isinstance(full, Mapping):
        for gone in [name for name in there if name not in value]:
            if _differs(there[gone], full.get(gone, GONE)):
                del there[gone]
        for name, part in value.items():
            _put(there, name, part, full.get(name, part))
    elif isinstance(value, list) and isinstance(there, CommentedSeq) and isinstance(full, list):
        _put_all(there, value, full)
    elif there is None or _differs(there, value):
        node[key] = _made(value)


def _put_all(there: CommentedSeq, value: list[object], full: list[object]) -> None:
    """A list into a list: things with a name are found again by it, others by their place."""
    names = [one.get("name") if isinstance(one, Mapping) else None for one in there]
    wanted = [one.get("name") if isinstance(one, Mapping) else None for one in value]
    if all(wanted) and all(names):
        for place in reversed([n for n, name in enumerate(names) if name not in wanted]):
            del there[place]
    else:
        while len(there) > len(value):
            del there[len(there) - 1]
    for place, part in enumerate(value):
        here = next((n for n, one in enumerate(there) if wanted[place] and _name(one) == wanted[place]), None)
        if wanted[place] and here is None:
            there.insert(place, _made(part))
        elif here is not None and here != place:
            there.insert(place, there.pop(here))
            _put(there, place, part, full[place])
        elif place < len(there):
            _put(there, place, part, full[place])
        else:
            there.append(_made(part))


def _name(node: object) -> object:
    return node.get("name") if isinstance(node, Mapping) else None


def _differs(there: object, value: object) -> bool:
    """Is what stands there something else? 1 and 1.0 are not."""
    return bool(_plain(there) != value)


def _made(value: object) -> object:
    """As it is written when it is new: lists of simple things on one line."""
    if isinstance(value, Mapping):
        made = CommentedMap()
        for name, part in value.items():
            made[name] = _made(part)
        return made
    if isinstance(value, list | tuple):
        parts = CommentedSeq(_made(part) for part in value)
        if not any(isinstance(part, Mapping) for part in value):
            parts.fa.set_flow_style()
        return parts
    return value


def _plain(node: object) -> Any:  # noqa: ANN401  # whatever stands there
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

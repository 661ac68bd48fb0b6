"""Manifests: a list of what is to be redacted, one row a file or folder, with settings of its own.

CSV with a head, JSON lines, or Parquet. `path` is the only column there must be; `output` names what is written; any
other column is a setting (docs/ref/settings.md), and an empty cell leaves it to the command line. A column that is none
of these is refused: a word that is spelled wrongly must not mean that something is not hidden.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from passerby.config.regions import parse_regions
from passerby.config.settings import Settings
from passerby.core.errors import PasserbyError, UsageError

KINDS = (".csv", ".jsonl", ".ndjson", ".parquet")

#: Settings of one row, by their names.
Own = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Row:
    """`number` counts from 1; `path` and `output` are as they were written, `settings` as Settings takes them."""

    number: int
    path: str
    output: str | None
    settings: Own


def is_manifest(path: Path) -> bool:
    """By its ending: no film and no still has one of these."""
    return path.suffix.lower() in KINDS


def read_manifest(name: str, content: bytes) -> list[Row]:
    """Every row of a manifest called `name`. Raises UsageError, naming the row, where it makes no sense."""
    try:
        rows = list(_READERS[Path(name).suffix.lower()](content))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # arro3 panics on a broken file, and what it raises then is no Exception
        raise UsageError(f"The manifest {name} cannot be read: {str(error).partition(chr(10))[0]}.") from error
    read = [_row(name, number, cells) for number, cells in enumerate(rows, 1)]
    if not read:
        raise UsageError(f"The manifest {name} has no rows.")
    return read


def with_own(settings: Settings, own: Own) -> Settings:
    """The settings of the command line, and in their place those of a row, which were looked at before."""
    return Settings.model_validate(settings.model_dump() | dict(own)) if own else settings


def _row(name: str, number: int, cells: Mapping[str, object]) -> Row:
    given = {key: value for key, value in cells.items() if value is not None and value != ""}
    path, output = given.pop("path", None), given.pop("output", None)
    if not isinstance(path, str):
        raise UsageError(f"Row {number} of {name} names no path. It goes into the column `path`.")
    if output is not None and not isinstance(output, str):
        raise UsageError(f"Row {number} of {name}: `output` is no name.")
    unknown = sorted(set(cells) - set(Settings.model_fields) - {"path", "output"}, key=str)
    if unknown:
        known = ", ".join(["path", "output", *Settings.model_fields])
        raise UsageError(f"{name} has a column `{unknown[0]}` that means nothing here. Columns are: {known}.")
    try:
        settings = {key: _value(key, value) for key, value in given.items()}
        Settings.model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        where = first["loc"][0] if first["loc"] else "settings"
        raise UsageError(f"Row {number} of {name}: {where}: {first['msg']}.") from error
    except PasserbyError as error:
        raise UsageError(f"Row {number} of {name}: {error}") from error
    return Row(number, path, output, settings)


def _value(key: str, value: object) -> object:
    """A cell as the setting takes it: text as the command line has it."""
    if not isinstance(value, str):
        return value
    if key == "hide":
        return [word.strip() for word in value.split(",") if word.strip()]
    if key in ("hide_regions", "keep_regions"):
        return parse_regions(value, key)
    return value


def _csv(content: bytes) -> Iterable[Mapping[str, object]]:
    rows = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
    for row in rows:
        if None in row:
            raise ValueError(f"line {rows.line_num} has more cells than the head")
        yield row


def _json_lines(content: bytes) -> Iterable[Mapping[str, object]]:
    for number, line in enumerate(content.decode("utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError(f"line {number} is no object")
        yield row


def _parquet(content: bytes) -> Iterable[Mapping[str, object]]:
    from arro3.io import read_parquet

    if len(content) < 12 or content[:4] != b"PAR1" or content[-4:] != b"PAR1":
        raise ValueError("it is no Parquet file, or not all of one")
    for batch in read_parquet(io.BytesIO(content)):
        names = batch.schema.names
        columns = [batch.column(name).to_pylist() for name in names]
        yield from (dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True))


_READERS = {".csv": _csv, ".jsonl": _json_lines, ".ndjson": _json_lines, ".parquet": _parquet}

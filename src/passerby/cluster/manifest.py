"""Manifests: a list of inputs to redact, one row per file or folder, each with settings of its own.

CSV with a header row, JSON lines, or Parquet. `path` is the only required column; `output` names the output; any other
column is a setting (docs/ref/settings.md), and an empty cell leaves it to the command line. An unknown column is
refused: a misspelt name must not mean that something is not hidden.
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

MANIFEST_SUFFIXES = (".csv", ".jsonl", ".ndjson", ".parquet")

#: Settings of one row, by name.
RowSettings = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """`number` counts from 1; `path` and `output` are as in the manifest, `settings` as Settings accepts them."""

    number: int
    path: str
    output: str | None
    settings: RowSettings


def is_manifest(path: Path) -> bool:
    """Judged by its suffix: no video and no still has one of these."""
    return path.suffix.lower() in MANIFEST_SUFFIXES


def read_manifest(name: str, content: bytes) -> list[ManifestRow]:
    """Every row of a manifest called `name`. Raises UsageError, naming the row, for a malformed one."""
    try:
        rows = list(_READERS[Path(name).suffix.lower()](content))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # arro3 panics on a broken file, and that is not an Exception
        raise UsageError(f"The manifest {name} cannot be read: {str(error).partition(chr(10))[0]}.") from error
    read = [_parse_row(name, number, cells) for number, cells in enumerate(rows, 1)]
    if not read:
        raise UsageError(f"The manifest {name} has no rows.")
    return read


def merge_row_settings(settings: Settings, row: RowSettings) -> Settings:
    """The settings of the command line, overridden by those of a row, which were validated before."""
    return Settings.model_validate(settings.model_dump() | dict(row)) if row else settings


def _parse_row(name: str, number: int, cells: Mapping[str, object]) -> ManifestRow:
    filled = {key: value for key, value in cells.items() if value is not None and value != ""}
    path, output = filled.pop("path", None), filled.pop("output", None)
    if not isinstance(path, str):
        raise UsageError(f"Row {number} of {name} has no path. It goes into the column `path`.")
    if output is not None and not isinstance(output, str):
        raise UsageError(f"Row {number} of {name}: `output` is not a file name.")
    unknown = sorted(set(cells) - set(Settings.model_fields) - {"path", "output"}, key=str)
    if unknown:
        known = ", ".join(["path", "output", *Settings.model_fields])
        raise UsageError(f"{name} has a column `{unknown[0]}` that is unknown. Columns are: {known}.")
    try:
        settings = {key: _parse_cell(key, value) for key, value in filled.items()}
        Settings.model_validate(settings)
    except ValidationError as error:
        first = error.errors()[0]
        location = first["loc"][0] if first["loc"] else "settings"
        raise UsageError(f"Row {number} of {name}: {location}: {first['msg']}.") from error
    except PasserbyError as error:
        raise UsageError(f"Row {number} of {name}: {error}") from error
    return ManifestRow(number, path, output, settings)


def _parse_cell(key: str, value: object) -> object:
    """A cell as Settings accepts it: text is parsed as on the command line."""
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
            raise ValueError(f"line {rows.line_num} has more cells than the header")
        yield row


def _json_lines(content: bytes) -> Iterable[Mapping[str, object]]:
    for number, line in enumerate(content.decode("utf-8-sig").splitlines(), 1):
        if not line.strip():
            continue
        row = json.loads(line)
        if not isinstance(row, dict):
            raise ValueError(f"line {number} is not a JSON object")
        yield row


def _parquet(content: bytes) -> Iterable[Mapping[str, object]]:
    from arro3.io import read_parquet

    if len(content) < 12 or content[:4] != b"PAR1" or content[-4:] != b"PAR1":
        raise ValueError("it is not a Parquet file, or is truncated")
    for batch in read_parquet(io.BytesIO(content)):
        names = batch.schema.names
        columns = [batch.column(name).to_pylist() for name in names]
        yield from (dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True))


_READERS = {".csv": _csv, ".jsonl": _json_lines, ".ndjson": _json_lines, ".parquet": _parquet}

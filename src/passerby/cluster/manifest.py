"""Manifests: a list of inputs to redact, one row per file or folder, each with settings of its own.

CSV with a header row, JSON lines, or Parquet. `path` is the only required column; `output` names the output; a column
with the name of a setting (docs/ref/settings.md) is that setting, and an empty cell leaves it to the command line. Any
other column (the number of a case) is carried into the summary. One that is nearly called like a setting is refused: a
misspelt name must not mean that something is not hidden.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from pydantic import ValidationError

from passerby.config.regions import parse_regions
from passerby.config.settings import Settings, settings_fault
from passerby.core.errors import PasserbyError, UsageError

MANIFEST_SUFFIXES = (".csv", ".jsonl", ".ndjson", ".parquet")
#: How similar a column's name may be to that of a setting, 0 to 1 (difflib), before it counts as misspelt: `hid`,
#: `hides` and `hide_region` are, `side` and `case_number` are not.
MAX_SIMILARITY = 0.76
#: Other separators of tables that programs write; Excel's is the semicolon where the comma is in numbers.
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "vertical bars"}

#: Settings of one row, by name.
RowSettings = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """`number` counts from 1; `path` and `output` are as in the manifest, `settings` as Settings accepts them,
    `carried` the other columns as text. A row that cannot be used has a `fault`, and no settings."""

    number: int
    path: str
    output: str | None = None
    settings: RowSettings = field(default_factory=dict)
    carried: Mapping[str, str] = field(default_factory=dict)
    fault: str | None = None


def is_manifest(path: Path) -> bool:
    """Judged by its suffix: no video and no still has one of these."""
    return path.suffix.lower() in MANIFEST_SUFFIXES


def read_manifest(name: str, content: bytes) -> list[ManifestRow]:
    """Every row of a manifest called `name`; a malformed row says so itself. Raises UsageError where none of it can be
    used, or a column is misspelt."""
    try:
        rows = list(_READERS[Path(name).suffix.lower()](content))
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # arro3 panics on a broken file, and that is not an Exception
        raise UsageError(f"The manifest {name} cannot be read: {str(error).partition(chr(10))[0]}.") from error
    if not rows:
        raise UsageError(f"The manifest {name} has no rows.")
    _check_columns(name, {column for row in rows for column in row})
    return [_parse_row(name, number, cells) for number, cells in enumerate(rows, 1)]


def merge_row_settings(settings: Settings, row: RowSettings) -> Settings:
    """The settings of the command line, overridden by those of a row, which were validated before."""
    return Settings.model_validate(settings.model_dump() | dict(row)) if row else settings


def _check_columns(name: str, columns: Iterable[str]) -> None:
    known = ["path", "output", *Settings.model_fields]
    for column in sorted(set(columns) - set(known), key=str):
        plain = column.strip().lower().replace("-", "_").replace(" ", "_")
        meant = [plain] if plain in known else get_close_matches(plain, known, 1, MAX_SIMILARITY)
        if meant:
            raise UsageError(
                f"{name} has a column `{column}`, which is nearly called like the setting `{meant[0]}`. Correct its "
                "name, or give it another one to carry it into the summary."
            )
    if "path" not in columns:
        raise UsageError(f"{name} has no column `path`. It holds the file of each row.")


def _parse_row(name: str, number: int, cells: Mapping[str, object]) -> ManifestRow:
    filled = {key: value for key, value in cells.items() if value is not None and value != ""}
    path, output = filled.pop("path", None), filled.pop("output", None)
    carried = {key: _text(filled.pop(key)) for key in list(filled) if key not in Settings.model_fields}

    def faulty(what: str) -> ManifestRow:
        return ManifestRow(
            number, path if isinstance(path, str) else "", carried=carried, fault=f"Row {number} of {name}{what}"
        )

    if not isinstance(path, str):
        return faulty(" has no path. It goes into the column `path`.")
    if "\0" in path:
        return faulty(" has a path with a NUL byte in it. Correct that row.")
    if output is not None and not isinstance(output, str):
        return faulty(": `output` is not a file name.")
    try:
        settings = {key: _parse_cell(key, value) for key, value in filled.items()}
        Settings.model_validate(settings)
    except ValidationError as error:
        return faulty(f": {settings_fault(error)}.")
    except PasserbyError as error:
        return faulty(f": {error}")
    return ManifestRow(number, path, output, settings, carried)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, default=str, ensure_ascii=False)


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
    text = content.decode("utf-8-sig")
    header = text.partition("\n")[0]
    for separator, called in _OTHER_SEPARATORS.items():
        if separator in header and "," not in header:
            raise ValueError(
                f"its columns are separated by {called}, and must be by commas. Save it as CSV with commas"
            )
    rows = csv.DictReader(io.StringIO(text, newline=""), strict=True)
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

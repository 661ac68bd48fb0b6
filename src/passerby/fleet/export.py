"""Sums of published counts, and how far lines are off, as tables: CSV and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from passerby.fleet.store.tables import BIASED
from passerby.fleet.store.totals import Every, TotalsRow
from passerby.fleet.store.validations import LineBias

#: The columns, and the type of each. Empty, or null, is unknown, and never zero.
COLUMNS = {
    "site": "text",
    "display_name": "text",  # of the site
    "start": "text",  # an hour in UTC, ISO 8601; a day, or the Monday of a week, of the site's zone
    "interval": "text",
    "entries": "count",
    "forward": "count",
    "backward": "count",
    "observed_seconds": "number",
    "possible_seconds": "number",  # what observed_seconds would be without a gap
    "suppressed": "count",  # numbers that were left out of the sum, as too small
    "doubtful": "count",  # numbers without a trusted clock
}
#: Of the lines and zones that a person counted too. A bias is a share of what the person counted: -0.04 is four percent
#: too few, before noise; `low` and `high` are its 95 % interval. Null where too little was counted.
BIAS_COLUMNS = {
    "site": "text",
    "display_name": "text",  # of the site
    "camera": "text",
    "location": "text",
    "location_type": "text",  # line, or zone
    "class": "text",
    "finished": "text",  # when the person had counted: UTC, ISO 8601
    "minutes": "count",  # that were drawn
    "counted": "count",  # of these, those that could be counted
    **{f"{part}_{name}".removeprefix("both_"): "number" for part in BIASED for name in ("bias", "low", "high")},
    "public_key": "text",  # with which the site signed it
    "keys": "count",  # with how many the site has signed
}
Row = dict[str, object]
_TIME = "%Y-%m-%dT%H:%M:%SZ"


def table_rows(totals: Sequence[TotalsRow], every: Every) -> list[Row]:
    """The rows. `site` is empty for all sites together."""
    return [{name: _cell(total, name, every) for name in COLUMNS} for total in totals]


def bias_rows(biases: Sequence[LineBias]) -> list[Row]:
    """A row for each line or zone and class, with BIAS_COLUMNS."""
    return [_bias_row(found) for found in biases]


def to_csv(rows: Sequence[Row], columns: Mapping[str, str] = COLUMNS) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def to_parquet(rows: Sequence[Row], columns: Mapping[str, str] = COLUMNS) -> bytes:
    from arro3.core import Array, DataType, Table
    from arro3.io import write_parquet

    types = {"text": DataType.utf8(), "number": DataType.float64(), "count": DataType.int64()}
    arrays = {name: Array([row[name] for row in rows], type=types[kind]) for name, kind in columns.items()}
    file = io.BytesIO()
    write_parquet(Table.from_pydict(dict(arrays)), file)
    return file.getvalue()


def _bias_row(found: LineBias) -> Row:
    row: Row = {
        "class": found.object_class,
        "finished": datetime.fromtimestamp(found.finished, UTC).strftime(_TIME),
    }
    for part in BIASED:
        bias = getattr(found, part)
        for name in ("bias", "low", "high"):
            row[f"{part}_{name}".removeprefix("both_")] = None if bias is None else getattr(bias, name)
    return {name: row[name] if name in row else getattr(found, name) for name in BIAS_COLUMNS}


def _cell(total: TotalsRow, name: str, every: Every) -> object:
    if name == "interval":
        return every.value
    if name == "start":
        form = _TIME if every is Every.HOUR else "%Y-%m-%d"
        return datetime.fromtimestamp(total.start, UTC).strftime(form)
    return getattr(total, name)

"""Sums of published counts as a table: CSV and Parquet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime

from passerby.fleet.store.totals import Every, TotalsRow

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
Row = dict[str, object]


def table_rows(totals: Sequence[TotalsRow], every: Every) -> list[Row]:
    """The rows. `site` is empty for all sites together."""
    return [{name: _cell(total, name, every) for name in COLUMNS} for total in totals]


def to_csv(rows: Sequence[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def to_parquet(rows: Sequence[Row]) -> bytes:
    from arro3.core import Array, DataType, Table
    from arro3.io import write_parquet

    types = {"text": DataType.utf8(), "number": DataType.float64(), "count": DataType.int64()}
    arrays = {name: Array([row[name] for row in rows], type=types[kind]) for name, kind in COLUMNS.items()}
    file = io.BytesIO()
    write_parquet(Table.from_pydict(dict(arrays)), file)
    return file.getvalue()


def _cell(total: TotalsRow, name: str, every: Every) -> object:
    if name == "interval":
        return every.value
    if name == "start":
        form = "%Y-%m-%dT%H:%M:%SZ" if every is Every.HOUR else "%Y-%m-%d"
        return datetime.fromtimestamp(total.start, UTC).strftime(form)
    return getattr(total, name)

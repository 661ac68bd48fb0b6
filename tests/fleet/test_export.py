"""Tables for other programs."""

import io

from arro3.io import read_parquet

from passerby.fleet.export import COLUMNS, table_rows, to_csv, to_parquet
from passerby.fleet.store.totals import Every, TotalsRow

ROW = TotalsRow("north", "North", 1_800_000_000 // 86400 * 86400, None, 12, 7, 3600.0, 7200.0, 1, 0)


def test_unknown_is_empty_and_never_zero():
    [row] = table_rows([ROW], Every.DAY)
    assert list(COLUMNS) == list(row)
    assert "north,North,2027-01-15,day,,12,7,3600.0,7200.0,1,0" == to_csv([row]).decode().splitlines()[1]
    table = read_parquet(io.BytesIO(to_parquet([row]))).read_all()
    assert [None] == table["entries"].to_pylist()


def test_hours_are_times_and_days_are_dates():
    assert "2027-01-15T00:00:00Z" == table_rows([ROW], Every.HOUR)[0]["start"]

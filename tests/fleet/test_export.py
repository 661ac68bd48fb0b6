"""Tables for other programs."""

import io

from arro3.io import read_parquet

from passerby.documents.count_validation import CountBias
from passerby.fleet.export import BIAS_COLUMNS, COLUMNS, bias_rows, table_rows, to_csv, to_parquet
from passerby.fleet.store.totals import Every, TotalsRow
from passerby.fleet.store.validations import LineBias

ROW = TotalsRow("north", "North", 1_800_000_000 // 86400 * 86400, None, 12, 7, 3600.0, 7200.0, 1, 0)


def test_unknown_is_empty_and_never_zero():
    [row] = table_rows([ROW], Every.DAY)
    assert list(COLUMNS) == list(row)
    assert "north,North,2027-01-15,day,,12,7,3600.0,7200.0,1,0" == to_csv([row]).decode().splitlines()[1]
    table = read_parquet(io.BytesIO(to_parquet([row]))).read_all()
    assert [None] == table["entries"].to_pylist()


def test_hours_are_times_and_days_are_dates():
    assert "2027-01-15T00:00:00Z" == table_rows([ROW], Every.HOUR)[0]["start"]


def test_a_bias_that_nobody_knows_is_empty():
    both = CountBias(bias=-0.04, low=-0.07, high=-0.01)
    found = LineBias(
        "north", "North", "gate", "door", "line", "person", 1_800_000_000, 30, 29, both, both, None, "ab", 1
    )  # fmt: skip
    [row] = bias_rows([found])
    assert list(BIAS_COLUMNS) == list(row)
    text = to_csv([row], BIAS_COLUMNS).decode().splitlines()[1]
    start = "north,North,gate,door,line,person,2027-01-15T08:00:00Z,30,29"
    assert f"{start},-0.04,-0.07,-0.01,-0.04,-0.07,-0.01,,,,ab,1" == text
    table = read_parquet(io.BytesIO(to_parquet([row], BIAS_COLUMNS))).read_all()
    assert [-0.04] == table["bias"].to_pylist()
    assert [None] == table["backward_low"].to_pylist()

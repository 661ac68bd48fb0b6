import io
import re

import pytest

from passerby.cluster.run_table import COLUMNS, plot_svg, to_parquet

pytest.importorskip("arro3.io")

ROWS = [
    {"file": "a.mp4", "state": "done", "frames": 100, "needs_review": False, "started": 1000.0, "seconds": 60.0},
    {"file": "b.mp4", "state": "failed", "message": "It is empty."},
]


def test_missing_values_are_null():
    from arro3.io import read_parquet

    (batch,) = list(read_parquet(io.BytesIO(to_parquet(ROWS))))
    columns = {name: batch.column(name).to_pylist() for name in batch.schema.names}
    assert list(COLUMNS) == list(columns)
    assert [100, None] == columns["frames"]
    assert [False, None] == columns["needs_review"]
    assert [None, "It is empty."] == columns["message"]


def test_the_plot_is_svg_and_the_same_each_time():
    pytest.importorskip("matplotlib")
    assert plot_svg(ROWS).startswith("<?xml")
    assert plot_svg(ROWS) == plot_svg(ROWS)
    assert plot_svg(ROWS) != plot_svg([{**ROWS[0], "frames": 900}])


def test_a_run_without_a_finished_file_can_be_plotted():
    pytest.importorskip("matplotlib")
    assert re.search(r"<svg", plot_svg([ROWS[1]]))

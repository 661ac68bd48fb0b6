"""The table of a run over a cluster, one row per file, as Parquet; and a plot of its throughput."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from itertools import accumulate

#: The columns of the table: names and types. docs/guide/archives.md explains them.
COLUMNS: Mapping[str, str] = {
    "file": "text",
    "state": "text",
    "message": "text",
    "output": "text",
    "frames": "count",
    "video_seconds": "number",
    "tracks": "count",
    "covered": "count",
    "findings": "count",
    "needs_review": "bool",
    "node": "text",
    "started": "number",
    "seconds": "number",
}

RunRow = Mapping[str, object]


def to_parquet(rows: Sequence[RunRow]) -> bytes:
    """The table as Parquet; a value that a row lacks is null."""
    from arro3.core import Array, DataType, Table
    from arro3.io import write_parquet

    types = {
        "text": DataType.utf8(),
        "number": DataType.float64(),
        "count": DataType.int64(),
        "bool": DataType.bool(),
    }
    arrays = {name: Array([row.get(name) for row in rows], type=types[kind]) for name, kind in COLUMNS.items()}
    file = io.BytesIO()
    write_parquet(Table.from_pydict(dict(arrays)), file)
    return file.getvalue()


def plot_svg(rows: Sequence[RunRow]) -> str:
    """SVG: frames per second over the minutes of the run, and the number of files in progress."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    spans = sorted(
        (
            float(str(row["started"])),
            float(str(row["started"])) + float(str(row["seconds"])),
            int(str(row["frames"] or 0)),
        )
        for row in rows
        if row.get("started") and row.get("seconds") is not None
    )
    figure = Figure(figsize=(8, 4.5), layout="constrained")
    speed, busy = figure.subplots(2, 1, sharex=True)
    if spans:
        first, last = spans[0][0], max(end for _, end, _ in spans)
        bins = 60
        width = max((last - first) / bins, 1e-6)
        done = [0.0] * bins
        for start, end, frames in spans:  # each file's frames are distributed evenly over the time it took
            for n in range(bins):
                low, high = first + n * width, first + (n + 1) * width
                share = max(0.0, min(end, high) - max(start, low)) / max(end - start, 1e-6)
                done[n] += frames * share
        minutes = [(n + 0.5) * width / 60 for n in range(bins)]
        speed.plot(minutes, [frames / width for frames in done])
        steps = sorted([(start, 1) for start, _, _ in spans] + [(end, -1) for _, end, _ in spans])
        busy.step([(at - first) / 60 for at, _ in steps], list(accumulate(n for _, n in steps)), where="post")
    speed.set_ylabel("frames per second")
    busy.set_ylabel("files in progress")
    busy.set_xlabel("minutes")
    for axes in (speed, busy):
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    file = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": "passerby"}):
        figure.savefig(file, format="svg", metadata={"Date": None})
    return file.getvalue()

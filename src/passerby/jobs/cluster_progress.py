"""A run over a cluster as a person sees it: told of as it goes, and summed up when it is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from passerby.config.object_path import is_away
from passerby.core.errors import PasserbyError
from passerby.jobs.inputs import Inputs
from passerby.jobs.job import Outcome, Work
from passerby.jobs.progress import Overall
from passerby.jobs.summary import row, say

#: Stretches of a span of a film that lies in object storage, at least: each step of it fetches all of the film.
FETCHED = 3


def over_cluster(on: str, jobs: int | None, works: Sequence[Work], todo: Inputs, json: bool) -> list[Outcome]:
    """Do all of it on that cluster. Beside summary.json go summary.parquet, a row a file, and summary.svg, a plot of
    how fast it went. Raises ClusterError or UsageError when the cluster cannot be used; what was done till then is
    done."""
    from passerby.cluster.ray_cluster import Cluster
    from passerby.cluster.scheduler import CORES
    from passerby.jobs.cluster_run import run_on

    works = [replace(work, threads=CORES, cut=FETCHED if is_away(work.job.source) else 1) for work in works]
    outcomes: list[Outcome] = []
    rows: list[dict[str, object]] = []
    try:
        with Cluster(on, jobs) as cluster, Overall([work.job for work in works], json) as overall:
            for outcome, ran in run_on(cluster, works, None if cluster.local else jobs, overall.step):
                say(outcome, json)
                overall.done(outcome)
                outcomes.append(outcome)
                rows.append(_row(outcome) | {"node": ran.node, "began": ran.began or None, "seconds": ran.seconds})
    finally:
        if todo.summary is not None and rows:
            _write(todo.summary, rows)
    return outcomes


def put_text(path: Path, text: str) -> None:
    """A small file, whole or not at all, wherever it lies. Raises OSError or PasserbyError."""
    put_bytes(path, text.encode())


def put_bytes(path: Path, content: bytes) -> None:
    """The same of bytes."""
    if is_away(path):
        from passerby.cluster.object_store import Objects

        Objects(path).write(content, path)
        return
    from passerby.sink.output_file import OutputFile

    path.parent.mkdir(parents=True, exist_ok=True)
    with OutputFile(path, force=True) as output:
        output.part.write_bytes(content)
        output.commit()


def _row(outcome: Outcome) -> dict[str, object]:
    line = row(outcome)
    report = outcome.report
    told = {name: line.get(name) for name in ("file", "state", "message", "output", "frames", "suspects")}
    told["needs_a_person"] = line.get("needs_a_person")
    if report is not None:
        told["video_seconds"] = report.source.duration
        told["tracks"] = sum(hidden.tracks for hidden in report.hidden)
        told["covered"] = report.output.covered
    return told


def _write(summary: Path, rows: Sequence[dict[str, object]]) -> None:
    from passerby.cluster.run_table import parquet, plot

    try:
        put_bytes(summary.with_suffix(".parquet"), parquet(rows))
        put_text(summary.with_suffix(".svg"), plot(rows))
    except (PasserbyError, OSError) as error:  # the run itself is not worth less by it
        import sys

        print(f"passerby: the table of the run cannot be written: {error}", file=sys.stderr)

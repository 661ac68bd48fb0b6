"""What each section of docs/benchmarks.md measures: one function a section, which gives what is saved as JSON."""

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
from passerby.bench.tools import PASSERBY, deface_program
from passerby.detect.weights import cache_folder

HERE = Path(__file__).parent
#: The annotated folders, below EVAL/dev.
SETS = ("faces", "plates", "moving")
PROFILES = ("fast", "balanced", "thorough")


@dataclass(frozen=True)
class Asked:
    """What the command line asks for. `quick` measures little, to see that all works."""

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
            sys.exit(f"This section needs footage with truth: --eval DIR, in which dev/{name}/{ANNOTATIONS} lies.")
        folder = self.eval / "dev" / name
        return _part(folder, self.work / "part" / name) if self.quick else folder


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    told = dict(
        (word.strip() for word in line.split(":", 1))
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if ":" in line
    )
    return {
        "day": date.today().isoformat(),
        "cpu": told.get("model name", platform.machine()),
        "bfloat16": "_bf16" in told.get("flags", ""),
        "processors": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
    }


def accuracy(asked: Asked) -> dict[str, Any]:
    return {name: _scored(asked.folder(name), "balanced") | {"machine": machine()} for name in asked.sets}


def profiles(asked: Asked) -> dict[str, Any]:
    speed = {profile: _speed(asked, 1080, 1, "--profile", profile) for profile in PROFILES}
    sets = {
        profile: {name: _scored(asked.folder(name), profile) for name in asked.sets}
        for profile in PROFILES
        if profile != "balanced"  # the section accuracy has it
    }
    return {"speed": speed, "sets": sets}


def deface(asked: Asked) -> dict[str, Any]:
    program = deface_program(cache_folder(os.environ).with_name("benchmarks"))
    return {name: _by_deface(program, asked.folder(name)) for name in asked.sets}


def speed(asked: Asked) -> dict[str, Any]:
    return _speed(asked, 1080, asked.rounds, "--against", "deface", "--against", "transcode")


def large(asked: Asked) -> dict[str, Any]:
    return _speed(asked, 2160, asked.rounds, "--against", "transcode")


def stages(asked: Asked) -> dict[str, Any]:
    clip = asked.sample(1080, 3 if asked.quick else 12)
    return _told([sys.executable, HERE / "stages.py", clip, "--json"])


def cost(asked: Asked) -> dict[str, Any]:
    heights = [540, 720, 1080] if asked.quick else list(clips.HEIGHTS)
    lengths = [2, 4] if asked.quick else [5, 10, 20, 60]
    sizes = {clips.HEIGHTS[height]: _speed(asked, height, asked.rounds, "--against", "transcode") for height in heights}
    long = {f"{seconds:g}": _speed(asked, 1080, 1, seconds=seconds) for seconds in lengths}
    return {"sizes": sizes, "lengths": long}


def memory(asked: Asked) -> dict[str, Any]:
    lengths = ["--short", "2", "--long", "6"] if asked.quick else []
    clip = [] if asked.clip is None else ["--clip", asked.clip]
    heights = [1080] if asked.quick else [1080, 2160]
    # At 4K a minute is enough to see whether it grows; ten take an hour.
    long = {1080: [], 2160: ["--long", "60"]}
    return {
        clips.HEIGHTS[height]: _told(
            [sys.executable, HERE / "memory.py", "--json", "--height", height, *clip, *(lengths or long[height])]
        )
        for height in heights
    }


SECTIONS: dict[str, Callable[[Asked], dict[str, Any]]] = {
    "accuracy": accuracy,
    "deface": deface,
    "profiles": profiles,
    "speed": speed,
    "4k": large,
    "stages": stages,
    "cost": cost,
    "memory": memory,
}


def _speed(asked: Asked, height: int, rounds: int, *words: str, seconds: float | None = None) -> dict[str, Any]:
    clip = asked.sample(height, seconds or (3 if asked.quick else 20))
    return _told([*PASSERBY, "bench", "speed", clip, "--rounds", rounds, "--json", *words])


def _scored(folder: Path, profile: str, *words: object) -> dict[str, Any]:
    return _told([*PASSERBY, "bench", "accuracy", folder, "--profile", profile, "--json", *words])


def _by_deface(program: Path, folder: Path) -> dict[str, Any]:
    truth = json.loads((folder / ANNOTATIONS).read_text())
    with tempfile.TemporaryDirectory(prefix="passerby-bench-") as scratch:
        places = {entry["file"]: Path(scratch, entry["file"]) for entry in truth.get("images", [])}
        for file, place in places.items():
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to((folder / file).resolve())
        # Stills are given to it all at once: it writes beside them, under another name.
        _deface(program, *places.values())
        for file, place in places.items():
            place.unlink()
            beside = place.with_stem(f"{place.stem}_anonymized")
            if beside.exists():
                beside.rename(place)
            else:
                _deface(program, folder / file, "-o", place)
        for entry in truth.get("videos", []):
            out = Path(scratch, entry["file"])
            out.parent.mkdir(parents=True, exist_ok=True)
            _deface(program, folder / entry["file"], "-o", out)
        return _scored(folder, "balanced", "--redacted", scratch)


def _deface(program: Path, *words: str | Path) -> None:
    """What it cannot do is missing afterwards, and counts as shown."""
    if words:
        subprocess.run([program, *words], check=False, stdin=subprocess.DEVNULL, capture_output=True)


def _told(command: list[Any]) -> dict[str, Any]:
    done = subprocess.run(
        [str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(str(word) for word in command[-6:])} ended with {done.returncode}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def _part(folder: Path, part: Path) -> Path:
    """A few files of a folder, linked."""
    truth = json.loads((folder / ANNOTATIONS).read_text())
    few = {"images": truth.get("images", [])[::12], "videos": truth.get("videos", [])[::15]}
    for entry in few["images"] + few["videos"]:
        link = part / entry["file"]
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.symlink_to((folder / entry["file"]).resolve())
    (part / ANNOTATIONS).write_text(json.dumps(few))
    return part

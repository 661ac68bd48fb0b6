"""Installs the wheel as users do, with the newest and with the oldest dependencies that it allows, on every Python that
is to be had here, and redacts a film, a still and a folder with each: `python scripts/try_wheel.py`, in `make soak`.

The bounds in pyproject.toml promise that each of these works; `pip check` does not know. Python 3.11 and later that uv
or pyenv has are found; others are named with --python.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
OLDEST, NEWEST = (3, 11), (3, 14)
RESOLUTIONS = {"newest": "highest", "oldest": "lowest-direct"}
#: Makes a film and a still, with what the wheel itself brings along: two seconds of the sample of `passerby demo`.
MAKE = """
import sys, cv2
from pathlib import Path
from passerby.demo.sample import make_sample
from passerby.demo.portrait import portrait
folder = Path(sys.argv[1])
make_sample(folder / "film.mp4", portrait())
ok, frame = cv2.VideoCapture(str(folder / "film.mp4")).read()
assert ok and cv2.imwrite(str(folder / "still.jpg"), frame)
"""
#: Packages whose versions are told: those that broke, or do most of the work.
TOLD = ("av", "numpy", "opencv-python-headless", "openvino", "pillow", "pydantic", "typer")


@dataclass(frozen=True, slots=True)
class Attempt:
    """One Python with one choice of dependencies: the versions, and what failed, None where nothing did."""

    python: str
    dependencies: str
    versions: dict[str, str]
    seconds: float
    fault: str | None


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n\n")[0])
    parser.add_argument("--wheel", type=Path, help="by default it is built")
    parser.add_argument("--python", action="append", help="a Python to try; by default all that are found")
    parser.add_argument("--dependencies", choices=RESOLUTIONS, action="append", help="by default both")
    arguments = parser.parse_args()
    pythons = arguments.python or found_pythons()
    if not pythons:
        print("There is no Python 3.11 or later here.", file=sys.stderr)
        return 1
    failed = False
    with tempfile.TemporaryDirectory() as folder:
        wheel = arguments.wheel or build(Path(folder) / "dist")
        for python in pythons:
            for dependencies in arguments.dependencies or RESOLUTIONS:
                tried = attempt(wheel, python, dependencies, Path(folder) / "attempt")
                failed |= tried.fault is not None
                print(line_of(tried), flush=True)
    return int(failed)


def line_of(tried: Attempt) -> str:
    """A row of the table in docs/design/release.md."""
    versions = ", ".join(f"{name} {tried.versions.get(name, '?')}" for name in TOLD)
    result = "works" if tried.fault is None else f"FAILS: {tried.fault}"
    return f"| {tried.python} | {tried.dependencies} | {versions} | {tried.seconds:.0f} s | {result} |"


def found_pythons(pyenv: Path | None = None) -> list[str]:
    """One Python of each minor version from the oldest to the newest that passerby supports: those of pyenv, and those
    that uv knows."""
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") if pyenv is None else pyenv
    found: dict[tuple[int, int], str] = {}
    for path in sorted((pyenv / "versions").glob("3.*/bin/python3")):
        version = re.fullmatch(r"(\d+)\.(\d+)\.\d+", path.parent.parent.name)
        if version is not None:
            found[int(version[1]), int(version[2])] = str(path)
    for minor in range(OLDEST[1], NEWEST[1] + 1):
        if (3, minor) not in found:
            asked = [uv(), "python", "find", "--no-python-downloads", f"3.{minor}"]
            answer = subprocess.run(asked, capture_output=True, text=True, cwd="/")
            if answer.returncode == 0:
                found[3, minor] = answer.stdout.strip()
    return [path for version, path in sorted(found.items()) if OLDEST <= version <= NEWEST]


def attempt(wheel: Path, python: str, dependencies: str, folder: Path) -> Attempt:
    """Install into an empty environment and redact; everything of it is deleted again."""
    started, versions = time.monotonic(), dict[str, str]()
    name = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[1]
    shutil.rmtree(folder, ignore_errors=True)
    try:
        environment = folder / "environment"
        run([uv(), "venv", "--quiet", "--python", python, str(environment)])
        inside = environment / "bin" / "python"
        resolution = ["--resolution", RESOLUTIONS[dependencies]]
        # Named one by one: only what is asked for directly comes in its oldest version.
        wanted = [str(wheel), *requirements(wheel)]
        run([uv(), "pip", "install", "--quiet", "--python", str(inside), *resolution, *wanted])
        listed = run([uv(), "pip", "list", "--python", str(inside), "--format", "json"])
        versions = {package["name"]: package["version"] for package in json.loads(listed)}
        redact(environment / "bin" / "passerby", inside, folder / "files")
        fault = None
    except subprocess.CalledProcessError as error:
        lines = [line for line in (error.stderr or error.stdout or "").strip().splitlines() if line.strip()]
        fault = f"{Path(error.cmd[0]).name} {error.cmd[1]}: exit {error.returncode}: {' / '.join(lines[-2:])}"
    except WrongResult as error:
        fault = str(error)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Attempt(name, dependencies, versions, time.monotonic() - started, fault)


class WrongResult(Exception):
    """It ran, and what came out is not what should."""


def redact(program: Path, python: Path, files: Path) -> None:
    """Redact a film, a still, and a folder of both. Raises CalledProcessError and WrongResult."""
    source, out = files / "in", files / "out"
    source.mkdir(parents=True)
    run([str(program), "--version"])
    run([str(program), "models", "fetch"])
    run([str(python), "-c", MAKE, str(source)])
    run([str(program), "redact", str(source / "film.mp4"), "-o", str(files / "film.mp4")])
    run([str(program), "redact", str(source / "still.jpg"), "-o", str(files / "still.jpg")])
    run([str(program), "redact", str(source), "--out-dir", str(out)])
    run([str(program), "verify", str(files / "film.mp4")], allowed=(0, 3))
    expected = {"film": {"face", "plate"}, "still": {"face"}}
    for folder in (files, out):
        for name, kinds in expected.items():
            report = json.loads((folder / f"{name}.report.json").read_text(encoding="utf-8"))
            hidden = {entry["kind"] for entry in report["hidden"] if entry["tracks"]}
            if not kinds <= hidden:
                raise WrongResult(f"{folder.name}/{name}: hidden: {sorted(hidden)}, expected {sorted(kinds)}")


def requirements(wheel: Path) -> list[str]:
    """What the wheel needs without any extra."""
    with zipfile.ZipFile(wheel) as opened:
        name = next(name for name in opened.namelist() if name.endswith(".dist-info/METADATA"))
        lines = opened.read(name).decode().partition("\n\n")[0].splitlines()
    needed = [line.removeprefix("Requires-Dist: ") for line in lines if line.startswith("Requires-Dist: ")]
    return [line for line in needed if "extra ==" not in line]


def run(command: Sequence[str], allowed: Sequence[int] = (0,)) -> str:
    """What the command prints. Raises CalledProcessError for an exit code that is not `allowed`."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(command, capture_output=True, text=True, env=environment)
    if done.returncode not in allowed:
        raise subprocess.CalledProcessError(done.returncode, list(command), done.stdout, done.stderr)
    return done.stdout


def uv() -> str:
    """The path of uv, installed where it is missing."""
    return run([str(ROOT / "scripts" / "uv")]).strip()


def build(folder: Path) -> Path:
    """The wheel of this copy."""
    run([str(ROOT / "scripts" / "build-web")])
    run([uv(), "build", "--quiet", "--wheel", "--out-dir", str(folder), str(ROOT)])
    return next(folder.glob("*.whl"))


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""How fast, how large and how hungry: passerby beside deface and a plain transcode, on one clip, in turn.

    benchmarks/speed.py [CLIP] [--seconds 20] [--rounds 3]      frames a second, sizes, memory
    benchmarks/speed.py [CLIP] --memory [--short 10] [--long 600]   memory of a short and a long file

Without CLIP, the demo's sample is made, 1920x1080, and repeated. Every run is a whole cold process with default
settings, passerby with its check; the program that runs is the one installed beside this Python. deface 1.5.0 is
installed from the package index into an environment of its own in the cache. Rounds go in turn, since machines are
not equally fast all the time; ratios are those of runs of the same round. Memory is the sum of the high-water marks of
a process and all that it starts. Sound is left out everywhere: passerby removes it, and deface drops it.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from passerby.cli.portrait import portrait
from passerby.cli.sample import RATE, make_sample
from passerby.detect.weights import cache_folder

DEFACE = "deface==1.5.0"
PASSERBY = Path(sys.executable).with_name("passerby")
MIB = 1 << 20


@dataclass(frozen=True)
class Run:
    """One run of one tool: frames a second, MiB, and bits a second of what it wrote."""

    speed: float
    memory: float
    rate: float


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clip", type=Path, nargs="?")
    parser.add_argument("--seconds", type=float, default=20, help="length of the clip that is made")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", action="store_true")
    parser.add_argument("--short", type=float, default=10, help="seconds")
    parser.add_argument("--long", type=float, default=600, help="seconds")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="passerby-speed-") as scratch:
        folder = Path(scratch)
        clip = given.clip or _sample(folder)
        if given.memory:
            _memory(folder, clip, given.short, given.long)
        else:
            _speed(folder, clip if given.clip else _looped(clip, folder / "clip.mp4", given.seconds), given.rounds)
    return 0


def _speed(folder: Path, clip: Path, rounds: int) -> None:
    frames, source = _measured(clip)
    commands = {name: [str(word) for word in command] for name, command in _tools(clip)}
    runs: dict[str, list[Run]] = {name: [] for name in commands}
    for number in range(1, rounds + 1):
        for name, command in commands.items():
            out = folder / f"{name}.mp4"
            out.unlink(missing_ok=True)
            seconds, memory = _run([*command, str(out)])
            run = Run(frames / seconds, memory, _measured(out)[1])
            runs[name].append(run)
            print(f"round {number}  {name:9} {run.speed:6.1f} frames a second  {run.memory:6.0f} MiB", flush=True)
    print(f"\n{clip.name}: {frames} frames, {_size(clip)}, {source / 1e6:.2f} Mbit/s; {os.cpu_count()} processors")
    for name, done in runs.items():
        print(f"{name:9} frames a second {_spread([run.speed for run in done])}  MiB {max(r.memory for r in done):.0f}")
    ours = runs["passerby"]
    for other in ("deface", "transcode"):
        ratios = [a.speed / b.speed for a, b in zip(ours, runs[other], strict=True)]
        print(f"speed: passerby / {other} {_spread(ratios)}")
    print(f"bits: passerby / source {_spread([run.rate / source for run in ours])}")
    ratios = [a.rate / b.rate for a, b in zip(ours, runs["transcode"], strict=True)]
    print(f"bits: passerby / transcode {_spread(ratios)}")


def _memory(folder: Path, clip: Path, short: float, long: float) -> None:
    for seconds in (short, long):
        part = _looped(clip, folder / "part.mp4", seconds)
        frames, _ = _measured(part)
        took, memory = _run([str(PASSERBY), "redact", str(part), "--force", "-o", str(folder / "out.mp4")])
        print(
            f"{seconds:5.0f} s ({frames} frames, {_size(part)}): {memory:.0f} MiB, {frames / took:.1f} frames a second"
        )


def _tools(clip: Path) -> Iterator[tuple[str, Sequence[object]]]:
    """(name, command without the name of its output)."""
    yield "passerby", [PASSERBY, "redact", clip, "--force", "-o"]
    yield "deface", [_deface(), clip, "-o"]
    yield "transcode", [_ffmpeg(), "-y", "-i", clip, "-c:v", "libx264", "-preset", "veryfast", "-an"]


def _run(command: list[str]) -> tuple[float, float]:
    """(seconds, MiB) of a whole process. What it says is shown when it fails; 3 is passerby asking for a person."""
    with tempfile.TemporaryFile() as told:
        begun = time.monotonic()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=told, stderr=told)
        marks: dict[int, float] = {}
        while process.poll() is None:
            marks.update(_high_water(process.pid))
            time.sleep(0.05)
        seconds = time.monotonic() - begun
        if process.returncode not in (0, 3):
            told.seek(0)
            sys.exit(f"{' '.join(command)} ended with {process.returncode}:\n{told.read().decode(errors='replace')}")
    return seconds, sum(marks.values())


def _high_water(pid: int) -> Iterator[tuple[int, float]]:
    """(process, MiB) of a process and everything it has started."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
        children = [path.read_text() for path in Path(f"/proc/{pid}/task").glob("*/children")]
    except OSError:  # it has just ended
        return
    for line in status.splitlines():
        if line.startswith("VmHWM:"):
            yield pid, int(line.split()[1]) * 1024 / MIB
    for child in " ".join(children).split():
        yield from _high_water(int(child))


def _measured(path: Path) -> tuple[int, float]:
    """(frames, bits a second of the picture alone) of a file."""
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        packets = [packet for packet in container.demux(stream) if packet.size]
        base = stream.time_base
    times = sorted(packet.pts for packet in packets)
    seconds = float((times[-1] - times[0]) * base) * len(times) / max(1, len(times) - 1)
    return len(packets), sum(packet.size for packet in packets) * 8 / seconds


def _size(path: Path) -> str:
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        return f"{stream.width}x{stream.height}"


def _spread(values: list[float]) -> str:
    return f"{statistics.median(values):.2f} (min {min(values):.2f}, max {max(values):.2f})"


def _sample(folder: Path) -> Path:
    """The demo's sample, 1920x1080."""
    small, large = folder / "sample.mp4", folder / "large.mp4"
    make_sample(small, portrait())
    with av.open(str(small)) as source, av.open(str(large), "w") as output:
        stream = output.add_stream("libx264", rate=RATE, options={"crf": "20", "preset": "veryfast"})
        stream.width, stream.height, stream.pix_fmt = 1920, 1080, "yuv420p"
        for frame in source.decode(video=0):
            output.mux(stream.encode(frame.reformat(1920, 1080, "yuv420p", interpolation="BICUBIC")))
        output.mux(stream.encode(None))
    return large


def _looped(clip: Path, path: Path, seconds: float) -> Path:
    """The clip, repeated or cut to that length, its picture as it is."""
    command = [
        _ffmpeg(),
        "-y",
        "-v",
        "error",
        "-stream_loop",
        "-1",
        "-i",
        clip,
        "-t",
        seconds,
        "-map",
        "0:v:0",
        "-c",
        "copy",
    ]
    subprocess.run([str(word) for word in [*command, path]], check=True, stdin=subprocess.DEVNULL)
    return path


def _ffmpeg() -> str:
    program = shutil.which("ffmpeg")
    if program is None:
        sys.exit("ffmpeg is not installed. On Debian: sudo apt-get install ffmpeg")
    return program


def _deface() -> Path:
    """deface in an environment of its own: it brings another OpenCV along."""
    folder = cache_folder(os.environ).with_name("benchmarks") / DEFACE.replace("==", "-")
    program = folder / "bin" / "deface"
    if not program.exists():
        print(f"installing {DEFACE} into {folder}", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
        pip = [str(folder / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, DEFACE], check=True)
    return program


if __name__ == "__main__":
    sys.exit(main())

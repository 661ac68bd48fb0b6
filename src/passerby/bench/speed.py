"""The story of `passerby bench speed`: the same clip through each program, cold, in turn, several times.

Machines are not equally fast all the time, and other work comes and goes. So programs take turns, and what is compared
are runs of the same round: ratios pair by pair, with their spread.
"""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterable, Sequence
from itertools import zip_longest
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from passerby.bench.clip_info import Clip, draw_one_frame, examine
from passerby.bench.cold_run import run_cold
from passerby.bench.collateral import luma, luma_error, psnr, visibly_changed
from passerby.bench.frames import read_film
from passerby.bench.tools import Tool
from passerby.core.model import FrozenModel

#: Frames, spread over the clip, on which fidelity is measured.
COMPARED = 240

#: Told after each run: round, tool, and its figures.
Told = Callable[[int, str, "Round"], None]


class Spread(FrozenModel):
    """What several runs gave."""

    median: float
    min: float
    max: float


class Round(FrozenModel):
    """One cold run. `speed` in frames a second, `cpu` in seconds a frame (user and system, all processes), `memory` in
    MiB (high-water marks of all processes, summed), `bit_rate` in bits a second of the picture, `start` in seconds from
    the start of the process until the first frame had been analysed."""

    speed: float
    cpu: float
    memory: float
    bit_rate: float
    start: float | None = None


class ToolFigures(FrozenModel):
    """All rounds of one tool. `fidelity` is PSNR of luma against the source in dB: of what did not visibly change where
    the tool masks, of whole frames where it does not; None where frames are missing, which `notes` then say."""

    speed: Spread
    cpu: Spread
    memory: Spread
    bit_rate: Spread
    start: Spread | None
    fidelity: float | None
    notes: tuple[str, ...] = ()
    rounds: tuple[Round, ...]


class Ratios(FrozenModel):
    """passerby's figure through the other tool's, round by round."""

    speed: Spread
    cpu: Spread
    memory: Spread
    bit_rate: Spread


class ClipFigures(FrozenModel):
    """The clip: `seconds` long, `bit_rate` in bits a second."""

    name: str
    width: int
    height: int
    frames: int
    seconds: float
    bit_rate: float


class Speed(FrozenModel):
    """What `passerby bench speed --json` says."""

    schema_version: Literal[1] = 1
    program: str
    profile: str
    processors: int
    clip: ClipFigures
    tools: dict[str, ToolFigures]
    ratios: dict[str, Ratios]


def measure(
    clip: Path, tools: Sequence[Tool], rounds: int, folder: Path, program: str, profile: str, told: Told | None = None
) -> Speed:
    """Run every tool over `clip`, `rounds` times, in turn; the first of them is what the others are compared with.

    Results are written to `folder` and replaced by the next. Raises PasserbyError when a tool fails.
    """
    source = examine(clip)
    done: dict[str, list[Round]] = {tool.name: [] for tool in tools}
    faithful: dict[str, tuple[float | None, list[str]]] = {}
    for number in range(1, rounds + 1):
        for tool in tools:
            output = folder / f"{tool.name}.mp4"
            output.unlink(missing_ok=True)
            run = run_cold(tool.writing(output), folder)
            written = examine(output)
            if tool.name not in faithful:
                faithful[tool.name] = fidelity(clip, source, output, written, tool.masks)
            one = Round(
                speed=_rounded(source.frames / run.seconds),
                cpu=_rounded(run.cpu / source.frames),
                memory=round(run.memory / (1 << 20), 1),
                bit_rate=round(written.bit_rate),
                start=_start(tool, source, clip, folder),
            )
            done[tool.name].append(one)
            if told is not None:
                told(number, tool.name, one)
    first = tools[0].name
    return Speed(
        program=program,
        profile=profile,
        processors=os.cpu_count() or 1,
        clip=ClipFigures(
            name=clip.name,
            width=source.width,
            height=source.height,
            frames=source.frames,
            seconds=round(source.seconds, 3),
            bit_rate=round(source.bit_rate),
        ),
        tools={name: _figures(runs, *faithful[name]) for name, runs in done.items()},
        ratios={name: _ratios(done[first], runs) for name, runs in done.items() if name != first},
    )


def fidelity(clip: Path, source: Clip, output: Path, written: Clip, masks: bool) -> tuple[float | None, list[str]]:
    """(PSNR in dB, what else became of the picture) of frames spread over the clip. No PSNR when frames are missing,
    since nobody then knows which belong together."""
    notes = []
    if (written.width, written.height) != (source.width, source.height):
        notes.append(f"{source.width}x{source.height} became {written.width}x{written.height}")
    if written.frames != source.frames:
        return None, [*notes, f"{source.frames} frames became {written.frames}"]
    every = max(1, source.frames // COMPARED)
    error, pixels = 0.0, 0
    for number, (before, after) in enumerate(zip_longest(read_film(clip), read_film(output))):
        if before is None or after is None:
            return None, [*notes, f"from frame {number} on, the two have not both a picture"]
        if number % every:
            continue
        old, new = before[1], after[1]
        if old.shape != new.shape:
            new = cv2.resize(new, (old.shape[1], old.shape[0])).astype(np.uint8, copy=False)
        changed = visibly_changed(old, new) if masks else np.zeros(old.shape[:2], np.uint8)
        more, same = luma_error(luma(old), luma(new), changed)
        error, pixels = error + more, pixels + same
    return round(psnr(error, pixels), 1), notes


def _start(tool: Tool, source: Clip, clip: Path, folder: Path) -> float | None:
    """Seconds until the first frame has been analysed: a whole cold run over one drawn frame of the same size, since
    programs tell of their progress about once a second, or when all is done."""
    if str(clip) not in tool.command or "--json" not in tool.command:
        return None
    one = draw_one_frame(folder / "one.mp4", source.width, source.height)
    command = [str(one) if word == str(clip) else word for word in tool.command]
    first = run_cold([*command, str(folder / "one.out.mp4")], folder).first
    return None if first is None else _rounded(first)


def spread(values: Iterable[float]) -> Spread:
    """Median, least and most."""
    kept = list(values)
    return Spread(median=_rounded(statistics.median(kept)), min=_rounded(min(kept)), max=_rounded(max(kept)))


def _figures(runs: Sequence[Round], faithful: float | None, notes: Sequence[str]) -> ToolFigures:
    starts = [run.start for run in runs if run.start is not None]
    return ToolFigures(
        speed=spread(run.speed for run in runs),
        cpu=spread(run.cpu for run in runs),
        memory=spread(run.memory for run in runs),
        bit_rate=spread(run.bit_rate for run in runs),
        start=spread(starts) if starts else None,
        fidelity=faithful,
        notes=tuple(notes),
        rounds=tuple(runs),
    )


def _ratios(ours: Sequence[Round], others: Sequence[Round]) -> Ratios:
    pairs = list(zip(ours, others, strict=True))
    return Ratios(
        speed=spread(a.speed / b.speed for a, b in pairs),
        cpu=spread(a.cpu / b.cpu for a, b in pairs),
        memory=spread(a.memory / b.memory for a, b in pairs),
        bit_rate=spread(a.bit_rate / b.bit_rate for a, b in pairs),
    )


def _rounded(value: float) -> float:
    """Four digits that count."""
    return float(f"{value:.4g}")

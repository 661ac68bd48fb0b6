"""The entry point of `passerby bench speed`: the same clip through each program, cold, in turn, several times.

The speed of a machine varies, and so does its other load. So programs take turns, and runs of the same round are
compared: ratios pair by pair, with their range.
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

from passerby.bench.clip_info import ClipInfo, probe, write_one_frame_clip
from passerby.bench.cold_run import run_cold
from passerby.bench.collateral import luma, luma_error, psnr, visibly_changed
from passerby.bench.frames import read_video
from passerby.bench.tools import Tool
from passerby.core.model import FrozenModel

#: Number of frames, sampled over the clip, on which fidelity is measured.
FIDELITY_FRAMES = 240

#: Called after each run: round, tool, and its metrics.
OnRound = Callable[[int, str, "RoundMetrics"], None]


class Statistic(FrozenModel):
    """One metric over several runs."""

    median: float
    min: float
    max: float


class RoundMetrics(FrozenModel):
    """One cold run. `speed` in frames a second, `cpu` in seconds a frame (user and system, all processes), `memory` in
    MiB (high-water marks of all processes, summed), `bit_rate` in bits a second of the picture, `first_frame_s` in
    seconds from the start of the process until the first frame was analysed."""

    speed: float
    cpu: float
    memory: float
    bit_rate: float
    first_frame_s: float | None = None


class ToolMetrics(FrozenModel):
    """All rounds of one tool. `fidelity` is PSNR of luma against the source in dB: of what did not visibly change where
    the tool masks, of whole frames where it does not; None where frames are missing, which `notes` then say."""

    speed: Statistic
    cpu: Statistic
    memory: Statistic
    bit_rate: Statistic
    first_frame_s: Statistic | None
    fidelity: float | None
    notes: tuple[str, ...] = ()
    rounds: tuple[RoundMetrics, ...]


class Ratios(FrozenModel):
    """passerby's metric divided by the other tool's, round by round."""

    speed: Statistic
    cpu: Statistic
    memory: Statistic
    bit_rate: Statistic


class ClipMetrics(FrozenModel):
    """The clip: `seconds` long, `bit_rate` in bits a second."""

    name: str
    width: int
    height: int
    frames: int
    seconds: float
    bit_rate: float


class SpeedReport(FrozenModel):
    """The output of `passerby bench speed --json`."""

    schema_version: Literal[1] = 1
    program: str
    profile: str
    processors: int
    clip: ClipMetrics
    tools: dict[str, ToolMetrics]
    ratios: dict[str, Ratios]


def measure(
    clip: Path,
    tools: Sequence[Tool],
    rounds: int,
    folder: Path,
    program: str,
    profile: str,
    on_round: OnRound | None = None,
) -> SpeedReport:
    """Run every tool over `clip`, `rounds` times, in turn; the others are compared with the first.

    Results are written to `folder`, and overwritten by the next run. Raises PasserbyError when a tool fails.
    """
    source = probe(clip)
    rounds_of: dict[str, list[RoundMetrics]] = {tool.name: [] for tool in tools}
    fidelities: dict[str, tuple[float | None, list[str]]] = {}
    for number in range(1, rounds + 1):
        for tool in tools:
            output = folder / f"{tool.name}.mp4"
            output.unlink(missing_ok=True)
            run = run_cold(tool.command_for(output), folder)
            written = probe(output)
            if tool.name not in fidelities:
                fidelities[tool.name] = measure_fidelity(clip, source, output, written, tool.is_redaction)
            metrics = RoundMetrics(
                speed=_significant(source.frames / run.seconds),
                cpu=_significant(run.cpu / source.frames),
                memory=round(run.memory / (1 << 20), 1),
                bit_rate=round(written.bit_rate),
                first_frame_s=_time_to_first_frame(tool, source, clip, folder),
            )
            rounds_of[tool.name].append(metrics)
            if on_round is not None:
                on_round(number, tool.name, metrics)
    first = tools[0].name
    return SpeedReport(
        program=program,
        profile=profile,
        processors=os.cpu_count() or 1,
        clip=ClipMetrics(
            name=clip.name,
            width=source.width,
            height=source.height,
            frames=source.frames,
            seconds=round(source.seconds, 3),
            bit_rate=round(source.bit_rate),
        ),
        tools={name: _tool_metrics(runs, *fidelities[name]) for name, runs in rounds_of.items()},
        ratios={name: _ratios(rounds_of[first], runs) for name, runs in rounds_of.items() if name != first},
    )


def measure_fidelity(
    clip: Path, source: ClipInfo, output: Path, written: ClipInfo, is_redaction: bool
) -> tuple[float | None, list[str]]:
    """(PSNR in dB, notes on other changes of the picture), of frames sampled over the clip. No PSNR when frames are
    missing, since it is then unknown which frames correspond."""
    notes = []
    if (written.width, written.height) != (source.width, source.height):
        notes.append(f"{source.width}x{source.height} became {written.width}x{written.height}")
    if written.frames != source.frames:
        return None, [*notes, f"{source.frames} frames became {written.frames}"]
    interval = max(1, source.frames // FIDELITY_FRAMES)
    error, pixels = 0.0, 0
    for number, (before, after) in enumerate(zip_longest(read_video(clip), read_video(output))):
        if before is None or after is None:
            return None, [*notes, f"from frame {number} on, only one of the two has frames"]
        if number % interval:
            continue
        old, new = before[1], after[1]
        if old.shape != new.shape:
            new = cv2.resize(new, (old.shape[1], old.shape[0])).astype(np.uint8, copy=False)
        changed = visibly_changed(old, new) if is_redaction else np.zeros(old.shape[:2], np.uint8)
        more, same = luma_error(luma(old), luma(new), changed)
        error, pixels = error + more, pixels + same
    return round(psnr(error, pixels), 1), notes


def _time_to_first_frame(tool: Tool, source: ClipInfo, clip: Path, folder: Path) -> float | None:
    """Seconds until the first frame was analysed: a whole cold run over one synthetic frame of the same size, since
    progress is reported about once a second, or at the end."""
    if str(clip) not in tool.command or "--json" not in tool.command:
        return None
    single = write_one_frame_clip(folder / "one.mp4", source.width, source.height)
    command = [str(single) if word == str(clip) else word for word in tool.command]
    first = run_cold([*command, str(folder / "one.out.mp4")], folder).first_frame_s
    return None if first is None else _significant(first)


def statistic(values: Iterable[float]) -> Statistic:
    """Median, minimum and maximum."""
    numbers = list(values)
    return Statistic(
        median=_significant(statistics.median(numbers)), min=_significant(min(numbers)), max=_significant(max(numbers))
    )


def _tool_metrics(runs: Sequence[RoundMetrics], fidelity: float | None, notes: Sequence[str]) -> ToolMetrics:
    starts = [run.first_frame_s for run in runs if run.first_frame_s is not None]
    return ToolMetrics(
        speed=statistic(run.speed for run in runs),
        cpu=statistic(run.cpu for run in runs),
        memory=statistic(run.memory for run in runs),
        bit_rate=statistic(run.bit_rate for run in runs),
        first_frame_s=statistic(starts) if starts else None,
        fidelity=fidelity,
        notes=tuple(notes),
        rounds=tuple(runs),
    )


def _ratios(ours: Sequence[RoundMetrics], others: Sequence[RoundMetrics]) -> Ratios:
    pairs = list(zip(ours, others, strict=True))
    return Ratios(
        speed=statistic(a.speed / b.speed for a, b in pairs),
        cpu=statistic(a.cpu / b.cpu for a, b in pairs),
        memory=statistic(a.memory / b.memory for a, b in pairs),
        bit_rate=statistic(a.bit_rate / b.bit_rate for a, b in pairs),
    )


def _significant(value: float) -> float:
    """Rounded to four significant digits."""
    return float(f"{value:.4g}")
